#include "load/request.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace pelton::load {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

Target local() { return *parse_target("http://127.0.0.1:5000"); }

std::string only(const core::Result<Request>& request) {
  EXPECT_EQ(request->messages.size(), 1u);
  return request->messages.front();
}

TEST(RenderRequest, SendsTheArticlesRequestByDefault) {
  const auto r = render_request(local(), {});
  ASSERT_TRUE(r);
  EXPECT_EQ(only(r),
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
      only(render_request(local(), spec)),
      "POST /predict HTTP/1.1\r\nhost: other\r\ncontent-type: text/csv\r\nX-A: 1\r\nContent-Length: 3\r\n\r\n1,2");
}

TEST(RenderRequest, WithoutABodyThereIsNoLength) {
  RequestSpec spec;
  spec.method = "HEAD";
  spec.body.reset();
  const auto r = render_request(local(), spec);
  EXPECT_EQ(only(r), "HEAD /predict HTTP/1.1\r\nHost: 127.0.0.1:5000\r\n\r\n");
  EXPECT_TRUE(r->head);
  spec.body = "";
  EXPECT_THAT(only(render_request(local(), spec)), HasSubstr("Content-Length: 0\r\n"));
}

TEST(RenderRequest, ConnectionCloseMeansOneRequestAConnection) {
  RequestSpec spec;
  spec.headers = {"Connection: Close"};
  EXPECT_FALSE(render_request(local(), spec)->keep_alive);
}

TEST(RenderRequest, WritesARequestForEachBody) {
  RequestSpec spec;
  spec.headers = {"Content-Type: text/csv"};
  spec.bodies = {"1,2", "", "3,4,5"};
  const auto r = render_request(local(), spec);
  ASSERT_TRUE(r);
  const std::string head = "POST /predict HTTP/1.1\r\nHost: 127.0.0.1:5000\r\nContent-Type: text/csv\r\n";
  EXPECT_THAT(r->messages,
              ::testing::ElementsAre(head + "Content-Length: 3\r\n\r\n1,2", head + "Content-Length: 0\r\n\r\n",
                                     head + "Content-Length: 5\r\n\r\n3,4,5"));
}

TEST(RenderRequest, BodiesHaveBoundsTogether) {
  RequestSpec spec;
  spec.bodies.assign(3, std::string(22 << 20, 'x'));
  EXPECT_THAT(render_request(local(), spec).error().message(), HasSubstr("together larger than 64 MiB"));
  spec.bodies.assign(1'000'001, "");
  EXPECT_THAT(render_request(local(), spec).error().message(), HasSubstr("1000000 bodies"));
}

TEST(BodiesIn, AreTheLinesThatHoldAnything) {
  EXPECT_THAT(bodies_in("{\"x\":1}\r\n\n \t\r\n  {\"x\":2}\n{\"x\":3}"),
              ::testing::ElementsAre("{\"x\":1}", "{\"x\":2}", "{\"x\":3}"));
  EXPECT_THAT(bodies_in(""), ::testing::IsEmpty());
  EXPECT_THAT(bodies_in("\n\n"), ::testing::IsEmpty());
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
