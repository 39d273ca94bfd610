#include "codec/feature_table.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>

#include "support.hpp"

namespace pelton::codec {
namespace {

using ::testing::HasSubstr;

TEST(FeatureTable, FindsEveryNameWhateverTheGuess) {
  std::vector<std::string> names;
  for (int i = 0; i < 500; ++i) names.push_back("feature_" + std::to_string(i));
  const FeatureTable table(named(names));
  ASSERT_TRUE(table.named());
  for (std::size_t i = 0; i < names.size(); ++i) {
    EXPECT_EQ(table.find(names[i], i), i);
    EXPECT_EQ(table.find(names[i], 0), i);
    EXPECT_EQ(table.find(names[i], 499), i);
    EXPECT_EQ(table.find(names[i], 5000), i);
  }
  EXPECT_EQ(table.find("feature_500", 0), 500U);
  EXPECT_EQ(table.find("", 0), 500U);
}

TEST(FeatureTable, KnowsNoNamesWhereTheModelHasNone) {
  const FeatureTable table(numbered(3));
  EXPECT_FALSE(table.named());
  EXPECT_EQ(table.width(), 3U);
  EXPECT_EQ(table.find("", 0), 3U);
  EXPECT_EQ(table.find("a", 0), 3U);
}

TEST(FeatureTable, SuggestsNamesOfSmallTablesOnly) {
  EXPECT_EQ(FeatureTable(named({"age", "income"})).suggestion("incme"), "; did you mean \"income\"?");
  EXPECT_EQ(FeatureTable(named({"age", "income"})).suggestion("zzz"), "");
  std::vector<std::string> names;
  for (int i = 0; i < 5000; ++i) names.push_back("feature_" + std::to_string(i));
  EXPECT_EQ(FeatureTable(named(names)).suggestion("feature_x"), "");
}

TEST(FeatureTable, TellsTheMethodsOffered) {
  model::Schema schema = numbered(1);
  schema.outputs[static_cast<std::size_t>(model::Method::leaf)] = model::OutputSpec{};
  const FeatureTable table(schema);
  EXPECT_TRUE(table.offers(model::Method::predict));
  EXPECT_TRUE(table.offers(model::Method::leaf));
  EXPECT_FALSE(table.offers(model::Method::predict_proba));
  EXPECT_EQ(table.offered_names(), "predict, leaf");
}

TEST(FeatureTable, LimitsAgreeWithMisfit) {
  const double most = std::numeric_limits<double>::max();
  for (const model::ElementType type :
       {model::ElementType::float32, model::ElementType::float64, model::ElementType::int64,
        model::ElementType::boolean, model::ElementType::string}) {
    const FeatureTable table(schema_of({{.name = "f", .type = type}}));
    const double limit = table.unseen_limit(0);
    if (limit < 0) continue;
    EXPECT_FALSE(misfit(table[0], limit).has_value()) << to_string(type);
    EXPECT_FALSE(misfit(table[0], -limit).has_value()) << to_string(type);
    EXPECT_TRUE(limit == most || misfit(table[0], std::nextafter(limit, most)).has_value()) << to_string(type);
  }
}

TEST(Misfit, JudgesByType) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double infinity = std::numeric_limits<double>::infinity();
  const auto fits = [](model::ElementType type, bool takes_missing, double value) {
    return !misfit({.name = "f", .type = type, .takes_missing = takes_missing}, value).has_value();
  };
  using enum model::ElementType;
  EXPECT_TRUE(fits(float64, false, 1e308));
  EXPECT_TRUE(fits(float64, true, nan));
  EXPECT_FALSE(fits(float64, false, nan));
  for (const bool missing : {false, true}) {
    EXPECT_FALSE(fits(float64, missing, infinity));
    EXPECT_FALSE(fits(float32, missing, -infinity));
    EXPECT_FALSE(fits(int64, missing, infinity));
    EXPECT_FALSE(fits(boolean, missing, infinity));
    EXPECT_FALSE(fits(string, missing, 1));
  }
  EXPECT_TRUE(fits(float32, false, -3.4028234663852886e38));
  EXPECT_FALSE(fits(float32, false, 3.4028235677973366e38));
  EXPECT_TRUE(fits(int64, false, -9007199254740992.0));
  EXPECT_FALSE(fits(int64, false, 9007199254740994.0));
  EXPECT_FALSE(fits(int64, false, 0.5));
  EXPECT_TRUE(fits(boolean, false, 1));
  EXPECT_TRUE(fits(boolean, false, 0));
  EXPECT_FALSE(fits(boolean, false, 0.5));
  EXPECT_TRUE(fits(boolean, true, nan));
}

TEST(Misfit, KeepsToTheValuesAllowed) {
  std::vector<double> allowed{-3, 5};
  const model::Feature feature{.name = "f",
                               .type = model::ElementType::float32,
                               .takes_missing = true,
                               .allowed = std::make_shared<const std::vector<double>>(allowed)};
  EXPECT_FALSE(misfit(feature, 5).has_value());
  EXPECT_FALSE(misfit(feature, -3.9).has_value());  // its whole part
  EXPECT_EQ(misfit(feature, 4.5), "4.5 is none of the values the model knows: -3, 5");
  EXPECT_TRUE(misfit(feature, std::numeric_limits<double>::quiet_NaN()).has_value());
  EXPECT_LT(FeatureTable(schema_of({feature})).unseen_limit(0), 0);
}

}  // namespace
}  // namespace pelton::codec
