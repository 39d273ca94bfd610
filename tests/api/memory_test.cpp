// Memory that runs out over one request, wherever in its life: it fails alone.
#include <gtest/gtest.h>

#include <cstring>
#include <string>
#include <vector>

#include "api_test_server.hpp"
#include "support/allocation_counter.hpp"

namespace pelton::api {
namespace {

constexpr std::size_t kRows = 60'000;
constexpr const char* kRaw = "Content-Type: application/octet-stream; dtype=float32\r\nAccept: application/json\r\n";

/// Rows that are short in a request, and long in the answer.
std::string raw_rows() {
  std::vector<float> values;
  for (std::size_t i = 0; i < kRows; ++i) {
    values.push_back(1.0F / static_cast<float>(i + 3));
    values.push_back(static_cast<float>(i));
  }
  std::string bytes(values.size() * sizeof(float), '\0');
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

/// The status where no allocation of more than `largest` bytes succeeds, and what an unhurried server says after it.
int status_with(std::size_t largest, const std::string& request, const std::string& expected) {
  ApiTestServer server({{"plain", {"", ""}}});
  test::HttpClient client = server.client();
  test::HttpClient other = server.client();
  EXPECT_EQ(other.post("/predict", R"({"x":[2,3]})").status, 200);
  int status = 0;
  {
    const test::ShortOfMemory shortage(largest);
    client.send(request);
    test::Reply reply = client.receive_head();
    status = reply.status;
    EXPECT_EQ(other.post("/predict", R"({"x":[2,3]})").body, R"({"result":5.0})") << largest;
  }
  if (status != 200) {
    EXPECT_EQ(status, 503) << largest;
    test::HttpClient again = server.client();
    again.send(request);
    EXPECT_EQ(again.receive().body, expected) << largest;
  }
  return status;
}

TEST(Memory, AtWhateverPointItRunsOutOneRequestFailsAlone) {
  const std::string body = raw_rows();
  for (const char* target : {"/predict?method=decision_function", "/predict?method=decision_function&stream=true"}) {
    const std::string request = test::HttpClient::request("POST", target, kRaw, body);
    std::string expected;
    {
      ApiTestServer server({{"plain", {"", ""}}});
      test::HttpClient client = server.client();
      client.send(request);
      const test::Reply reply = client.receive();
      ASSERT_EQ(reply.status, 200);
      expected = reply.body;
    }
    int refused = 0;
    int answered = 0;
    for (std::size_t largest = 256 << 10; largest < (32 << 20); largest += largest / 4) {
      (status_with(largest, request, expected) == 200 ? answered : refused) += 1;
    }
    EXPECT_GT(answered, 3);
    if (std::string_view(target).find("stream") == std::string_view::npos) {
      EXPECT_GT(refused, 5);
    } else {
      EXPECT_EQ(refused, 0) << "a stream needs no more than 256 KiB at once";
    }
  }
}

}  // namespace
}  // namespace pelton::api
