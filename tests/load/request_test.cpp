#include "load/request.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pelton::load {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Target local() { return *parse_target("http://127.0.0.1:5000"); }

TEST(RenderRequest, SendsTheArticlesRequestByDefault) {
  const auto r = render_request(local(), {});
  ASSERT_TRUE(r);
  EXPECT_EQ(r->bytes,
            "POST /predict HTTP/1.1\r\nHost: 127.0.0.1:5000\r\nContent-Type: application/json\r\n"
            "Content-Length: 11\r\n\r\n{\"x\":[2,3]}");
  EXPECT_TRUE(r->keep_alive);
  EXPECT_FALSE(r->head);
}

TEST(RenderRequest, HeadersReplaceOursAndGoOutInOrder) {
  RequestSpec spec;
  spec.headers = {"host: other", "content-type:text/csv", "X-A:  1 "};
  spec.body = "1,2";
  EXPECT_EQ(
      render_request(local(), spec)->bytes,
      "POST /predict HTTP/1.1\r\nhost: other\r\ncontent-type: text/csv\r\nX-A: 1\r\nContent-Length: 3\r\n\r\n1,2");
}

TEST(RenderRequest, WithoutABodyThereIsNoLength) {
  RequestSpec spec;
  spec.method = "HEAD";
  spec.body.reset();
  const auto r = render_request(local(), spec);
  EXPECT_EQ(r->bytes, "HEAD /predict HTTP/1.1\r\nHost: 127.0.0.1:5000\r\n\r\n");
  EXPECT_TRUE(r->head);
  spec.body = "";
  EXPECT_THAT(render_request(local(), spec)->bytes, HasSubstr("Content-Length: 0\r\n"));
}

TEST(RenderRequest, ConnectionCloseMeansOneRequestAConnection) {
  RequestSpec spec;
  spec.headers = {"Connection: Close"};
  EXPECT_FALSE(render_request(local(), spec)->keep_alive);
}

TEST(RenderRequest, SaysWhatIsWrong) {
  const std::pair<std::string, const char*> cases[] = {
      {"no colon", "Name: value"},
      {"bad name: x", "character"},
      {": x", "character"},
      {"A: b\r\nC: d", "control"},
      {"Content-Length: 5", "set by the body"},
      {"transfer-encoding: chunked", "set by the body"},
      {"A: " + std::string(20'000, 'a'), "16 KiB"},
  };
  for (const auto& [header, why] : cases) {
    RequestSpec spec;
    spec.headers = {header};
    const auto r = render_request(local(), spec);
    ASSERT_FALSE(r) << header;
    EXPECT_THAT(r.error().message(), HasSubstr(why)) << header;
  }
  RequestSpec spec;
  spec.method = "GET /x";
  EXPECT_THAT(render_request(local(), spec).error().message(), HasSubstr("no HTTP method"));
  spec.method = "GET";
  spec.headers.assign(101, "A: b");
  EXPECT_THAT(render_request(local(), spec).error().message(), HasSubstr("100 headers"));
}

}  // namespace
}  // namespace pelton::load
