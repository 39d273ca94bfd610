#include "app/golden_source.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "core/clock.hpp"
#include "formats/load.hpp"
#include "formats/onnx/graph_writer.hpp"
#include "metrics/registry.hpp"
#include "running.hpp"

namespace pelton::app {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;

/// y = -x, with golden rows in its metadata.
std::string negation(const std::string& golden, const std::string& tolerance = "1e-9") {
  formats::onnx::GraphWriter writer("negation");
  writer.input("x", formats::onnx::DataType::float64, 1);
  writer.node({"Neg", {"x"}, {"y"}, "n"});
  writer.output("y", formats::onnx::DataType::float64, 1);
  if (!golden.empty()) {
    writer.metadata("pelton.golden", golden);
    writer.metadata("pelton.golden.tolerance", tolerance);
  }
  return writer.finish(18);
}

class GoldenSources : public ::testing::Test {
 protected:
  core::Result<void> check(const std::string& file) {
    const auto model = formats::load_model(file);
    return check_golden_rows(**model, file);
  }
  Files files_;
};

TEST_F(GoldenSources, PassWhereTheModelGivesWhatIsExpected) {
  EXPECT_TRUE(check(files_.write("a.onnx", negation(""))).has_value());
  EXPECT_TRUE(
      check(files_.write("b.onnx", negation(R"([{"x":[2],"predict":-2},{"x":[0.5],"predict":-0.5}])"))).has_value());
}

TEST_F(GoldenSources, TellTheRowTheOutputAndBothValues) {
  const auto checked = check(files_.write("a.onnx", negation(R"([{"x":[2],"predict":-2},{"x":[3],"predict":-2.5}])")));
  ASSERT_FALSE(checked.has_value());
  EXPECT_THAT(checked.error().message(),
              AllOf(HasSubstr("golden rows in "), HasSubstr("row 2: predict: expected -2.5, got -3.0"),
                    HasSubstr("(tolerance 1e-09)")));
}

TEST_F(GoldenSources, KeepToTheToleranceOfTheFile) {
  const std::string golden = R"([{"x":[2],"predict":-2.01}])";
  EXPECT_TRUE(check(files_.write("a.onnx", negation(golden, "0.01"))).has_value());
  EXPECT_FALSE(check(files_.write("b.onnx", negation(golden, "0.001"))).has_value());
}

TEST_F(GoldenSources, RefuseWhatIsNoGoldenRow) {
  for (const char* golden : {"[]", "{}", "[1]", "[{\"x\":[1]}]", "[{\"x\":[1],\"predict\":1", "hello",
                             "[{\"x\":[1,2],\"predict\":1}]", "[{\"x\":[1],\"predict_proba\":[1]}]"}) {
    EXPECT_FALSE(check(files_.write("a.onnx", negation(golden))).has_value()) << golden;
  }
}

TEST_F(GoldenSources, RefuseMoreEmbeddedRowsThanAreScored) {
  std::string golden = "[";
  for (int i = 0; i < 10'001; ++i) golden += std::string(i == 0 ? "" : ",") + R"({"x":[1],"predict":-1})";
  const auto checked = check(files_.write("a.onnx", negation(golden + "]")));
  ASSERT_FALSE(checked.has_value());
  EXPECT_THAT(checked.error().message(), HasSubstr("more than 10000 golden rows"));
}

TEST_F(GoldenSources, StandBesideTheFileToo) {
  std::filesystem::create_directories(files_.path("m/1"));
  const std::string versioned = files_.write("m/1/model.onnx", negation(""));
  EXPECT_TRUE(check(versioned).has_value());
  files_.write("m/1/golden.csv", "x,predict\n1,-1\n2,2\n");
  const auto checked = check(versioned);
  ASSERT_FALSE(checked.has_value());
  EXPECT_THAT(checked.error().message(), HasSubstr("row 2: predict: expected 2, got -2.0"));
  files_.write("m/1/golden.ndjson", "{\"x\":[1],\"predict\":-1}\n");
  EXPECT_THAT(check(versioned).error().message(), HasSubstr("holds both golden.ndjson and golden.csv"));
  const std::string lone = files_.write("lone.onnx", negation(""));
  files_.write("lone.golden.json", R"([{"x":[1],"predict":1}])");
  EXPECT_FALSE(check(lone).has_value());
}

TEST_F(GoldenSources, KeepTheVersionThatServesWhereAReloadFails) {
  const core::SteadyClock& clock = core::SteadyClock::instance();
  metrics::Registry registry;
  serving::Repository repository(with_golden_rows(serving::default_loader()), clock, registry);
  const std::string file = files_.write("m.onnx", negation(R"([{"x":[1],"predict":-1}])"));
  const std::vector<serving::ModelSource> sources{{.name = "m", .version = "1", .path = file, .fit = {}}};
  ASSERT_TRUE(repository.replace(sources, "").empty());
  const std::uint64_t serving = repository.snapshot()->default_model()->newest().id;
  files_.write("m.onnx", negation(R"([{"x":[1],"predict":1}])"));
  const auto errors = repository.replace(sources, "");
  ASSERT_EQ(errors.size(), 1U);
  EXPECT_THAT(errors[0].message(), HasSubstr("row 1: predict: expected 1, got -1.0"));
  EXPECT_EQ(repository.snapshot()->default_model()->newest().id, serving);
}

TEST_F(GoldenSources, AreWhatVerifyTakesWithoutRows) {
  const std::string good = files_.write("good.onnx", negation(R"([{"x":[1],"predict":-1}])"));
  Ran r = run_pelton({"verify", good});
  EXPECT_EQ(r.code, kDone) << r.err;
  EXPECT_THAT(r.out, HasSubstr("predict: 1 values"));
  r = run_pelton({"verify", files_.write("bad.onnx", negation(R"([{"x":[1],"predict":1}])"))});
  EXPECT_EQ(r.code, kFailed);
  EXPECT_THAT(r.out, HasSubstr("expected 1, got -1.0"));
  r = run_pelton({"verify", files_.write("none.onnx", negation(""))});
  EXPECT_EQ(r.code, kFailed);
  EXPECT_THAT(r.err, HasSubstr("no golden rows came with it"));
}

TEST_F(GoldenSources, AreToldByInspect) {
  const std::string good = files_.write("good.onnx", negation(R"([{"x":[1],"predict":-1}])"));
  EXPECT_THAT(run_pelton({"inspect", good}).out,
              AllOf(HasSubstr("golden rows  1 (golden rows in "), HasSubstr("all as expected")));
  EXPECT_THAT(run_pelton({"inspect", good, "--json"}).out, HasSubstr(R"("rows":1,"passed":true)"));
  const std::string bad = files_.write("bad.onnx", negation(R"([{"x":[1],"predict":1}])"));
  const Ran r = run_pelton({"inspect", bad});
  EXPECT_EQ(r.code, kFailed);
  EXPECT_THAT(r.out, HasSubstr("NOT AS EXPECTED: row 1: predict: expected 1, got -1.0"));
  EXPECT_THAT(run_pelton({"inspect", files_.linear_model()}).out,
              AllOf(HasSubstr("golden rows  none"), HasSubstr("baseline     none")));
}

}  // namespace
}  // namespace pelton::app
