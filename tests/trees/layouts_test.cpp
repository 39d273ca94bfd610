#include "trees/layouts.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <cstring>

#include "core/cpu_features.hpp"
#include "random_forest.hpp"
#include "trees/plain.hpp"

namespace pelton::trees {
namespace {

std::vector<const TreeKernels*> kernel_tables() {
  std::vector<const TreeKernels*> tables{&scalar_tree_kernels()};
  if (core::detected_isa() >= core::Isa::avx2) tables.push_back(&avx2_tree_kernels());
  if (core::detected_isa() >= core::Isa::avx512) tables.push_back(&avx512_tree_kernels());
  if (core::has_byte_permutations()) tables.push_back(&avx512vbmi_tree_kernels());
  return tables;
}

std::string bits(double x) {
  char text[40];
  std::snprintf(text, sizeof text, "%a", x);
  return text;
}

std::string describe(const ForestShape& shape) {
  std::string text = std::to_string(shape.trees) + " trees of up to " + std::to_string(shape.most_leaves) +
                     " leaves and " + std::to_string(shape.most_depth) + " levels, " + std::to_string(shape.features) +
                     " features, " + std::to_string(shape.outputs) + " outputs, " + std::to_string(shape.width) +
                     " wide";
  if (shape.input == Precision::float32) text += ", float32 inputs";
  if (shape.sum == Precision::float32) text += ", float32 sums";
  if (shape.categories) text += ", categories";
  if (shape.equal) text += ", equal";
  if (shape.zero_missing) text += ", zero missing";
  if (shape.as_zero) text += ", missing as zero";
  if (shape.linear) text += ", linear leaves";
  if (shape.aggregate != Aggregate::sum) text += ", min or max";
  return text;
}

/// Every way of every instruction set gives the plain evaluation's bits, for blocks of every fullness.
/// The kinds of ways that were there are added to `seen`.
void expect_same_bits(ForestMaker& maker, const Forest& forest, std::vector<Layouts::Way::Kind>& seen) {
  ASSERT_TRUE(check(forest)) << check(forest).error().message();
  constexpr std::size_t kRows = 600;
  const std::vector<double> rows = maker.rows(kRows);
  std::vector<double> expected(kRows * forest.outputs);
  for (std::size_t r = 0; r < kRows; ++r) {
    plain_margins(forest, rows.data() + r * forest.features, expected.data() + r * forest.outputs);
  }
  for (const TreeKernels* kernels : kernel_tables()) {
    const Layouts layouts(forest, *kernels);
    core::AlignedBuffer<std::byte> scratch;
    scratch.resize_uninitialized(layouts.scratch_bytes());
    for (const Layouts::Way& way : layouts.ways()) {
      seen.push_back(way.kind);
      for (const std::size_t count : {std::size_t{1}, std::size_t{2}, std::size_t{63}, std::size_t{65}, kRows}) {
        const std::size_t some = std::min(count, way.rows);
        // The scratch memory holds what the call before left, or anything.
        if (count == 1) std::memset(scratch.data(), 0xA5, scratch.size());
        std::vector<double> out(some * forest.outputs, -1);
        layouts.score(way, {rows.data(), forest.features, some}, {out.data(), forest.outputs}, scratch.data());
        for (std::size_t i = 0; i < out.size(); ++i) {
          ASSERT_EQ(bits(out[i]), bits(expected[i]))
              << layouts.describe(way) << ", " << some << " rows, row " << i / forest.outputs;
        }
      }
    }
  }
}

class LayoutsProperty : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(LayoutsProperty, EveryWayGivesThePlainBits) {
  const std::uint64_t seed = GetParam();
  ForestMaker maker(seed);
  std::mt19937_64 random(seed * 977);
  const auto below = [&](std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(random); };
  std::vector<Layouts::Way::Kind> seen;
  for (int round = 0; round < 12; ++round) {
    ForestShape shape;
    shape.features = static_cast<std::uint32_t>(1 + below(seed % 3 == 0 ? 90 : 12));
    shape.outputs = static_cast<std::uint32_t>(1 + below(seed % 2 == 0 ? 4 : 1));
    shape.width = static_cast<std::uint32_t>(below(3) == 0 ? 1 + below(shape.outputs) : 1);
    shape.trees = below(150);
    constexpr std::size_t kLeaves[] = {1, 4, 31, 64, 120, 256, 700};
    constexpr std::size_t kDepths[] = {1, 3, 6, 7, 12, 40};
    shape.most_leaves = kLeaves[below(std::size(kLeaves))];
    shape.most_depth = kDepths[below(std::size(kDepths))];
    shape.thresholds = below(3) == 0 ? 700 : 1 + below(40);
    shape.input = below(2) == 0 ? Precision::float32 : Precision::float64;
    shape.sum = below(2) == 0 ? Precision::float32 : Precision::float64;
    shape.categories = below(3) == 0;
    shape.equal = below(3) == 0;
    shape.zero_missing = below(3) == 0;
    shape.as_zero = below(3) == 0;
    shape.linear = shape.input == Precision::float64 && shape.sum == Precision::float64 && below(5) == 0;
    if (below(5) == 0 && !shape.linear) shape.aggregate = below(2) == 0 ? Aggregate::min : Aggregate::max;
    SCOPED_TRACE(describe(shape));
    expect_same_bits(maker, maker.make(shape), seen);
    if (HasFatalFailure()) return;
  }
  EXPECT_THAT(seen, ::testing::Contains(Layouts::Way::Kind::walk_row));
}

INSTANTIATE_TEST_SUITE_P(Seeds, LayoutsProperty, ::testing::Range<std::uint64_t>(1, 25));

TEST(Layouts, BoostedTreesOfDepthSixTakeEveryWay) {
  ForestMaker maker(5);
  ForestShape shape;
  shape.trees = 130;
  shape.most_leaves = 64;
  shape.most_depth = 6;
  shape.thresholds = 255;
  shape.features = 32;
  shape.input = shape.sum = Precision::float32;
  std::vector<Layouts::Way::Kind> seen;
  expect_same_bits(maker, maker.make(shape), seen);
  EXPECT_THAT(seen, ::testing::IsSupersetOf({Layouts::Way::Kind::narrow_planes, Layouts::Way::Kind::wide_planes,
                                             Layouts::Way::Kind::walk_row, Layouts::Way::Kind::walk_block}));
  EXPECT_EQ(std::count(seen.begin(), seen.end(), Layouts::Way::Kind::lanes) > 0, core::has_byte_permutations());
}

TEST(Layouts, AForestWithoutTreesGivesItsBase) {
  Forest forest;
  forest.features = 3;
  forest.outputs = 2;
  forest.base = {0.25, -4};
  ForestMaker maker(1);
  ForestShape shape;
  shape.features = 3;
  maker.make(shape);
  std::vector<Layouts::Way::Kind> seen;
  expect_same_bits(maker, forest, seen);
}

}  // namespace
}  // namespace pelton::trees
