#include "graph/forest_step.hpp"

#include <array>
#include <limits>

#include "graph/running.hpp"

namespace pelton::graph {
namespace {

using testing::ElementsAre;

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

trees::Node split(std::uint32_t feature, double threshold, std::uint32_t yes, std::uint32_t no) {
  trees::Node node;
  node.feature = feature;
  node.threshold = threshold;
  node.yes = yes;
  node.no = no;
  return node;
}

trees::Node leaf(std::uint32_t number, std::uint32_t value) {
  trees::Node node;
  node.feature = trees::kNone;
  node.yes = number;
  node.no = value;
  return node;
}

/// Of three features, in two outputs: x0 < 1 ? 10 : (x2 < −1 ? 20 : 30) in the first, on from 0.5, and
/// x1 < 2 ? −3 : 4 in the second, on from 1. Leaves are numbered 7, 8, 9 and 0, 1.
trees::Forest small_forest() {
  trees::Forest forest;
  forest.features = 3;
  forest.outputs = 2;
  forest.base = {0.5, 1};
  forest.values = {10, 20, 30, -3, 4};
  forest.trees.resize(2);
  forest.trees[0].nodes = {split(0, 1, 1, 2), leaf(7, 0), split(2, -1, 3, 4), leaf(8, 1), leaf(9, 2)};
  forest.trees[1].output = 1;
  forest.trees[1].nodes = {split(1, 2, 1, 2), leaf(0, 3), leaf(1, 4)};
  return forest;
}

std::shared_ptr<const trees::Engine> engine_of(trees::Forest forest) {
  auto engine = trees::Engine::compile(std::move(forest));
  if (!engine) {
    ADD_FAILURE() << engine.error().message();
    return nullptr;
  }
  return *engine;
}

constexpr double kRows[] = {0, 0, 0, /**/ 1, 2, -2, /**/ 5, 1.5, -1, /**/ kNan, kNan, kNan};

TEST(ForestStep, GivesTheMarginsAndLeavesOfEveryRow) {
  const auto engine = engine_of(small_forest());
  ASSERT_TRUE(engine);
  ProgramBuilder builder(3);
  const Register rows[] = {builder.input()};
  const Register margins = must(builder.add("margins", make_forest_margins(engine), rows));
  const Register leaves = must(builder.add("leaves", make_forest_leaves(engine), rows));
  EXPECT_EQ(builder.width(margins), 2U);
  EXPECT_EQ(builder.width(leaves), 2U);
  const auto values = run(builder, {margins, leaves}, {kRows, 4, 3});
  EXPECT_THAT(values[0], ElementsAre(10.5, -2, 20.5, 5, 30.5, -2, 30.5, 5));
  EXPECT_THAT(values[1], ElementsAre(7, 0, 8, 1, 9, 0, 9, 1));
}

TEST(ForestStep, TakesAndGivesColumnsOfWiderRows) {
  const auto engine = engine_of(small_forest());
  ASSERT_TRUE(engine);
  ProgramBuilder builder(5);
  const Register chosen = must(builder.add("chosen", Select{builder.input(), std::array<std::size_t, 3>{4, 0, 2}}));
  const Register margins = must(builder.add("margins", make_forest_margins(engine), std::array{chosen}));
  const Register both = must(builder.add("both", Concat{std::array{builder.input(), margins}}));
  const double rows[] = {2, 9, -2, 9, 0, /**/ 0, 9, 0, 9, 1};
  EXPECT_THAT(run(builder, {both}, {rows, 2, 5})[0], ElementsAre(2, 9, -2, 9, 0, 10.5, 5, 0, 9, 0, 9, 1, 30.5, -2));
}

/// Enough trees that rows are scored in blocks.
trees::Forest many_trees() {
  trees::Forest forest = small_forest();
  const std::vector<trees::Tree> two = forest.trees;
  for (int i = 0; i < 150; ++i) forest.trees.insert(forest.trees.end(), two.begin(), two.end());
  return forest;
}

TEST(ForestStep, AsksTheProgramForAsManyRowsAsTheEngineWants) {
  const auto engine = engine_of(many_trees());
  ASSERT_TRUE(engine);
  ASSERT_GT(engine->block_rows(), 1U);
  ProgramBuilder builder(3);
  const Register rows[] = {builder.input()};
  const Register margins = must(builder.add("margins", make_forest_margins(engine), rows));
  const Register leaves = must(builder.add("leaves", make_forest_leaves(engine), rows));
  const auto scored = builder.compile(std::array{margins});
  ASSERT_TRUE(scored);
  EXPECT_EQ(scored->rows_together(), engine->block_rows());
  EXPECT_GE(scored->block_rows(), engine->block_rows());
  EXPECT_GE(scored->scratch_doubles(), engine->scratch_doubles());
  const auto numbered = builder.compile(std::array{leaves});
  ASSERT_TRUE(numbered);
  EXPECT_EQ(numbered->rows_together(), 1U);
}

TEST(ForestStep, GivesTheSameOverSeveralBlocks) {
  const auto engine = engine_of(many_trees());
  ASSERT_TRUE(engine);
  ProgramBuilder builder(3);
  const Register margins = must(builder.add("margins", make_forest_margins(engine), std::array{builder.input()}));
  const auto program = builder.compile(std::array{margins});
  ASSERT_TRUE(program);
  const std::size_t count = 2 * program->block_rows() + 3;
  std::vector<double> rows;
  for (std::size_t r = 0; r < count; ++r) rows.insert(rows.end(), kRows + r % 4 * 3, kRows + r % 4 * 3 + 3);
  const auto values = run(*program, {rows.data(), count, 3});
  constexpr double kFirst[] = {10, 20, 30, 30};
  constexpr double kSecond[] = {-3, 4, -3, 4};
  for (std::size_t r = 0; r < count; ++r) {
    ASSERT_EQ(values[0][2 * r], 0.5 + 151 * kFirst[r % 4]) << "row " << r;
    ASSERT_EQ(values[0][2 * r + 1], 1 + 151 * kSecond[r % 4]) << "row " << r;
  }
}

TEST(ForestStep, TellsWhatItRunsAndCosts) {
  const auto engine = engine_of(small_forest());
  ASSERT_TRUE(engine);
  const auto margins = make_forest_margins(engine), leaves = make_forest_leaves(engine);
  EXPECT_EQ(margins->describe(), engine->describe());
  EXPECT_EQ(leaves->describe(), "leaves of 2 trees");
  EXPECT_EQ(margins->cost().parameters, engine->parameters());
  EXPECT_EQ(margins->cost().bytes, engine->bytes());
}

}  // namespace
}  // namespace pelton::graph
