#include "codec/predict_request.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>

#include "support.hpp"

namespace pelton::codec {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(ReadOption, ReadsTheTextOfAQuery) {
  const FeatureTable features(numbered(1));
  PredictOptions options;
  const auto take = [&](std::string_view name, std::string_view value) {
    const OptionOutcome outcome = read_option(name, value, features, options);
    EXPECT_TRUE(outcome.known) << name;
    EXPECT_FALSE(outcome.error.has_value()) << name << ": " << *outcome.error;
  };
  take("method", "predict");
  take("explain", "top12");
  take("model", "house");
  take("version", "3");
  take("timeout_ms", "1500");
  take("priority", "0");
  EXPECT_EQ(options.method, model::Method::predict);
  EXPECT_EQ(options.explain_top, 12U);
  EXPECT_EQ(options.model, "house");
  EXPECT_EQ(options.version, "3");
  EXPECT_EQ(options.timeout, core::Duration(std::chrono::milliseconds(1500)));
  EXPECT_EQ(options.priority, 0U);
  take("timeout_ms", "1e-300");
  EXPECT_EQ(options.timeout, core::Duration(1)) << "never none at all";
}

TEST(ReadOption, LeavesOthersToTheCaller) {
  const FeatureTable features(numbered(1));
  PredictOptions options;
  EXPECT_FALSE(read_option("dtype", "float32", features, options).known);
  EXPECT_FALSE(read_option("id", "7", features, options).known);
  EXPECT_FALSE(read_option("", "", features, options).known);
}

TEST(ReadOption, TellsWhatIsWrong) {
  const FeatureTable features(numbered(1));
  PredictOptions options;
  const auto refused = [&](std::string_view name, std::string_view value) {
    const OptionOutcome outcome = read_option(name, value, features, options);
    EXPECT_TRUE(outcome.known);
    return outcome.error.value_or("taken");
  };
  EXPECT_THAT(refused("method", "predict_prob"), HasSubstr("did you mean \"predict_proba\"?"));
  EXPECT_THAT(refused("method", "contrib"), HasSubstr("does not offer contrib"));
  for (const char* const value : {"", "soon", "5ms", "0", "-1", "nan", "inf", "1e9", " 5", "5 "}) {
    EXPECT_THAT(refused("timeout_ms", value), HasSubstr("milliseconds")) << value;
  }
  for (const char* const value : {"", "top", "top-1", "3top", "4294967296", "+3"}) {
    EXPECT_THAT(refused("explain", value), HasSubstr("contributions")) << value;
  }
  for (const char* const value : {"", "high", "101", "-1"}) {
    EXPECT_THAT(refused("priority", value), HasSubstr("100 (last)")) << value;
  }
  EXPECT_THAT(refused("version", ""), HasSubstr("expected a name"));
}

TEST(CopyRows, TakesTheTailToAnotherBuffer) {
  math::RowBuffer from(2);
  math::RowBuffer to(2);
  for (double row = 0; row < 3; ++row) {
    double* const out = from.append_row();
    out[0] = row;
    out[1] = -row;
  }
  to.append_row()[0] = 9;
  to.view().row(0)[1] = 9;
  const FeatureTable features(numbered(2));
  EXPECT_EQ(copy_rows(from, 1, to, features), 1U);
  EXPECT_THAT(values_from(to, 0), ElementsAre(9, 9, 1, -1, 2, -2));
  EXPECT_EQ(copy_rows(from, 3, to, features), 3U) << "nothing to copy";
  EXPECT_EQ(to.rows(), 3U);
}

TEST(CopyRows, TakesTextsAlong) {
  const FeatureTable features(schema_of({{.name = "n"}, {.name = "t", .type = model::ElementType::string}}));
  math::RowBuffer from(2);
  math::RowBuffer to(2);
  for (const std::string text : {"stays", "", "moves"}) {
    double* const out = from.append_row();
    out[0] = 1;
    out[1] = from.put_text(text);
  }
  double* const other = to.append_row();
  other[1] = to.put_text("other");
  EXPECT_EQ(copy_rows(from, 1, to, features), 1U);
  EXPECT_EQ(core::text_of(from.view()(0, 1)), "stays");
  from.release();
  EXPECT_EQ(core::text_of(to.view()(0, 1)), "other");
  EXPECT_EQ(core::text_of(to.view()(1, 1)), "");
  EXPECT_EQ(core::text_of(to.view()(2, 1)), "moves");
}

}  // namespace
}  // namespace pelton::codec
