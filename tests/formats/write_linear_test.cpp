#include "formats/write_linear.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "formats/load.hpp"

namespace pelton::formats {
namespace {

TEST(WriteLinear, RoundTripsEveryBit) {
  const double coefficients[] = {0.1, -1.0 / 3, 1e-300, 5, 6, 7};
  const double intercepts[] = {M_PI, -0.0};
  const auto bytes = write_linear_onnx({{coefficients, 2, 3}, intercepts, {}});
  ASSERT_TRUE(bytes);
  const auto model = read_model(*bytes, "written");
  ASSERT_TRUE(model) << model.error().message();
  const double rows[] = {1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0};
  std::vector<double> out(8);
  model::Workspace workspace;
  (*model)->score({rows, 4, 3}, model::Method::predict, {out.data(), 4, 2}, workspace);
  EXPECT_EQ(out[0], 0.1 + M_PI);
  EXPECT_EQ(out[2], -1.0 / 3 + M_PI);
  EXPECT_EQ(out[1], 5.0);
  EXPECT_EQ(out[6], M_PI);
  EXPECT_FALSE((*model)->schema().named());
}

TEST(WriteLinear, GivesTheSameBytesForTheSameModel) {
  const double coefficients[] = {1, 2};
  const double intercept = 3;
  const LinearModelFile model{{coefficients, 1, 2}, {&intercept, 1}, {"a \"b\"", "ü"}};
  EXPECT_EQ(*write_linear_onnx(model), *write_linear_onnx(model));
  const auto loaded = read_model(*write_linear_onnx(model), "written");
  EXPECT_EQ((*loaded)->schema().features[0].name, "a \"b\"");
  EXPECT_EQ((*loaded)->schema().features[1].name, "ü");
}

TEST(WriteLinear, RefusesWhatDoesNotFitTogether) {
  const double numbers[] = {1, HUGE_VAL};
  EXPECT_FALSE(write_linear_onnx({{numbers, 1, 2}, std::span(numbers, 1), {}}));
  EXPECT_FALSE(write_linear_onnx({{numbers, 1, 1}, std::span(numbers, 2), {}}));
  EXPECT_FALSE(write_linear_onnx({{numbers, 1, 1}, std::span(numbers, 1), {"a", "b"}}));
  EXPECT_FALSE(write_linear_onnx({{numbers, 0, 1}, {}, {}}));
}

}  // namespace
}  // namespace pelton::formats
