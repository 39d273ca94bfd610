#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "formats/load.hpp"
#include "oracle_case.hpp"

namespace pelton {
namespace {

using model::Method;
using oracle::Source;

std::string text_of(const model::Label& label) {
  if (const auto* number = std::get_if<std::int64_t>(&label)) return std::to_string(*number);
  return std::get<std::string>(label);
}

/// The worst difference, relative to the larger of 1, the value, and the largest value of its column
/// among the rows: what float parameters can be held to where terms cancel.
double worst_difference(const oracle::Answers& expected, math::ConstMatrix got) {
  double worst = 0;
  for (std::size_t c = 0; c < expected.width; ++c) {
    double size = 1;
    for (std::size_t r = 0; r < got.rows; ++r) {
      const double value = std::abs(expected.values[r * expected.width + c]);
      if (std::isfinite(value)) size = std::max(size, value);
    }
    for (std::size_t r = 0; r < got.rows; ++r) {
      const double want = expected.values[r * expected.width + c];
      if (want == got(r, c) || (std::isnan(want) && std::isnan(got(r, c)))) continue;
      const double difference = std::abs(want - got(r, c)) / size;
      worst = std::max(worst, std::isnan(difference) ? HUGE_VAL : difference);
    }
  }
  return worst;
}

class OracleTest : public testing::TestWithParam<std::string> {};

TEST_P(OracleTest, AnswersAsItsSourcesDo) {
  const std::filesystem::path directory = oracle::fixture_directory();
  const oracle::OracleCase expected = oracle::read_oracle_case(directory / (GetParam() + ".expected"));
  auto loaded = formats::load_model(directory / (GetParam() + ".onnx"));
  ASSERT_TRUE(loaded) << loaded.error().message();
  const model::Model& model = **loaded;

  ASSERT_EQ(model.schema().features.size(), expected.features);
  std::vector<std::string> classes;
  for (const model::Label& label : model.schema().classes) classes.push_back(text_of(label));
  EXPECT_EQ(classes, expected.classes);

  // Runtimes that compute in float are themselves no nearer to the truth than this.
  constexpr double kRuntimeTolerance = 1e-4;
  const std::vector<double> rows = oracle::rows_for(model.schema(), expected);
  model::Workspace workspace;
  for (const Method method : model::kAllMethods) {
    const auto& answers = expected.of(Source::scikit_learn, method);
    const auto& spec = model.schema().output(method);
    ASSERT_EQ(spec.has_value(), answers.has_value()) << to_string(method);
    if (!answers) continue;
    ASSERT_EQ(spec->width, answers->width) << to_string(method);
    std::vector<double> values(expected.rows * spec->width);
    const math::Matrix out(values.data(), expected.rows, spec->width);
    model.score({rows.data(), expected.rows, expected.features}, method, out, workspace);
    EXPECT_LE(worst_difference(*answers, out), spec->labelled ? 0 : expected.tolerance) << to_string(method);
    if (const auto& runtime = expected.of(Source::onnx_runtime, method)) {
      ASSERT_EQ(spec->width, runtime->width) << to_string(method);
      EXPECT_LE(worst_difference(*runtime, out), spec->labelled ? 0 : kRuntimeTolerance) << to_string(method);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Fixtures, OracleTest, testing::ValuesIn(oracle::fixture_names()),
                         [](const auto& test) { return test.param; });

}  // namespace
}  // namespace pelton
