#include "http/router.hpp"

#include <gtest/gtest.h>

#include <stdexcept>

#include "support/allocation_counter.hpp"

namespace pelton::http {
namespace {

using Kind = RouteMatch::Kind;

class RouterTest : public testing::Test {
 protected:
  RouterTest() {
    root = router.add(Verb::get, "/");
    predict = router.add(Verb::post, "/predict");
    predict_model = router.add(Verb::post, "/predict/{model}");
    predict_version = router.add(Verb::post, "/predict/{model}/versions/{v}");
    v1 = router.add(Verb::get, "/v1/models/{model}");
    v1_predict = router.add(Verb::post, "/v1/models/{model}:predict");
    v1_pre = router.add(Verb::post, "/v1/models/{model}:pre");
    ready = router.add(Verb::get, "/v2/models/ready");
    v2 = router.add(Verb::get, "/v2/models/{model}");
    v2_ready = router.add(Verb::get, "/v2/models/{model}/ready");
    v2_delete = router.add(Verb::del, "/v2/models/{model}");
  }
  Router router;
  std::size_t root, predict, predict_model, predict_version, v1, v1_predict, v1_pre, ready, v2, v2_ready, v2_delete;
};

TEST_F(RouterTest, FindsExactAndVariablePaths) {
  EXPECT_EQ(router.match(Verb::get, "/").route, root);
  EXPECT_EQ(router.match(Verb::post, "/predict").route, predict);
  RouteMatch match = router.match(Verb::post, "/predict/a%20b");
  EXPECT_EQ(match.route, predict_model);
  ASSERT_EQ(match.param_count, 1U);
  EXPECT_EQ(match.params[0], "a%20b");
  match = router.match(Verb::post, "/predict/m/versions/3");
  EXPECT_EQ(match.route, predict_version);
  ASSERT_EQ(match.param_count, 2U);
  EXPECT_EQ(match.params[1], "3");
}

TEST_F(RouterTest, TellsLiteralEndsOfASegmentApart) {
  EXPECT_EQ(router.match(Verb::post, "/v1/models/m:predict").route, v1_predict);
  EXPECT_EQ(router.match(Verb::post, "/v1/models/m:predict").params[0], "m");
  EXPECT_EQ(router.match(Verb::post, "/v1/models/m:pre").route, v1_pre);
  EXPECT_EQ(router.match(Verb::post, "/v1/models/a:b:predict").params[0], "a:b");
  EXPECT_EQ(router.match(Verb::get, "/v1/models/m:other").route, v1);
  EXPECT_EQ(router.match(Verb::get, "/v1/models/:predict").params[0], ":predict");
}

TEST_F(RouterTest, ExactWinsAndVariableIsTriedAfterIt) {
  EXPECT_EQ(router.match(Verb::get, "/v2/models/ready").route, ready);
  EXPECT_EQ(router.match(Verb::get, "/v2/models/ready/ready").route, v2_ready);
  EXPECT_EQ(router.match(Verb::get, "/v2/models/ready/ready").params[0], "ready");
}

TEST_F(RouterTest, SaysWhatIsAllowed) {
  RouteMatch match = router.match(Verb::put, "/v2/models/m");
  EXPECT_EQ(match.kind, Kind::wrong_method);
  EXPECT_EQ(match.allow, "GET, HEAD, DELETE, OPTIONS");
  EXPECT_EQ(router.match(Verb::head, "/v2/models/m").route, v2);
  EXPECT_EQ(router.match(Verb::head, "/predict").kind, Kind::wrong_method);
  EXPECT_EQ(router.match(Verb::other, "/predict").allow, "POST, OPTIONS");
  match = router.match(Verb::options, "/predict");
  EXPECT_EQ(match.kind, Kind::wrong_method);
  EXPECT_EQ(match.allow, "POST, OPTIONS");
  EXPECT_EQ(router.match(Verb::options, "*").allow, "GET, HEAD, POST, DELETE, OPTIONS");
}

TEST_F(RouterTest, FindsNothingElse) {
  for (const char* path : {"", "x", "//", "/predict/", "/predict//versions/1", "/Predict", "/predict/m/versions",
                           "/v1/models/", "/predict/m/versions/1/", "/v2"}) {
    const RouteMatch match = router.match(Verb::post, path);
    EXPECT_EQ(match.kind, Kind::not_found) << path;
    EXPECT_EQ(match.param_count, 0U);
  }
}

TEST_F(RouterTest, RefusesPatternsThatAreWrong) {
  for (const char* pattern : {"", "x", "/{}", "/{a", "/a{b}", "/{a}{b}", "/{a}/{b}/{c}/{d}/{e}"}) {
    EXPECT_THROW(router.add(Verb::get, pattern), std::invalid_argument) << pattern;
  }
  EXPECT_THROW(router.add(Verb::post, "/predict"), std::invalid_argument);
  EXPECT_THROW(router.add(Verb::post, "/predict/{other}"), std::invalid_argument);
  EXPECT_EQ(router.routes().size(), 11U);
}

TEST_F(RouterTest, AllocatesNothing) {
  const std::size_t before = pelton::test::allocations_of_this_thread();
  const RouteMatch match = router.match(Verb::post, "/predict/m/versions/3");
  EXPECT_EQ(match.kind, Kind::found);
  EXPECT_EQ(pelton::test::allocations_of_this_thread(), before);
}

}  // namespace
}  // namespace pelton::http
