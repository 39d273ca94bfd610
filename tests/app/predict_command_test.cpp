#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <string>
#include <vector>

#include "running.hpp"

namespace pelton::app {
namespace {

using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class Predict : public ::testing::Test {
 protected:
  Ran predict(const std::string& rows_name, const std::string& rows, std::vector<std::string> words = {}) {
    words.insert(words.begin(), {"predict", model_, files_.write(rows_name, rows)});
    return run_pelton(std::move(words));
  }

  Files files_;
  std::string model_ = files_.linear_model();
};

TEST_F(Predict, AnswersInTheFormatOfTheRows) {
  const std::string lines = "{\"result\":1.0}\n{\"result\":3.0}\n";
  const std::string csv = "prediction\n1.0\n3.0\n";
  EXPECT_EQ(predict("r.csv", "b,a\n1,0\n2,3\n").out, csv);
  EXPECT_EQ(predict("r.txt", "0,1\r\n3,2\r\n").out, csv);
  EXPECT_EQ(predict("r.ndjson", "[0,1]\n{\"b\":2,\"a\":3}\n").out, lines);
  EXPECT_EQ(predict("r.json", "{\"x\":[[0,1],[3,2]]}").out, lines);
  EXPECT_EQ(predict("r.json", "[{\"a\":0,\"b\":1},{\"a\":3,\"b\":2}]").out, lines);
  EXPECT_EQ(predict("r.json", "{\"x\":[[0,1],[3,2]]}", {"--format", "csv"}).out, csv);
  EXPECT_EQ(predict("r.csv", "0,1\n3,2\n", {"--format", "ndjson"}).out, lines);
  EXPECT_EQ(predict("r.csv", "0,1\n3,2\n", {"--format", "json"}).out, "{\"result\":[1.0,3.0]}\n");
  EXPECT_EQ(predict("r.csv", "a,b\n").out, "prediction\n");
  EXPECT_EQ(predict("r.csv", "a,b\n", {"--format", "json"}).out, "{\"result\":[]}\n");
}

TEST_F(Predict, KeepsTheOrderOfManyRows) {
  std::string rows = "a,b\n";
  std::string wanted = "prediction\n";
  for (int i = 0; i < 30'000; ++i) {
    rows += std::to_string(i) + ",2\n";
    wanted += std::to_string(i) + ".0\n";
  }
  EXPECT_EQ(predict("r.csv", rows).out, wanted);
}

TEST_F(Predict, StopsAtABadRowAfterWritingTheRowsBefore) {
  const Ran r = predict("r.csv", "a,b\n0,1\n\n3,x\n3,2\n");
  EXPECT_EQ(r.code, kFailed);
  EXPECT_EQ(r.out, "prediction\n1.0\n");
  EXPECT_EQ(r.err, "pelton predict: " + files_.path("r.csv") + ":4: column \"b\": expected a number, got \"x\"\n");
  EXPECT_EQ(predict("r.json", "[[0,1],[3]]", {"--format", "json"}).out, "{\"result\":[1.0]}\n");
}

TEST_F(Predict, SkipsOrNullsBadRows) {
  const std::string rows = "a,b\nx,1\n0,1\n3\n3,2\n,\n";
  Ran r = predict("r.csv", rows, {"--on-error", "skip"});
  EXPECT_EQ(r.code, kDone);
  EXPECT_EQ(r.out, "prediction\n1.0\n3.0\n");
  EXPECT_THAT(r.err, AllOf(HasSubstr("3 rows could not be read and were skipped"), HasSubstr("r.csv:2: column")));
  r = predict("r.csv", rows, {"--on-error", "null"});
  EXPECT_EQ(r.code, kDone);
  EXPECT_EQ(r.out, "prediction\n\"\"\n1.0\n\"\"\n3.0\n\"\"\n");
  EXPECT_THAT(r.err, HasSubstr("3 rows could not be read and are null"));
  r = predict("r.csv", rows, {"--on-error", "null", "--format", "ndjson"});
  EXPECT_EQ(r.out, "{\"result\":null}\n{\"result\":1.0}\n{\"result\":null}\n{\"result\":3.0}\n{\"result\":null}\n");
  r = predict("r.csv", rows, {"--on-error", "null", "--format", "json"});
  EXPECT_EQ(r.out, "{\"result\":[null,1.0,null,3.0,null]}\n");
}

TEST_F(Predict, AHeaderThatDoesNotFitIsAnErrorWhateverTheRowsDo) {
  for (const char* const how : {"stop", "skip", "null"}) {
    const Ran r = predict("r.csv", "a,bb\n0,1\n", {"--on-error", how});
    EXPECT_EQ(r.code, kFailed);
    EXPECT_EQ(r.out, "");
    EXPECT_THAT(r.err, HasSubstr("r.csv:1: column \"bb\": no feature has that name; did you mean \"b\"?"));
  }
}

TEST_F(Predict, NamesColumnsByClassOrNumber) {
  const auto header = [&](const std::string& model, const std::string& method, std::size_t width) {
    std::string row = "0";
    for (std::size_t i = 1; i < width; ++i) row += ",0";
    const std::string rows = files_.write("wide.csv", row + "\n");
    const Ran r = run_pelton({"predict", fixture(model), rows, "--method", method});
    EXPECT_EQ(r.code, kDone) << r.err;
    return r.out.substr(0, r.out.find('\n'));
  };
  EXPECT_EQ(header("logistic_multinomial_double", "predict", 4), "prediction");
  EXPECT_EQ(header("logistic_multinomial_double", "predict_proba", 4), "0,1,2");
  EXPECT_EQ(header("linear_multi_output_double", "predict", 10), "value_0,value_1");
}

TEST_F(Predict, WritesAFileThatAppearsWhole) {
  const std::string out = files_.path("out.csv");
  Ran r = predict("r.csv", "0,1\n3,2\n", {"-o", out});
  EXPECT_EQ(r.code, kDone) << r.err;
  EXPECT_EQ(r.out, "");
  EXPECT_EQ(Files::read(out), "prediction\n1.0\n3.0\n");
  EXPECT_EQ(files_.count(), 3U) << "something was left behind";
  // What was there stays where nothing can be written, and keeps its permissions otherwise.
  r = predict("r.csv", "a,zzz\n", {"-o", out});
  EXPECT_EQ(r.code, kFailed);
  EXPECT_EQ(Files::read(out), "prediction\n1.0\n3.0\n");
  ASSERT_EQ(::chmod(out.c_str(), 0600), 0);
  std::filesystem::create_symlink(out, files_.path("link.csv"));
  EXPECT_EQ(predict("r.csv", "0,0\n", {"-o", files_.path("link.csv")}).code, kDone);
  EXPECT_EQ(Files::read(out), "prediction\n2.0\n");
  EXPECT_TRUE(std::filesystem::is_symlink(files_.path("link.csv")));
  EXPECT_EQ(std::filesystem::status(out).permissions(), std::filesystem::perms(0600));
}

TEST_F(Predict, TellsWhatCannotBeDone) {
  Ran r = predict("r.csv", "0,1\n", {"-o", "/dev/full"});
  EXPECT_EQ(r.code, kFailed);
  EXPECT_EQ(r.err, "pelton predict: /dev/full: cannot be written: No space left on device\n");
  EXPECT_THAT(predict("r.csv", "0,1\n", {"-o", "/nonexistent/out"}).err, HasSubstr("/nonexistent/out"));
  const std::pair<std::vector<std::string>, std::pair<int, const char*>> cases[] = {
      {{"predict"}, {kUsage, "model is required"}},
      {{"predict", "/nonexistent.onnx"}, {kFailed, "/nonexistent.onnx"}},
      {{"predict", model_, "/nonexistent.csv"}, {kFailed, "/nonexistent.csv"}},
      {{"predict", model_, files_.path("")}, {kFailed, "Is a directory"}},
      {{"predict", model_, "-", "--method", "predict_prob"}, {kUsage, "did you mean \"predict_proba\"?"}},
      {{"predict", model_, "-", "--method", "leaf"}, {kFailed, "does not offer leaf; it offers predict"}},
      {{"predict", model_, "-", "--metod", "leaf"}, {kUsage, "did you mean \"--method\"?"}},
      {{"predict", model_, "-", "--format", "xml"}, {kUsage, "--format"}},
      {{"predict", model_, "-", "--on-error", "ignore"}, {kUsage, "--on-error"}},
      {{"predict", model_, "-", "--iterations", "9:3"}, {kUsage, "holds no round"}},
      {{"predict", model_, "-", "--iterations", ":3"}, {kFailed, "no boosting rounds"}},
  };
  for (const auto& [words, wanted] : cases) {
    r = run_pelton(words);
    EXPECT_EQ(r.code, wanted.first) << r.err;
    EXPECT_EQ(r.out, "");
    EXPECT_THAT(r.err, AllOf(StartsWith("pelton predict: "), HasSubstr(wanted.second)));
  }
}

TEST_F(Predict, HasHelpWithAnExample) {
  const Ran r = run_pelton({"predict", "--help"});
  EXPECT_EQ(r.code, kDone);
  EXPECT_THAT(r.out, AllOf(HasSubstr("Example: pelton predict"), HasSubstr("--on-error")));
}

}  // namespace
}  // namespace pelton::app
