#include "serving/sample_rows.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <set>

namespace pelton::serving {
namespace {

class DescribedModel final : public model::Model {
 public:
  model::Schema schema_;
  model::Description description_;
  const model::Schema& schema() const noexcept override { return schema_; }
  const model::Description& description() const noexcept override { return description_; }
  void score(math::ConstMatrix, model::Method, math::Matrix, model::Workspace&) const override {}
};

/// Looks the sum of its features up in a table of so many places.
class TableModel final : public model::Model {
 public:
  explicit TableModel(double places) : places_(places) {
    schema_.features = {{.name = "a", .type = model::ElementType::int64}, {.name = "b"}};
    schema_.outputs[0] = model::OutputSpec{.name = "predict"};
  }
  const model::Schema& schema() const noexcept override { return schema_; }
  const model::Description& description() const noexcept override { return description_; }
  void score(math::ConstMatrix rows, model::Method, math::Matrix out, model::Workspace&) const override {
    for (std::size_t r = 0; r < rows.rows; ++r) {
      out(r, 0) = rows(r, 0) >= 0 && rows(r, 0) < places_ ? rows(r, 1) : graph::kRefusedRow;
    }
  }
  bool refuses_rows(model::Method) const noexcept override { return true; }

 private:
  double places_;
  model::Schema schema_;
  model::Description description_;
};

TEST(SampleRows, AreRowsThatTheModelTakes) {
  for (const double places : {1, 2, 5}) {
    const math::RowBuffer rows = sample_rows(TableModel(places), 500);
    std::set<double> seen;
    for (std::size_t r = 0; r < rows.rows(); ++r) seen.insert(rows.view()(r, 0));
    EXPECT_EQ(*seen.begin(), 0);
    EXPECT_EQ(*seen.rbegin(), places - 1);
  }
}

TEST(SampleRows, SpreadOverTheModelsTurningPoints) {
  DescribedModel model;
  model.schema_.features = {{.name = "income"},
                            {.name = "rooms"},
                            {.name = "free"},
                            {.name = "flag", .type = model::ElementType::boolean},
                            {.name = "color", .categories = model::make_categories({"a", "b", "c"}, false)}};
  model.description_.turning_points = {{20'000.5, 30'000.5, 40'000.5}, {1, 2, 3}, {}};
  const math::RowBuffer rows = sample_rows(model, 4000);
  ASSERT_EQ(rows.rows(), 4000U);
  std::array<int, 4> between{};
  std::set<double> incomes;
  std::set<double> colors;
  double sum = 0;
  for (std::size_t r = 0; r < rows.rows(); ++r) {
    const double* const row = rows.view().row(r);
    ++between[static_cast<std::size_t>((row[0] > 20'000.5) + (row[0] > 30'000.5) + (row[0] > 40'000.5))];
    incomes.insert(row[0]);
    EXPECT_EQ(row[1], std::round(row[1]));
    EXPECT_TRUE(std::isfinite(row[2]));
    sum += row[2];
    EXPECT_TRUE(row[3] == 0 || row[3] == 1);
    colors.insert(row[4]);
  }
  for (const int count : between) EXPECT_NEAR(count, 1000, 150);
  EXPECT_GT(incomes.size(), 3990U);
  EXPECT_EQ(colors, (std::set<double>{0, 1, 2}));
  EXPECT_NEAR(sum / 4000, 0, 0.1);
}

TEST(SampleRows, MakeUpTexts) {
  DescribedModel model;
  model.schema_.features = {{.name = "n"}, {.name = "t", .type = model::ElementType::string}};
  const math::RowBuffer rows = sample_rows(model, 500);
  const math::RowBuffer again = sample_rows(model, 500);
  std::set<std::string_view> texts;
  for (std::size_t r = 0; r < rows.rows(); ++r) {
    const std::string_view text = core::text_of(rows.view()(r, 1));
    EXPECT_GE(text.size(), 5U);
    EXPECT_LT(text.size(), 200U);
    EXPECT_EQ(core::text_of(again.view()(r, 1)), text);
    texts.insert(text);
  }
  EXPECT_EQ(texts.size(), 500U);
}

TEST(SampleRows, AreTheSameEachTime) {
  DescribedModel model;
  model.schema_.features.resize(3);
  const math::RowBuffer a = sample_rows(model, 5);
  const math::RowBuffer b = sample_rows(model, 5);
  EXPECT_TRUE(std::equal(a.view().data, a.view().data + 15, b.view().data));
}

}  // namespace
}  // namespace pelton::serving
