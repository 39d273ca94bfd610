#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>

#include "formats/load.hpp"
#include "tree_case.hpp"

namespace pelton {
namespace {

using model::Method;

std::string text_of(const model::Label& label) {
  if (const auto* number = std::get_if<std::int64_t>(&label)) return std::to_string(*number);
  return std::get<std::string>(label);
}

/// A number's place among all of its type, so that neighbours are 1 apart and −0 and +0 stand together.
template <class Bits, class T>
std::int64_t place(T value) {
  const auto bits = std::bit_cast<Bits>(value);
  return bits < 0 ? std::numeric_limits<Bits>::min() - static_cast<std::int64_t>(bits) : bits;
}

/// How many numbers of the library's type lie between two values; the largest number if only one is NaN.
std::uint64_t ulps_between(double a, double b, bool float32) {
  if (std::isnan(a) || std::isnan(b)) return std::isnan(a) == std::isnan(b) ? 0 : UINT64_MAX;
  const std::int64_t first = float32 ? place<std::int32_t>(static_cast<float>(a)) : place<std::int64_t>(a);
  const std::int64_t second = float32 ? place<std::int32_t>(static_cast<float>(b)) : place<std::int64_t>(b);
  const auto distance = static_cast<std::uint64_t>(first) - static_cast<std::uint64_t>(second);
  return first >= second ? distance : 0 - distance;
}

/// Exact also means the sign of a zero.
bool agrees(const oracle::TreeAnswers& expected, double want, double got) {
  if (expected.ulps > 0) return ulps_between(want, got, expected.float32) <= expected.ulps;
  if (std::isnan(want)) return std::isnan(got);
  return std::bit_cast<std::uint64_t>(want) == std::bit_cast<std::uint64_t>(got);
}

void compare(const oracle::TreeCase& expected, const oracle::TreeAnswers& answers, math::ConstMatrix got) {
  for (std::size_t r = 0; r < got.rows; ++r) {
    for (std::size_t c = 0; c < answers.width; ++c) {
      const double want = answers.values[r * answers.width + c];
      if (agrees(answers, want, got(r, c))) continue;
      std::vector<double> row(&expected.x[r * expected.features],
                              &expected.x[r * expected.features] + expected.features);
      ADD_FAILURE() << "row " << r << ", column " << c << ": expected " << testing::PrintToString(want) << ", got "
                    << testing::PrintToString(got(r, c)) << ", " << ulps_between(want, got(r, c), answers.float32)
                    << " ulp apart\nthe row: " << testing::PrintToString(row);
      return;
    }
  }
}

/// The rows with categories as the model counts them, looked up by name.
std::vector<double> rows_of(const oracle::TreeCase& expected, const model::Schema& schema) {
  std::vector<double> rows = expected.x;
  for (const auto& [column, names] : expected.names) {
    const auto& categories = schema.features[column].categories;
    if (categories == nullptr) {
      ADD_FAILURE() << "column " << column << " knows no names";
      continue;
    }
    for (std::size_t r = 0; r < expected.rows; ++r) {
      double& value = rows[r * expected.features + column];
      const auto number = categories->number(names.at(static_cast<std::size_t>(value)));
      EXPECT_TRUE(number.has_value());
      value = number.value_or(std::nan(""));
    }
  }
  return rows;
}

void compare_part(const oracle::TreeCase& expected, const oracle::TreePart& part, const model::Model& model) {
  model::Workspace workspace;
  const std::vector<double> rows = rows_of(expected, model.schema());
  for (const Method method : model::kAllMethods) {
    SCOPED_TRACE(to_string(method));
    const auto& answers = part.answers[static_cast<std::size_t>(method)];
    const auto& spec = model.schema().output(method);
    EXPECT_EQ(spec.has_value(), answers.has_value());
    if (!spec || !answers) continue;
    ASSERT_EQ(spec->width, answers->width);
    std::vector<double> values(expected.rows * spec->width);
    const math::Matrix out(values.data(), expected.rows, spec->width);
    model.score({rows.data(), expected.rows, expected.features}, method, out, workspace);
    compare(expected, *answers, out);
    // The same row by row.
    std::vector<double> single(values.size());
    for (std::size_t r = 0; r < expected.rows; ++r) {
      model.score({rows.data() + r * expected.features, 1, expected.features}, method,
                  {single.data() + r * spec->width, 1, spec->width}, workspace);
    }
    EXPECT_EQ(std::memcmp(single.data(), values.data(), values.size() * sizeof(double)), 0);
  }
}

class TreeOracleTest : public testing::TestWithParam<std::string> {};

TEST_P(TreeOracleTest, AnswersAsItsLibraryDoes) {
  const oracle::TreeCase expected =
      oracle::read_tree_case(oracle::tree_fixture_directory() / (GetParam() + ".answers"));
  ASSERT_FALSE(expected.parts.empty());
  for (const oracle::TreePart& part : expected.parts) {
    const formats::Iterations& asked = part.iterations;
    SCOPED_TRACE("rounds from " + std::to_string(asked.first) + " to " +
                 (asked.best   ? "the best"
                  : asked.last ? std::to_string(*asked.last)
                               : "the end"));
    formats::Options options;
    options.iterations = asked;
    auto loaded = formats::load_model(oracle::tree_model_file(GetParam()), options);
    ASSERT_TRUE(loaded) << loaded.error().message();
    const model::Schema& schema = (*loaded)->schema();
    ASSERT_EQ(schema.features.size(), expected.features);
    for (std::size_t i = 0; i < expected.feature_names.size(); ++i) {
      EXPECT_EQ(schema.features[i].name, expected.feature_names[i]);
    }
    if (!expected.classes.empty()) {
      std::vector<std::string> classes;
      for (const model::Label& label : schema.classes) classes.push_back(text_of(label));
      EXPECT_EQ(classes, expected.classes);
    }
    compare_part(expected, part, **loaded);
  }
}

INSTANTIATE_TEST_SUITE_P(TreeFixtures, TreeOracleTest, testing::ValuesIn(oracle::tree_fixture_names()),
                         [](const auto& test) { return test.param; });

}  // namespace
}  // namespace pelton
