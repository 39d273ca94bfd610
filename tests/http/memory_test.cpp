// No memory for what one request needs: it is told so, and everybody else is served.
#include <gtest/gtest.h>
#include <zlib.h>

#include <string>

#include "harness.hpp"
#include "support/allocation_counter.hpp"

namespace pelton::http::test {
namespace {

using pelton::test::ShortOfMemory;

constexpr std::size_t kBody = 6 << 20;
constexpr std::size_t kEnough = 3 << 20;  ///< for everything else

std::string head_of(std::string_view target, std::string_view lines) {
  return "POST " + std::string(target) + " HTTP/1.1\r\nHost: a\r\n" + std::string(lines) + "\r\n";
}

/// What a client is told that asks for more than there is, and whether others are served meanwhile.
Reply refusal(const std::string& request) {
  TestServer server(one_thread());
  Client client(server.port());
  Reply reply;
  {
    const ShortOfMemory shortage(kEnough);
    EXPECT_TRUE(client.send(request));
    reply = client.read_reply();
    EXPECT_EQ(Client(server.port()).get("/hello").status, 200);
  }
  EXPECT_EQ(server.observer.refusals("memory"), 1U);
  EXPECT_FALSE(client.was_reset());
  Client again(server.port());
  EXPECT_TRUE(again.send(request));
  EXPECT_EQ(again.read_reply().status, 200) << "once there is memory";
  return reply;
}

void expect_503(const Reply& reply) {
  EXPECT_EQ(reply.status, 503);
  EXPECT_EQ(reply.headers.at("retry-after"), "1");
  EXPECT_EQ(reply.headers.at("connection"), "close");
  EXPECT_NE(reply.body.find("no memory"), std::string::npos) << reply.body;
}

TEST(Memory, ABodyThatDoesNotFitIsRefused) {
  const std::string body(kBody, 'x');
  expect_503(refusal(head_of("/echo", "Content-Length: " + std::to_string(body.size()) + "\r\n") + body));
  std::string chunks;
  for (std::size_t at = 0; at < body.size(); at += 65536) chunks += "10000\r\n" + body.substr(at, 65536) + "\r\n";
  expect_503(refusal(head_of("/echo", "Transfer-Encoding: chunked\r\n") + chunks + "0\r\n\r\n"));
}

TEST(Memory, ABodyThatDoesNotFitInflatedIsRefused) {
  std::string plain;
  for (unsigned i = 0; plain.size() < kBody; ++i) plain += std::to_string(i * 7919);
  z_stream stream{};
  ASSERT_EQ(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
  std::string packed(deflateBound(&stream, plain.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(plain.data());
  stream.avail_in = static_cast<uInt>(plain.size());
  stream.next_out = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_out = static_cast<uInt>(packed.size());
  ASSERT_EQ(deflate(&stream, Z_FINISH), Z_STREAM_END);
  packed.resize(stream.total_out);
  deflateEnd(&stream);
  ASSERT_LT(packed.size(), kEnough);
  expect_503(
      refusal(head_of("/echo", "Content-Encoding: gzip\r\nContent-Length: " + std::to_string(packed.size()) + "\r\n") +
              packed));
}

TEST(Memory, AnAnswerThatDoesNotFitIsTakenBack) {
  TestServer server(one_thread());
  Client client(server.port());
  const std::string big = "GET /big?" + std::to_string(kBody) + " HTTP/1.1\r\nHost: a\r\n\r\n";
  const std::string hello = "GET /hello HTTP/1.1\r\nHost: a\r\n\r\n";
  {
    const ShortOfMemory shortage(kEnough);
    client.send(hello + big + hello + "GET /keep/a HTTP/1.1\r\nHost: a\r\n\r\n" + big);
    EXPECT_EQ(client.read_reply().status, 200);
    EXPECT_EQ(client.read_reply().status, 500) << "the service gave it up";
    EXPECT_EQ(client.read_reply().status, 200) << "and the connection goes on";
    ASSERT_TRUE(eventually([&] { return server.observer.refusals("service") == 2; }));
  }
  Client(server.port()).get("/answer/a");
  EXPECT_EQ(client.read_reply().body, "a");
  EXPECT_EQ(client.read_reply().status, 500) << "likewise where it waited for its turn";
  EXPECT_EQ(client.get("/big?1000").body, std::string(1000, 'b'));
}

}  // namespace
}  // namespace pelton::http::test
