#include "trees/engine.hpp"

#include <gmock/gmock.h>

#include "core/aligned_buffer.hpp"
#include "random_forest.hpp"
#include "trees/plain.hpp"

namespace pelton::trees {
namespace {

ForestShape boosted() {
  ForestShape shape;
  shape.trees = 70;
  shape.most_leaves = 31;
  shape.outputs = 3;
  shape.sum = shape.input = Precision::float32;
  return shape;
}

TEST(Engine, ABatchOfAnySizeGivesEachRowItsBits) {
  ForestMaker maker(11);
  const Forest forest = maker.make(boosted());
  const std::vector<double> rows = maker.rows(1300);
  const auto engine = Engine::compile(forest);
  ASSERT_TRUE(engine) << engine.error().message();
  core::AlignedBuffer<double> scratch((*engine)->scratch_doubles());
  std::vector<double> expected(3);
  for (const std::size_t count : {1U, 7U, 64U, 100U, 513U, 1300U}) {
    std::vector<double> out(count * 3);
    (*engine)->margins({rows.data(), count, forest.features}, {out.data(), count, 3}, scratch.data());
    for (std::size_t r = 0; r < count; ++r) {
      plain_margins(forest, rows.data() + r * forest.features, expected.data());
      ASSERT_EQ(std::vector<double>(out.begin() + static_cast<std::ptrdiff_t>(3 * r),
                                    out.begin() + static_cast<std::ptrdiff_t>(3 * r + 3)),
                expected)
          << "row " << r << " of " << count;
    }
  }
}

TEST(Engine, WindowsMayBeStrided) {
  ForestMaker maker(12);
  const Forest forest = maker.make(boosted());
  const std::vector<double> rows = maker.rows(90);
  const auto engine = Engine::compile(forest);
  ASSERT_TRUE(engine);
  std::vector<double> wide(90 * (forest.features + 4), -7);
  for (std::size_t r = 0; r < 90; ++r) {
    std::copy_n(rows.data() + r * forest.features, forest.features, wide.data() + r * (forest.features + 4));
  }
  core::AlignedBuffer<double> scratch((*engine)->scratch_doubles());
  std::vector<double> out(90 * 5, -1);
  (*engine)->margins({wide.data(), 90, forest.features, forest.features + 4}, {out.data(), 90, 3, 5}, scratch.data());
  std::vector<double> expected(3);
  for (std::size_t r = 0; r < 90; ++r) {
    plain_margins(forest, rows.data() + r * forest.features, expected.data());
    EXPECT_EQ(out[r * 5 + 2], expected[2]);
    EXPECT_EQ(out[r * 5 + 3], -1);
  }
}

TEST(Engine, LeavesAreTheLibrarysNumbers) {
  ForestMaker maker(13);
  const Forest forest = maker.make(boosted());
  const std::vector<double> rows = maker.rows(5);
  const auto engine = Engine::compile(forest);
  ASSERT_TRUE(engine);
  std::vector<double> out(5 * forest.trees.size());
  (*engine)->leaves({rows.data(), 5, forest.features}, {out.data(), 5, forest.trees.size()});
  for (std::size_t r = 0; r < 5; ++r) {
    for (std::size_t t = 0; t < forest.trees.size(); ++t) {
      EXPECT_EQ(out[r * forest.trees.size() + t],
                find_leaf(forest, forest.trees[t], rows.data() + r * forest.features).yes);
    }
  }
}

TEST(Engine, RefusesWhatIsNoForest) {
  Forest forest;
  forest.features = 1;
  forest.base = {0};
  forest.trees.emplace_back();
  const auto engine = Engine::compile(forest);
  ASSERT_FALSE(engine);
  EXPECT_EQ(engine.error().code(), core::ErrorCode::malformed);
}

TEST(Engine, SaysWhatRunsAndWhatItCosts) {
  ForestMaker maker(14);
  const auto engine = Engine::compile(maker.make(boosted()));
  ASSERT_TRUE(engine);
  EXPECT_THAT((*engine)->describe(), ::testing::ContainsRegex("70 trees, [0-9]+ leaves, at most [0-9]+ deep, summed in "
                                                              "float32; from 1 row: .*ns a row"));
  EXPECT_GT((*engine)->bytes(), 0U);
  EXPECT_GE((*engine)->block_rows(), 1U);
}

}  // namespace
}  // namespace pelton::trees
