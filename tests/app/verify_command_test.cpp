#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "running.hpp"

namespace pelton::app {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

class Verify : public ::testing::Test {
 protected:
  Ran verify(const std::string& rows_name, const std::string& rows, std::vector<std::string> words = {}) {
    words.insert(words.begin(), {"verify", model_, files_.write(rows_name, rows)});
    return run_pelton(std::move(words));
  }

  Files files_;
  std::string model_ = files_.linear_model();
};

TEST_F(Verify, FindsThatAllIsAsItWas) {
  for (const auto& [name, rows] : {std::pair("g.ndjson", "{\"x\":[0,1],\"predict\":1}\n{\"x\":[3,2],\"predict\":3}\n"),
                                   std::pair("g.csv", "b,prediction,a\n1,1,0\n2,3.0,3\n"),
                                   std::pair("g.json", "[{\"x\":{\"a\":0,\"b\":1},\"result\":1}]")}) {
    const Ran r = verify(name, rows);
    EXPECT_EQ(r.code, kDone) << r.out << r.err;
    EXPECT_THAT(r.out, HasSubstr("all are within 1e-09"));
    EXPECT_EQ(r.err, "");
  }
}

TEST_F(Verify, TellsTheWorstDifferencesAndFails) {
  const std::string rows = "a,b,predict\n0,1,1.5\n3,2,3\n4,4,2.0000000000000004\n";
  Ran r = verify("g.csv", rows);
  const std::string file = files_.path("g.csv");
  EXPECT_EQ(r.code, kFailed);
  EXPECT_THAT(r.out,
              AllOf(HasSubstr("predict: 3 values, float64"), HasSubstr("absolute   0.5 in row 1 (" + file + ":2)"),
                    HasSubstr("relative   0.333 in row 1"), HasSubstr("ulp        "),
                    HasSubstr("1 beyond tolerance; the first in row 1 (" + file + ":2): expected 1.5, got 1.0")));
  EXPECT_THAT(r.err, HasSubstr("does not give what"));
  EXPECT_EQ(verify("g.csv", rows, {"--tolerance", "0.5"}).code, kDone);
  r = verify("g.csv", "a,b,predict\n4,4,2.0000000000000004\n", {"--tolerance", "0"});
  EXPECT_EQ(r.code, kFailed);
  EXPECT_THAT(r.out, HasSubstr("ulp        1 in row 1"));
}

// Rows with categories that are whole numbers, and the margins CatBoost itself gives for them.
TEST_F(Verify, TakesCategoriesThatAreNumbersAsCatBoostDoes) {
  const std::string folder = std::string(PELTON_SOURCE_DIR) + "/tests/formats/boosted/catboost_";
  for (const std::string name : {"binary", "lossguide"}) {
    for (const std::string format : {"ndjson", "csv"}) {
      const Ran r =
          run_pelton({"verify", folder + name + ".json", folder + name + "_golden." + format, "--tolerance", "0"});
      EXPECT_EQ(r.code, kDone) << r.out << r.err;
      EXPECT_THAT(r.out, AllOf(HasSubstr("decision_function: 40 values"), HasSubstr("all are equal")));
    }
  }
}

TEST_F(Verify, ReportsAsJson) {
  const Ran r = verify("g.csv", "a,b,predict\n3,2,3\n0,1,1.5\n", {"--json"});
  EXPECT_EQ(r.code, kFailed);
  EXPECT_THAT(r.out, AllOf(HasSubstr(R"("rows":2,"passed":false,"methods":{"predict":{"type":"float64","values":2,)"),
                           HasSubstr(R"("beyond":1,"tolerance":1e-09,"absolute":{"value":0.5,"row":2,"line":3})"),
                           HasSubstr(R"("first_beyond":{"row":2,"line":3,"detail":"expected 1.5, got 1.0"})")));
}

TEST_F(Verify, ComparesLabelsAndProbabilities) {
  model_ = fixture("logistic_binary_double");
  std::string zeros = "0";
  for (int i = 1; i < 30; ++i) zeros += ",0";
  const std::string rows = files_.write("zeros.ndjson", "[" + zeros + "]\n");
  const std::string label = run_pelton({"predict", model_, rows}).out;
  const std::string probabilities = run_pelton({"predict", model_, rows, "--method", "predict_proba"}).out;
  const auto result_of = [](const std::string& line) {
    return line.substr(sizeof("{\"result\":") - 1, line.rfind('}') - sizeof("{\"result\":") + 1);
  };
  const std::string golden =
      "{\"x\":[" + zeros + "],\"predict\":" + result_of(label) + ",\"predict_proba\":" + result_of(probabilities);
  Ran r = verify("g.ndjson", golden + "}\n", {"--tolerance", "0"});
  EXPECT_EQ(r.code, kDone) << r.out << r.err;
  EXPECT_THAT(r.out, AllOf(HasSubstr("predict: 1 labels"), HasSubstr("predict_proba: 2 values")));
  r = verify("g.ndjson", "{\"x\":[" + zeros + "],\"predict\":\"maybe\"}\n");
  EXPECT_EQ(r.code, kFailed);
  EXPECT_THAT(r.out, HasSubstr("1 differ; the first in row 1"));
  EXPECT_EQ(verify("g.ndjson", golden + ",\"decision_function\":77}\n", {"--method", "predict"}).code, kDone);
}

TEST_F(Verify, TellsWhatCannotBeVerified) {
  EXPECT_THAT(verify("g.csv", "a,b,predict\n").err, HasSubstr("holds no rows"));
  EXPECT_THAT(verify("g.ndjson", "{\"x\":[1,2],\"predict\":1}\n{\"x\":[1]}\n").err, HasSubstr("g.ndjson:2: "));
  EXPECT_THAT(verify("g.ndjson", "{\"x\":[1,2],\"leaf\":1}\n").err, HasSubstr("the model does not offer leaf"));
  EXPECT_EQ(verify("g.csv", "", {"--tolerance", "-1"}).code, kUsage);
  EXPECT_EQ(run_pelton({"verify", model_, "/nonexistent"}).code, kFailed);
  EXPECT_THAT(run_pelton({"verify", "--help"}).out, HasSubstr("Example: pelton verify"));
}

}  // namespace
}  // namespace pelton::app
