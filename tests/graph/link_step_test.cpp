#include "graph/link_step.hpp"

#include <array>
#include <cmath>
#include <limits>

#include "graph/running.hpp"

namespace pelton::graph {
namespace {

using testing::ElementsAre;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// What a link makes of rows of `width` values.
std::vector<double> linked(const LinkSpec& spec, const std::vector<double>& values, std::size_t width = 1) {
  ProgramBuilder builder(width);
  const Register link = must(builder.add("link", make_link(spec, width), std::array{builder.input()}));
  return run(builder, {link}, {values.data(), values.size() / width, width})[0];
}

double as_float(double x) { return static_cast<double>(static_cast<float>(x)); }

TEST(LinkStep, IdentityRoundsToFloatOnlyIfAsked) {
  EXPECT_THAT(linked({Link::identity}, {0.1, -kInfinity, 1e300}), ElementsAre(0.1, -kInfinity, 1e300));
  EXPECT_THAT(linked({Link::identity, 1, true}, {0.1, -kInfinity, 1.5, 16777217}),
              ElementsAre(0x1.99999ap-4, -kInfinity, 1.5, 16777216));
  EXPECT_TRUE(std::isnan(linked({Link::identity}, {kNan})[0]));
  EXPECT_TRUE(std::isnan(linked({Link::identity, 1, true}, {kNan})[0]));
  EXPECT_TRUE(std::signbit(linked({Link::identity, 1, true}, {-0.0})[0]));
}

TEST(LinkStep, SigmoidOfXgboostIsAFloatThatDoesNotReachZero) {
  const std::vector<double> values = linked({Link::xgboost_sigmoid}, {0, 2, -2, 100, kInfinity, -100, -kInfinity});
  EXPECT_EQ(values[0], 0.5);
  EXPECT_FLOAT_EQ(static_cast<float>(values[1]), 0.880797078F);
  EXPECT_FLOAT_EQ(static_cast<float>(values[2]), 0.119202922F);
  for (const double value : values) EXPECT_EQ(value, as_float(value));
  EXPECT_EQ(values[3], 1);
  EXPECT_EQ(values[4], 1);
  // e^88.7 is the most that is taken.
  EXPECT_NEAR(values[5], 3.005e-39, 1e-41);
  EXPECT_EQ(values[6], values[5]);
}

TEST(LinkStep, SoftmaxOfXgboostIsOfFloatsAndMayBeOfLargeOnes) {
  const std::vector<double> values = linked({Link::xgboost_softmax}, {1, 2, 3, 1000, 1000, -1000, 0, 0, -kInfinity}, 3);
  EXPECT_FLOAT_EQ(static_cast<float>(values[0]), 0.0900305732F);
  EXPECT_FLOAT_EQ(static_cast<float>(values[1]), 0.244728471F);
  EXPECT_FLOAT_EQ(static_cast<float>(values[2]), 0.665240956F);
  for (const double value : values) EXPECT_EQ(value, as_float(value));
  EXPECT_THAT(std::vector(values.begin() + 3, values.end()), ElementsAre(0.5, 0.5, 0, 0.5, 0.5, 0));
}

TEST(LinkStep, ExponentialOfXgboostOverflowsWhereFloatsDo) {
  const std::vector<double> values = linked({Link::xgboost_exp}, {0, 1, 89, -kInfinity, kInfinity, -200});
  EXPECT_EQ(values[0], 1);
  EXPECT_FLOAT_EQ(static_cast<float>(values[1]), 2.71828183F);
  EXPECT_EQ(values[1], as_float(values[1]));
  EXPECT_THAT(std::vector(values.begin() + 2, values.end()), ElementsAre(kInfinity, 0, kInfinity, 0));
  EXPECT_TRUE(std::isnan(linked({Link::xgboost_exp}, {kNan})[0]));
}

TEST(LinkStep, HingeIsOneAboveZeroOfFloats) {
  // 1e-60 is no float but 0.
  EXPECT_THAT(linked({Link::xgboost_hinge}, {-1, 0, -0.0, 1e-40, 1e-60, kInfinity, -kInfinity, kNan}),
              ElementsAre(0, 0, 0, 1, 0, 1, 0, 0));
}

TEST(LinkStep, ArgmaxIsTheFirstOfEqualValues) {
  EXPECT_THAT(
      linked({Link::xgboost_argmax}, {1, 2, 3, 5, 5, 5, 0, 7, 7, -kInfinity, -2, -kInfinity, 1, kInfinity, 2}, 3),
      ElementsAre(2, 0, 1, 1, 1));
  EXPECT_THAT(linked({Link::xgboost_argmax}, {-3, 4}, 1), ElementsAre(0, 0));
}

TEST(LinkStep, SigmoidOfLightgbmHasItsSlope) {
  const std::vector<double> values =
      linked({Link::lightgbm_sigmoid, 0.5}, {0, 2, -2, 1e6, -1e6, kInfinity, -kInfinity});
  EXPECT_EQ(values[0], 0.5);
  EXPECT_DOUBLE_EQ(values[1], 0.7310585786300049);
  EXPECT_DOUBLE_EQ(values[2], 0.2689414213699951);
  EXPECT_THAT(std::vector(values.begin() + 3, values.end()), ElementsAre(1, 0, 1, 0));
  EXPECT_TRUE(std::isnan(linked({Link::lightgbm_sigmoid}, {kNan})[0]));
  EXPECT_NEAR(linked({Link::lightgbm_sigmoid}, {-700})[0], 9.859676543759770e-305, 1e-317);
}

TEST(LinkStep, SoftmaxOfLightgbmIsOfDoubles) {
  const std::vector<double> values =
      linked({Link::lightgbm_softmax}, {1, 2, 3, 1e5, 1e5, -1e5, 0, 0, -kInfinity, -5, kNan, 2}, 3);
  EXPECT_DOUBLE_EQ(values[0], 0.09003057317038046);
  EXPECT_DOUBLE_EQ(values[1], 0.24472847105479764);
  EXPECT_DOUBLE_EQ(values[2], 0.6652409557748218);
  EXPECT_THAT(std::vector(values.begin() + 3, values.begin() + 9), ElementsAre(0.5, 0.5, 0, 0.5, 0.5, 0));
  EXPECT_TRUE(std::isnan(values[9]) && std::isnan(values[10]) && std::isnan(values[11]));
}

TEST(LinkStep, ExponentialsOfLightgbmAreOfDoubles) {
  const std::vector<double> values = linked({Link::lightgbm_exp}, {0, 1, 89, 710, -kInfinity});
  EXPECT_EQ(values[0], 1);
  EXPECT_DOUBLE_EQ(values[1], 2.718281828459045);
  EXPECT_DOUBLE_EQ(values[2], 4.4896128191743455e+38);
  EXPECT_EQ(values[3], kInfinity);
  EXPECT_EQ(values[4], 0);
  const std::vector<double> logs = linked({Link::lightgbm_log1p_exp}, {0, 1, -40, 800, -kInfinity});
  EXPECT_DOUBLE_EQ(logs[0], 0.6931471805599453);
  EXPECT_DOUBLE_EQ(logs[1], 1.3132616875182228);
  EXPECT_DOUBLE_EQ(logs[2], 4.248354255291589e-18);
  EXPECT_EQ(logs[3], kInfinity);  // as LightGBM's own
  EXPECT_EQ(logs[4], 0);
}

TEST(LinkStep, SquareKeepsTheSign) {
  EXPECT_THAT(linked({Link::lightgbm_square}, {3, -3, 0.5, 1e200, -1e200, -kInfinity}),
              ElementsAre(9, -9, 0.25, kInfinity, -kInfinity, -kInfinity));
  EXPECT_TRUE(std::signbit(linked({Link::lightgbm_square}, {-0.0})[0]));
  EXPECT_TRUE(std::isnan(linked({Link::lightgbm_square}, {kNan})[0]));
}

TEST(LinkStep, AverageDivides) {
  // 5 · (1 / 3) would be an ulp less.
  EXPECT_THAT(linked({Link::lightgbm_average, 3}, {5, 2.5, -kInfinity, 0}),
              ElementsAre(5.0 / 3, 2.5 / 3, -kInfinity, 0));
}

TEST(LinkStep, AboveIsStrict) {
  EXPECT_THAT(linked({Link::above, 0.25}, {0.25, std::nextafter(0.25, 1), 0, kInfinity, -kInfinity, kNan}),
              ElementsAre(0, 1, 0, 1, 0, 0));
}

TEST(LinkStep, UncertaintyIsAMeanAndAVariance) {
  const std::vector<double> values =
      linked({Link::catboost_uncertainty}, {7, 0, -1.5, 0.5, kInfinity, 400, kNan, -kInfinity}, 2);
  EXPECT_EQ(values[0], 7);
  EXPECT_EQ(values[1], 1);
  EXPECT_EQ(values[2], -1.5);
  EXPECT_DOUBLE_EQ(values[3], 2.718281828459045);
  EXPECT_EQ(values[4], kInfinity);
  EXPECT_EQ(values[5], kInfinity);
  EXPECT_TRUE(std::isnan(values[6]));
  EXPECT_EQ(values[7], 0);
}

TEST(LinkStep, TwoClassesAddToOneInThePrecisionOfTheLibrary) {
  EXPECT_THAT(linked({Link::two_classes}, {0.25, 1, 0, 0x1p-40}),
              ElementsAre(0.75, 0.25, 0, 1, 1, 0, 1 - 0x1p-40, 0x1p-40));
  EXPECT_THAT(linked({Link::two_classes, 1, true}, {0.25, 0x1p-40}), ElementsAre(0.75, 0.25, 1, 0x1p-40));
  EXPECT_THAT(linked({Link::two_classes, 1, true}, {0x1.99999ap-4}), ElementsAre(0x1.ccccccp-1, 0x1.99999ap-4));
}

TEST(LinkStep, TellsItsWidthAndName) {
  EXPECT_EQ(make_link({Link::xgboost_softmax}, 3)->width(), 3U);
  EXPECT_EQ(make_link({Link::xgboost_argmax}, 3)->width(), 1U);
  EXPECT_EQ(make_link({Link::two_classes}, 1)->width(), 2U);
  EXPECT_EQ(make_link({Link::identity}, 4)->describe(), "identity over 4 columns");
  EXPECT_EQ(make_link({Link::two_classes}, 1)->describe(), "two classes over 1 columns");
}

}  // namespace
}  // namespace pelton::graph
