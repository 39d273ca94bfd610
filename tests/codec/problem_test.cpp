#include "codec/problem.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace pelton::codec {
namespace {

std::string written(const Problem& problem) {
  core::TextBuffer out;
  append_problem(out, problem);
  return std::string(out.view());
}

TEST(Problem, IsWrittenAsRfc9457HasIt) {
  Problem problem;
  problem.status = 422;
  problem.detail = "two \"fields\"";
  problem.errors = {{"/x/0", "expected a number"}, {"", "line 2: \xFF"}};
  problem.more = 7;
  EXPECT_EQ(written(problem),
            R"({"type":"about:blank","title":"Unprocessable Content","status":422,"detail":"two \"fields\"",)"
            R"("error":"two \"fields\"","errors":[{"pointer":"/x/0","detail":"expected a number"},)"
            "{\"detail\":\"line 2: \xEF\xBF\xBD\"}],\"more_errors\":7}");
}

TEST(Problem, LeavesOutWhatThereIsNot) {
  core::TextBuffer out;
  append_problem(out, 503, "try again");
  EXPECT_EQ(out.view(), R"({"type":"about:blank","title":"Service Unavailable","status":503,"detail":"try again",)"
                        R"("error":"try again"})");
  Problem problem;
  problem.status = 503;
  problem.detail = "try again";
  EXPECT_EQ(written(problem), out.view());
}

TEST(Problem, TellsFailuresFromBelow) {
  using core::ErrorCode;
  const auto told = [](ErrorCode code) { return to_problem(core::Error(code, "the file /etc/x")); };
  EXPECT_EQ(told(ErrorCode::invalid_argument).status, 422);
  EXPECT_EQ(told(ErrorCode::malformed).status, 400);
  EXPECT_EQ(told(ErrorCode::not_found).status, 404);
  EXPECT_EQ(told(ErrorCode::too_large).status, 413);
  EXPECT_EQ(told(ErrorCode::unsupported).status, 415);
  EXPECT_EQ(told(ErrorCode::unavailable).status, 503);
  EXPECT_EQ(told(ErrorCode::deadline_exceeded).status, 504);
  EXPECT_EQ(told(ErrorCode::not_found).detail, "the file /etc/x");
  for (const ErrorCode hidden : {ErrorCode::io, ErrorCode::internal}) {
    EXPECT_EQ(told(hidden).status, 500);
    EXPECT_THAT(told(hidden).detail, ::testing::Not(::testing::HasSubstr("/etc/x")));
  }
}

TEST(Problem, HasATitleForEveryStatusSent) {
  for (const int status : {400, 401, 403, 404, 405, 406, 408, 409, 411, 412, 413, 414, 415,
                           417, 421, 422, 426, 429, 431, 500, 501, 502, 503, 504, 505}) {
    EXPECT_NE(status_title(status), "Error") << status;
  }
  EXPECT_EQ(status_title(299), "Error");
}

}  // namespace
}  // namespace pelton::codec
