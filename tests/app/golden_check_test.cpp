#include "app/golden_check.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace pelton::app {
namespace {

using codec::ExpectedValue;
using model::ElementType;
using model::Method;

model::Schema schema_of(ElementType type, bool labelled = false) {
  model::Schema schema;
  schema.outputs[0] = model::OutputSpec{.name = "predict", .type = type, .labelled = labelled};
  return schema;
}

ExpectedValue number(double value) { return {ExpectedValue::Kind::number, value, std::to_string(value)}; }

GoldenCheck checked(const model::Schema& schema, double result, const ExpectedValue& expected,
                    std::optional<double> tolerance = {}) {
  GoldenCheck check(schema, Method::predict, tolerance);
  check.compare(&result, {expected}, 1, 1);
  return check;
}

TEST(GoldenCheck, CountsStepsOfTheOutputsOwnType) {
  const model::Schema wide = schema_of(ElementType::float64);
  const model::Schema narrow = schema_of(ElementType::float32);
  EXPECT_EQ(checked(wide, 1, number(std::nextafter(1, 2))).ulps().difference, 1);
  EXPECT_EQ(checked(narrow, 1, number(std::nextafter(1.0F, 2.0F))).ulps().difference, 1);
  EXPECT_EQ(checked(wide, 5e-324, number(-5e-324)).ulps().difference, 2);
  EXPECT_EQ(checked(wide, 0.0, number(-0.0)).ulps().difference, 0);
  EXPECT_GT(checked(wide, -1e308, number(1e308)).ulps().difference, 1e18);
}

TEST(GoldenCheck, RoundsExpectedValuesAsTheOutputIs) {
  const auto result = static_cast<double>(0.1F);
  EXPECT_EQ(checked(schema_of(ElementType::float32), result, number(0.1), 0).beyond(), 0U);
  EXPECT_EQ(checked(schema_of(ElementType::float64), result, number(0.1), 0).beyond(), 1U);
}

TEST(GoldenCheck, TakesToleranceRelativeToLargeValuesOnly) {
  const model::Schema schema = schema_of(ElementType::float64);
  EXPECT_EQ(checked(schema, 1e6 + 1e-4, number(1e6)).beyond(), 0U);
  EXPECT_EQ(checked(schema, 1e6 + 1e-2, number(1e6)).beyond(), 1U);
  EXPECT_EQ(checked(schema, 1e-10, number(2e-10)).beyond(), 0U);
  EXPECT_EQ(checked(schema, 1e-10, number(2e-10)).relative().difference, 0.5);
}

TEST(GoldenCheck, MeetsNonFiniteValues) {
  const double inf = std::numeric_limits<double>::infinity();
  const model::Schema schema = schema_of(ElementType::float64);
  EXPECT_EQ(checked(schema, inf, number(inf)).beyond(), 0U);
  EXPECT_EQ(checked(schema, inf, number(1)).beyond(), 1U);
  EXPECT_EQ(checked(schema, std::nan(""), number(1)).beyond(), 1U);
  EXPECT_EQ(checked(schema, std::nan(""), {}).beyond(), 0U);
  EXPECT_EQ(checked(schema, -inf, {}).beyond(), 0U);
  EXPECT_EQ(checked(schema, 1, {}).beyond(), 1U);
  EXPECT_EQ(checked(schema, 1, {ExpectedValue::Kind::text, 0, "one"}).beyond(), 1U);
}

TEST(GoldenCheck, WholeNumbersAndLabelsMustBeEqual) {
  EXPECT_EQ(checked(schema_of(ElementType::int64), 7, number(8), 100.0).beyond(), 1U);
  model::Schema schema = schema_of(ElementType::int64, true);
  schema.classes = {std::int64_t{10}, std::int64_t{20}};
  EXPECT_EQ(checked(schema, 1, number(20)).beyond(), 0U);
  EXPECT_EQ(checked(schema, 1, number(1)).beyond(), 1U);
  schema.classes = {std::string("no"), std::string("7")};
  EXPECT_EQ(checked(schema, 0, {ExpectedValue::Kind::text, 0, "no"}).beyond(), 0U);
  EXPECT_EQ(checked(schema, 1, {ExpectedValue::Kind::number, 7, "7"}).beyond(), 0U);
  EXPECT_EQ(checked(schema, 1, {ExpectedValue::Kind::text, 0, "no"}).first_told(), "expected no, got 7");
}

}  // namespace
}  // namespace pelton::app
