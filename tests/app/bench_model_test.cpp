#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "running.hpp"

namespace pelton::app {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

TEST(BenchModel, TimesMadeUpAndRealRows) {
  const Files files;
  const std::string model = files.linear_model();
  Ran r = run_pelton({"bench", model, "--json"});
  EXPECT_EQ(r.code, kDone) << r.err;
  EXPECT_THAT(r.out, AllOf(HasSubstr(R"("method":"predict","features":2)"), HasSubstr(R"("rows_file":"","rows":4096)"),
                           HasSubstr(R"({"rows":1,"ns_per_row":)"), HasSubstr(R"({"rows":4096,"ns_per_row":)")));
  const std::string rows = files.write("rows.csv", "b,a\n1,2\n3,4\n");
  r = run_pelton({"bench", model, "--rows", rows, "--method", "predict"});
  EXPECT_EQ(r.code, kDone) << r.err;
  EXPECT_THAT(r.out, HasSubstr("predict of 2 rows of " + rows));
}

TEST(BenchModel, TellsWhatIsWrong) {
  const Files files;
  const std::string model = files.linear_model();
  Ran r = run_pelton({"bench", model, "--rows", files.write("rows.csv", "b,a\n1,2\n3,x\n")});
  EXPECT_EQ(r.code, kFailed);
  EXPECT_THAT(r.err, HasSubstr("rows.csv:3: column \"a\": expected a number, got \"x\""));
  EXPECT_THAT(run_pelton({"bench", model, "--rows", files.write("none.csv", "")}).err, HasSubstr("holds no rows"));
  r = run_pelton({"bench", model, "--method", "leaf"});
  EXPECT_EQ(r.code, kFailed);
  EXPECT_THAT(r.err, HasSubstr("does not offer leaf"));
}

}  // namespace
}  // namespace pelton::app
