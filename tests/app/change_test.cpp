#include "app/change.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

namespace pelton::app {
namespace {

using model::Method;

constexpr double kInfinity = std::numeric_limits<double>::infinity();

TEST(Magnitudes, GivesQuantilesToOnePartIn256) {
  Magnitudes magnitudes;
  for (int i = 1; i <= 100'000; ++i) magnitudes.add(i * 1e-7);
  for (const double q : {0.01, 0.5, 0.9, 0.99, 0.999}) {
    EXPECT_NEAR(magnitudes.quantile(q) / (q * 1e-2), 1, 1.0 / 256) << q;
  }
}

TEST(Magnitudes, HoldsNothingZerosAndInfinities) {
  Magnitudes magnitudes;
  EXPECT_EQ(magnitudes.quantile(0.5), 0);
  for (int i = 0; i < 9; ++i) magnitudes.add(0);
  EXPECT_EQ(magnitudes.quantile(0.99), 0);
  magnitudes.add(kInfinity);
  EXPECT_EQ(magnitudes.quantile(0.5), 0);
  EXPECT_EQ(magnitudes.quantile(0.99), kInfinity);
  magnitudes.add(std::numeric_limits<double>::denorm_min());
  magnitudes.add(std::numeric_limits<double>::max());
  EXPECT_EQ(magnitudes.count(), 12U);
}

model::Schema numbers(std::size_t width = 1) {
  model::Schema schema;
  schema.outputs[0] = model::OutputSpec{.name = "predict", .width = width, .scalar = width == 1};
  return schema;
}

model::Schema labels(std::vector<model::Label> classes) {
  model::Schema schema;
  schema.classes = std::move(classes);
  schema.outputs[0] = model::OutputSpec{.name = "predict", .labelled = true};
  return schema;
}

TEST(Change, CountsWhatIsBeyondTolerance) {
  const model::Schema schema = numbers();
  Change change(schema, schema, Method::predict, 0.1, 10);
  std::size_t row = 0;
  const auto note = [&](double before, double after) {
    ++row;
    change.note(&before, &after, row, row + 1);
  };
  note(1, 1);
  note(1, 1.05);
  note(1, 1.5);
  note(-100, -109);  // within a tenth of it
  note(-100, -111);
  note(std::nan(""), std::nan(""));
  note(std::nan(""), 0);
  EXPECT_EQ(change.rows(), 7U);
  EXPECT_EQ(change.changed(), 3U);
  EXPECT_EQ(change.greatest(), kInfinity);
  const auto worst = change.worst();
  ASSERT_EQ(worst.size(), 3U);
  EXPECT_EQ(worst[0].row, 7U);
  EXPECT_EQ(worst[0].line, 8U);
  EXPECT_EQ(worst[0].before, "null");
  EXPECT_EQ(worst[1].row, 5U);
  EXPECT_EQ(worst[1].after, "-111.0");
  EXPECT_EQ(worst[2].row, 3U);
}

TEST(Change, KeepsTheRowsThatChangeMost) {
  const model::Schema schema = numbers(2);
  Change change(schema, schema, Method::predict, 0, 3);
  for (std::size_t i = 0; i < 100; ++i) {
    const double before[] = {0, 1};
    const double after[] = {0, 1 + static_cast<double>(i * 37 % 100)};
    change.note(before, after, i + 1, i + 1);
  }
  EXPECT_EQ(change.changed(), 99U);
  EXPECT_EQ(change.mean(), 49.5);
  const auto worst = change.worst();
  ASSERT_EQ(worst.size(), 3U);
  EXPECT_EQ(worst[0].difference, 99);
  EXPECT_EQ(worst[1].difference, 98);
  EXPECT_EQ(worst[2].difference, 97);
  EXPECT_EQ(worst[2].after, "[0.0,98.0]");
}

TEST(Change, ComparesLabelsByWhatTheyAre) {
  const model::Schema before = labels({std::string("a"), std::string("b")});
  const model::Schema after = labels({std::string("b"), std::string("c"), std::string("a")});
  Change change(before, after, Method::predict, 0, 10);
  const double first = 0;
  const double second = 1;
  const double third = 2;
  change.note(&first, &third, 1, 1);    // a, a
  change.note(&second, &first, 2, 2);   // b, b
  change.note(&second, &second, 3, 3);  // b, c
  EXPECT_EQ(change.changed(), 1U);
  EXPECT_EQ(change.worst()[0].before, "\"b\"");
  EXPECT_EQ(change.worst()[0].after, "\"c\"");
}

}  // namespace
}  // namespace pelton::app
