#include "train/linear.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <random>

namespace pelton::train {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

LinearFit fit(const std::vector<double>& x, std::size_t features, const std::vector<double>& y,
              std::size_t targets = 1) {
  auto result = fit_linear({x.data(), x.size() / features, features}, {y.data(), y.size() / targets, targets});
  EXPECT_TRUE(result) << result.error().message();
  return *result;
}

TEST(FitLinear, GivesTheArticlesRoundNumbers) {
  // Rank-deficient: of all lines through the points the shortest has both coefficients alike.
  const LinearFit line = fit({1, 2, 3, 4, 5, 6}, 2, {1, 3, 5});
  EXPECT_EQ(line.rank, 1U);
  EXPECT_THAT(line.coefficients, ElementsAre(0.5, 0.5));
  EXPECT_THAT(line.intercepts, ElementsAre(-0.5));
  const double row[] = {2, 3};
  double prediction = 0;
  line.predict({row, 1, 2}, {&prediction, 1, 1});
  EXPECT_EQ(prediction, 2.0);
}

TEST(FitLinear, FindsExactCoefficientsExactly) {
  // To the last bit, although the means are 49ths, which no binary number is.
  std::mt19937_64 random(1);
  const std::vector<double> truth{0.125, -2.375, 7, 0.25, -3};
  std::vector<double> x;
  std::vector<double> y;
  for (int r = 0; r < 49; ++r) {
    double sum = 4;
    for (std::size_t f = 0; f < truth.size(); ++f) {
      x.push_back(static_cast<double>(random() % 2001) - 1000);
      sum += truth[f] * x.back();
    }
    y.push_back(sum);
  }
  const LinearFit line = fit(x, truth.size(), y);
  EXPECT_EQ(line.coefficients, truth);
  EXPECT_EQ(line.intercepts[0], 4);
  EXPECT_EQ(line.rank, truth.size());
}

TEST(FitLinear, TakesTheShortestOfManySolutions) {
  // The third column is the sum of the others, the fourth constant: scikit-learn's LinearRegression gives
  // 1/3, 4/3, 5/3 and 0 (exactly so in rational arithmetic).
  const std::vector<double> x{1, 0, 1, 7, 0, 1, 1, 7, 2, 1, 3, 7, 3, 5, 8, 7, 1, 1, 2, 7};
  std::vector<double> y;
  for (std::size_t r = 0; r < 5; ++r) y.push_back(2 * x[4 * r] + 3 * x[4 * r + 1] - 1);
  const LinearFit line = fit(x, 4, y);
  EXPECT_EQ(line.rank, 2U);
  EXPECT_THAT(line.coefficients, ElementsAre(1.0 / 3, 4.0 / 3, 5.0 / 3, 0));
  EXPECT_NEAR(line.intercepts[0], -1, 1e-15);
}

TEST(FitLinear, LeavesTheResidualOrthogonalToTheFeatures) {
  std::mt19937_64 random(2);
  std::normal_distribution<double> normal;
  std::vector<double> x(200 * 6);
  std::vector<double> y(200);
  for (double& v : x) v = normal(random);
  for (double& v : y) v = 100 + 10 * normal(random);
  const LinearFit line = fit(x, 6, y);
  std::vector<double> predicted(200);
  line.predict({x.data(), 200, 6}, {predicted.data(), 200, 1});
  for (std::size_t f = 0; f < 6; ++f) {
    double product = 0;
    for (std::size_t r = 0; r < 200; ++r) product += (y[r] - predicted[r]) * x[6 * r + f];
    EXPECT_NEAR(product, 0, 1e-10);
  }
}

TEST(FitLinear, FitsEachTargetByItself) {
  const LinearFit both = fit({1, 2, 3, 5}, 1, {1, 10, 2, 20, 3, 30, 5, 50}, 2);
  EXPECT_THAT(both.coefficients, ElementsAre(1, 10));
  EXPECT_THAT(both.intercepts, ElementsAre(0, 0));
}

TEST(FitLinear, FitsASingleRowAndConstantFeatures) {
  EXPECT_THAT(fit({3, 4}, 2, {7}).coefficients, ElementsAre(0, 0));
  EXPECT_THAT(fit({3, 4}, 2, {7}).intercepts, ElementsAre(7));
  EXPECT_THAT(fit({3, 3, 3}, 1, {1, 2, 6}).intercepts, ElementsAre(3));
}

TEST(FitLinear, FitsMoreFeaturesThanRows) {
  const LinearFit line = fit({1, 0, 0, 0, 1, 0}, 3, {1, 3});
  EXPECT_THAT(line.coefficients, ElementsAre(-1, 1, 0));
  EXPECT_THAT(line.intercepts, ElementsAre(2));
}

TEST(FitLinear, RefusesWhatCannotBeFitted) {
  const double one = 1;
  EXPECT_FALSE(fit_linear({&one, 0, 1}, {&one, 0, 1}));
  const double two[] = {1, 2};
  EXPECT_FALSE(fit_linear({two, 2, 1}, {two, 1, 1}));
  const double broken[] = {1, std::numeric_limits<double>::quiet_NaN()};
  EXPECT_THAT(fit_linear({broken, 2, 1}, {two, 2, 1}).error().message(), HasSubstr("feature 0 of row 1"));
  EXPECT_THAT(fit_linear({two, 2, 1}, {broken, 2, 1}).error().message(), HasSubstr("target 0 of row 1"));
}

}  // namespace
}  // namespace pelton::train
