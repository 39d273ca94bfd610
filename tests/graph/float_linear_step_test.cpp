#include "graph/float_linear_step.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <limits>

#include "running.hpp"

namespace pelton::graph {
namespace {

using testing::ElementsAre;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

TEST(FloatLinearStep, RoundsEveryStepAndPassesOverMissingValues) {
  ProgramBuilder builder(3);
  const std::array input{builder.input()};
  // Two outputs; in double, or in another order, the first would not be 0.
  const Register sums =
      must(builder.add("linear", make_float_linear({1e8F, 1, 1, 2, -1e8F, 3}, {0.25F, 0.5F}, 3), input));
  const std::array rows{1.0, 1.0, 1.0, kNan, 1.0, kNan, 0.1, kNan, 0.0};
  EXPECT_THAT(
      run(builder, {sums}, {rows.data(), 3, 3})[0],
      ElementsAre(0.0, 6.5, 1.25, 2.5, static_cast<double>(0.25F + 0.1F * 1e8F), static_cast<double>(0.5F + 0.1F)));
}

}  // namespace
}  // namespace pelton::graph
