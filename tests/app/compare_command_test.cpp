#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "running.hpp"

namespace pelton::app {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

class Compare : public ::testing::Test {
 protected:
  /// A linear model fitted to a CSV of its own.
  std::string fitted(const std::string& name, const std::string& csv) {
    const auto report = serving::fit_csv(csv, {.kind = "linear", .target = "y"});
    return files_.write(name, report->onnx);
  }
  Files files_;
  const std::string old_ = files_.linear_model();  // a - b + 2
  const std::string rows_ = files_.write("rows.csv", "a,b\n1,0\n0,0\n2,1\n5,5\n");
};

TEST_F(Compare, FindsNoChangeInTheSameModel) {
  const Ran r = run_pelton({"compare", old_, old_, rows_});
  EXPECT_EQ(r.code, kDone) << r.err;
  EXPECT_THAT(r.out, AllOf(HasSubstr("predict: 0 of 4 rows change (0 %)"), Not(HasSubstr("row "))));
}

TEST_F(Compare, TellsHowFarAndWhere) {
  const std::string shifted =
      fitted("shifted.onnx", "b,a,y\n0,1,4\n1,0,2\n0,0,3\n1,2,4\n");  // columns in another order, 1 more
  const Ran r = run_pelton({"compare", old_, shifted, rows_, "--top", "2", "--tolerance", "1e-9"});
  EXPECT_EQ(r.code, kDone) << r.err;
  EXPECT_THAT(r.out, AllOf(HasSubstr("predict: 4 of 4 rows change (100 %)"), HasSubstr("greatest   1\n"),
                           HasSubstr("mean       1\n"), HasSubstr("rows.csv:")));
  const Ran json = run_pelton({"compare", old_, shifted, rows_, "--tolerance", "1e-9", "--json"});
  EXPECT_THAT(json.out,
              AllOf(HasSubstr(R"("rows":4)"), HasSubstr(R"("predict":{"rows":4,"changed":4,"changed_share":1.0)"),
                    HasSubstr(R"("quantiles":{"p50":)"), HasSubstr(R"("not_compared":[])")));
}

TEST_F(Compare, FailsWhereMoreChangeThanAllowed) {
  const std::string shifted = fitted("shifted.onnx", "a,b,y\n1,0,4\n0,1,2\n0,0,3\n2,1,4\n");
  EXPECT_EQ(run_pelton({"compare", old_, shifted, rows_, "--fail-above", "0.5"}).code, kFailed);
  EXPECT_EQ(run_pelton({"compare", old_, old_, rows_, "--fail-above", "0"}).code, kDone);
}

TEST_F(Compare, TellsFeaturesThatOneModelAloneTakes) {
  const std::string other = fitted("other.onnx", "a,c,y\n1,0,3\n0,1,1\n0,0,2\n2,1,3\n");
  const Ran r = run_pelton({"compare", old_, other, rows_});
  EXPECT_EQ(r.code, kFailed);
  EXPECT_THAT(r.err, HasSubstr("the models take different features: OLD alone takes \"b\"; NEW alone takes \"c\""));
}

TEST_F(Compare, TellsWhatCannotBeCompared) {
  EXPECT_THAT(run_pelton({"compare", old_, old_, files_.write("none.csv", "a,b\n")}).err, HasSubstr("holds no rows"));
  const Ran r = run_pelton({"compare", old_, old_, files_.write("bad.csv", "a,b\n1,2\n1,x\n")});
  EXPECT_EQ(r.code, kFailed);
  EXPECT_THAT(r.err, HasSubstr("bad.csv:3: OLD: "));
  EXPECT_EQ(run_pelton({"compare", old_, "/nonexistent", rows_}).code, kFailed);
  EXPECT_EQ(run_pelton({"compare", old_}).code, kUsage);
  EXPECT_THAT(run_pelton({"compare", old_, fixture("logistic_binary_double"), rows_}).err,
              HasSubstr("OLD takes 2, NEW takes 30"));
}

TEST_F(Compare, ReadsLongStreamsInBlocks) {
  std::string rows = "a,b\n";
  for (int i = 0; i < 50'000; ++i) rows += std::to_string(i) + "," + std::to_string(i % 7) + "\n";
  const Ran r = run_pelton({"compare", old_, old_, files_.write("long.csv", rows)});
  EXPECT_THAT(r.out, HasSubstr("0 of 50000 rows change"));
}

}  // namespace
}  // namespace pelton::app
