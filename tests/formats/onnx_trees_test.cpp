#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "allocation_peak.hpp"
#include "onnx_ensemble.hpp"

/// Tree ensembles of ai.onnx.ml, by hand and where they are broken.
namespace pelton::formats {
namespace {

using model::Method;
using onnx::Attribute;
using onnx::DataType;
using onnx::TensorAttribute;
using testing::ElementsAre;
using testing::HasSubstr;

using Line = EnsembleNode;
using Weight = EnsembleWeight;

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// x0 `mode` value ? 1 : 2.
Ensemble stump(const std::string& mode, float value, std::int64_t missing = 0) {
  return Ensemble({{0, 0, mode, 0, value, 1, 2, missing}, {0, 1, "LEAF"}, {0, 2, "LEAF"}},
                  {{0, 1, 0, 1}, {0, 2, 0, 2}});
}

/// What `predict` gives for rows that differ in their first column.
std::vector<double> over(SmallGraph graph, const std::vector<double>& values) {
  std::vector<double> answers;
  for (const double value : values) {
    const std::vector<double> answer = graph.predict({value, 0});
    answers.push_back(answer.empty() ? kNaN : answer[0]);
  }
  return answers;
}

TEST(OnnxTrees, AskWhatTheirModesSay) {
  const std::vector<double> rows{-1, 3, 4, kNaN};
  EXPECT_THAT(over(stump("BRANCH_LEQ", 3).regressor(), rows), ElementsAre(1, 1, 2, 2));
  EXPECT_THAT(over(stump("BRANCH_LT", 3).regressor(), rows), ElementsAre(1, 2, 2, 2));
  EXPECT_THAT(over(stump("BRANCH_GTE", 3).regressor(), rows), ElementsAre(2, 1, 1, 2));
  EXPECT_THAT(over(stump("BRANCH_GT", 3).regressor(), rows), ElementsAre(2, 2, 1, 2));
  EXPECT_THAT(over(stump("BRANCH_EQ", 3).regressor(), rows), ElementsAre(2, 1, 2, 2));
  // NaN differs from everything, ONNX Runtime and the reference say too.
  EXPECT_THAT(over(stump("BRANCH_NEQ", 3).regressor(), rows), ElementsAre(1, 2, 1, 1));
}

TEST(OnnxTrees, SendMissingValuesTheYesWayWhereTheyTrackIt) {
  for (const char* mode : {"BRANCH_LEQ", "BRANCH_LT", "BRANCH_GTE", "BRANCH_GT", "BRANCH_EQ", "BRANCH_NEQ"}) {
    EXPECT_THAT(over(stump(mode, 3, 1).regressor(), {kNaN}), ElementsAre(1)) << mode;
  }
  EXPECT_THAT(over(stump("BRANCH_GT", 3, 1).regressor(), {-1, 3, 4, kInfinity, -kInfinity}),
              ElementsAre(2, 2, 1, 1, 2));
  const auto takes = [](std::int64_t missing) {
    const auto model = stump("BRANCH_LT", 3, missing).regressor().load();
    return (*model)->schema().features[0].takes_missing;
  };
  EXPECT_TRUE(takes(1));
  EXPECT_FALSE(takes(0));
}

TEST(OnnxTrees, LookAtFloatsAndIntegersAsFloats) {
  const double just_above = 1 + 1e-12;  // a float 1
  EXPECT_THAT(over(stump("BRANCH_LEQ", 1).regressor(), {just_above}), ElementsAre(1));
  EXPECT_THAT(over(stump("BRANCH_LEQ", 1).regressor(1, DataType::float64), {just_above}), ElementsAre(2));
  // 2^24 + 1 is 2^24 in float.
  EXPECT_THAT(over(stump("BRANCH_LEQ", 16777216).regressor(1, DataType::int64), {16777217}), ElementsAre(1));
}

TEST(OnnxTrees, SumInTheTypeOfTheRows) {
  const std::vector<Line> leaves{{0, 0, "LEAF"}, {1, 0, "LEAF"}, {2, 0, "LEAF"}};
  const Ensemble trees(leaves, {{0, 0, 0, 16777216}, {1, 0, 0, 1}, {2, 0, 0, 1}});
  EXPECT_EQ(trees.regressor().predict({0, 0})[0], 16777216);
  EXPECT_EQ(trees.regressor(1, DataType::float64).predict({0, 0})[0], 16777218);
}

TEST(OnnxTrees, PutTheirTreesTogether) {
  const std::vector<Line> leaves{{0, 0, "LEAF"}, {1, 0, "LEAF"}, {2, 0, "LEAF"}};
  Ensemble trees(leaves, {{0, 0, 0, 4}, {1, 0, 0, -1}, {2, 0, 0, 6}});
  const auto with = [&](const char* function) {
    return trees.set({"aggregate_function", std::string(function)}).regressor().predict({0, 0}).at(0);
  };
  EXPECT_EQ(with("SUM"), 9);
  EXPECT_EQ(with("AVERAGE"), 3);
  EXPECT_EQ(with("MIN"), -1);
  EXPECT_EQ(with("MAX"), 6);
  trees.set({"base_values", Floats{10}});
  EXPECT_EQ(with("AVERAGE"), 13);
  EXPECT_EQ(with("MIN"), 9);
  EXPECT_THAT(trees.set({"aggregate_function", std::string("MEDIAN")}).regressor().refusal(),
              HasSubstr("\"aggregate_function\" has a value ONNX does not know"));
}

TEST(OnnxTrees, GiveLeavesSeveralTargets) {
  Ensemble trees({{0, 0, "BRANCH_LT", 0, 0, 1, 2}, {0, 1, "LEAF"}, {0, 2, "LEAF"}, {7, 0, "LEAF"}},
                 {{0, 1, 0, 1}, {0, 1, 2, 3}, {0, 2, 1, 5}, {7, 0, 2, 10}});
  trees.set({"n_targets", std::int64_t{3}}).set({"base_values", Floats{0.5F, 0.25F, 0}});
  EXPECT_THAT(trees.regressor(3).predict({-1, 0}), ElementsAre(1.5, 0.25, 13));
  EXPECT_THAT(trees.regressor(3).predict({1, 0}), ElementsAre(0.5, 5.25, 10));
  trees.set({"aggregate_function", std::string("MAX")}).drop("base_values");
  EXPECT_THAT(trees.regressor(3).predict({-1, 0}), ElementsAre(1, 0, 10));
}

TEST(OnnxTrees, MayListNodesInAnyOrder) {
  const Ensemble trees({{5, 40, "BRANCH_LT", 0, 0, 90, 7},
                        {-3, 0, "LEAF"},
                        {5, 7, "LEAF"},
                        {5, 90, "BRANCH_LT", 1, 0, 8, 1000000000000},
                        {5, 1000000000000, "LEAF"},
                        {5, 8, "LEAF"}},
                       {{5, 8, 0, 1}, {-3, 0, 0, 100}, {5, 1000000000000, 0, 2}, {5, 7, 0, 3}});
  SmallGraph graph = trees.regressor();
  EXPECT_THAT(graph.predict({-1, -1}), ElementsAre(101));
  EXPECT_THAT(graph.predict({-1, 1}), ElementsAre(102));
  EXPECT_THAT(graph.predict({1, 1}), ElementsAre(103));
}

TEST(OnnxTrees, TakeChainsOfEqualsForSets) {
  // LightGBM's converter: x in {2, 5, 2.5} → 1, all by one leaf.
  const Ensemble trees({{0, 0, "BRANCH_EQ", 0, 5, 3, 1, 0},
                        {0, 1, "BRANCH_EQ", 0, 2, 3, 2, 1},
                        {0, 2, "BRANCH_EQ", 0, 2.5, 3, 4, 0},
                        {0, 3, "BRANCH_LT", 1, 0, 5, 6, 0},
                        {0, 4, "LEAF"},
                        {0, 5, "LEAF"},
                        {0, 6, "LEAF"}},
                       {{0, 4, 0, 4}, {0, 5, 0, 5}, {0, 6, 0, 6}});
  EXPECT_THAT(over(trees.regressor(), {5, 2, 2.5, 3, kNaN, kInfinity}), ElementsAre(6, 6, 6, 4, 6, 4));
}

TEST(OnnxTrees, KeepDoubleAttributes) {
  Ensemble trees = stump("BRANCH_LEQ", 0);
  trees.drop("nodes_values").drop("target_weights");
  trees.set({"nodes_values_as_tensor", TensorAttribute{DataType::float64, {0.1, 0, 0}}});
  trees.set({"target_weights_as_tensor", TensorAttribute{DataType::float64, {0.1, 0.2}}});
  trees.set({"base_values_as_tensor", TensorAttribute{DataType::float64, {1e-9}}});
  const auto answer = over(trees.regressor(1, DataType::float64), {0.1, std::nextafter(0.1, 1)});
  EXPECT_THAT(answer, ElementsAre(static_cast<double>(static_cast<float>(0.1 + 1e-9)),
                                  static_cast<double>(static_cast<float>(0.2 + 1e-9))));
  EXPECT_THAT(trees.regressor().refusal(), HasSubstr("is of type double for inputs of type float"));
  trees.set({"nodes_values", Floats{0, 0, 0}});
  EXPECT_THAT(trees.regressor(1, DataType::float64).refusal(), HasSubstr("has both attributes"));
}

TEST(OnnxTrees, TransformOneTargetByProbitOnly) {
  Ensemble trees = stump("BRANCH_LEQ", 0);
  EXPECT_THAT(trees.set({"post_transform", std::string("LOGISTIC")}).regressor().predict({0, 0}), ElementsAre(1));
  trees.set({"target_weights", Floats{0.5F, 0.25F}}).set({"post_transform", std::string("PROBIT")});
  EXPECT_NEAR(trees.regressor().predict({0, 0})[0], 0, 1e-6);
  trees.set({"post_transform", std::string("TANH")});
  EXPECT_THAT(trees.regressor().refusal(), HasSubstr("\"post_transform\" has a value ONNX does not know"));
}

TEST(OnnxTrees, RefuseWhatIsNoTree) {
  using Lines = std::vector<Line>;
  const auto refusal = [](const Lines& lines, const std::vector<Weight>& weights) {
    return Ensemble(lines, weights).regressor().refusal();
  };
  const Line leaf1{0, 1, "LEAF"};
  const Line leaf2{0, 2, "LEAF"};
  const std::vector<Weight> both{{0, 1, 0, 1}, {0, 2, 0, 2}};
  EXPECT_THAT(
      refusal({{0, 0, "BRANCH_LT", 0, 0, 1, 3}, leaf1, leaf2}, both),
      HasSubstr("node \"n\" (TreeEnsembleRegressor): node 0 of tree 0 leads to node 3 of tree 0, which is not"));
  EXPECT_THAT(refusal({{0, 0, "BRANCH_LT", 0, 0, 0, 1}, leaf1}, {{0, 1, 0, 1}}), HasSubstr("is reached twice"));
  EXPECT_THAT(refusal({{0, 0, "BRANCH_EQ", 0, 0, 1, 0}, leaf1}, {{0, 1, 0, 1}}), HasSubstr("is reached twice"));
  EXPECT_THAT(refusal({{0, 0, "BRANCH_LT", 0, 0, 1, 1}, leaf1, leaf2}, both),
              HasSubstr("node 2 of tree 0 is reached from no root"));
  EXPECT_THAT(refusal({leaf1, {0, 0, "BRANCH_LT", 0, 0, 1, 2}, leaf2}, both), HasSubstr("is reached from no root"));
  EXPECT_THAT(refusal({{0, 0, "BRANCH_LT", 0, 0, 1, 2}, leaf1, leaf1, leaf2}, both),
              HasSubstr("node 1 of tree 0 is there twice"));
  EXPECT_THAT(refusal({{0, 0, "BRANCH_LT", 2, 0, 1, 2}, leaf1, leaf2}, both),
              HasSubstr("node 0 of tree 0 tests feature 2 of 2"));
  EXPECT_THAT(refusal({{0, 0, "BRANCH_LT", -1, 0, 1, 2}, leaf1, leaf2}, both), HasSubstr("tests feature -1 of 2"));
  EXPECT_THAT(refusal({{0, 0, "BRANCH_LT", 0, std::nanf(""), 1, 2}, leaf1, leaf2}, both),
              HasSubstr("its threshold is NaN"));
  EXPECT_THAT(refusal({{0, 0, "BRANCH_MEMBER", 0, 0, 1, 2}, leaf1, leaf2}, both),
              HasSubstr("nodes of mode \"BRANCH_MEMBER\""));
  EXPECT_THAT(refusal({{0, 0, "BRANCH_LT", 0, 0, 1, 2, 2}, leaf1, leaf2}, both), HasSubstr("is not 0 or 1"));
  EXPECT_THAT(refusal({}, {}), HasSubstr("has no trees"));
}

TEST(OnnxTrees, RefuseWeightsThatFitNowhere) {
  const auto refusal = [](const std::vector<Weight>& weights) {
    return Ensemble({{0, 0, "BRANCH_LT", 0, 0, 1, 2}, {0, 1, "LEAF"}, {0, 2, "LEAF"}}, weights).regressor().refusal();
  };
  EXPECT_THAT(refusal({{0, 1, 0, 1}}), HasSubstr("node 2 of tree 0 is a leaf without a weight"));
  EXPECT_THAT(refusal({{0, 1, 0, 1}, {0, 2, 0, 1}, {0, 2, 0, 1}}), HasSubstr("node 2 of tree 0 has two weights"));
  EXPECT_THAT(refusal({{0, 1, 0, 1}, {0, 2, 1, 1}}), HasSubstr("weight 1 is for target 1 of 1"));
  EXPECT_THAT(refusal({{0, 1, 0, 1}, {1, 2, 0, 1}}), HasSubstr("weight 1 is for node 2 of tree 1, which is not there"));
  EXPECT_THAT(refusal({{0, 1, 0, 1}, {0, 2, 0, std::nanf("")}}), HasSubstr("weight 1 is NaN"));
  // Old converters list weights of splits: they count for nothing.
  EXPECT_EQ(refusal({{0, 0, 0, 9}, {0, 1, 0, 1}, {0, 2, 0, 2}}), "loaded");
}

TEST(OnnxTrees, RefuseListsOfDifferentLengths) {
  for (const char* name : {"nodes_nodeids", "nodes_featureids", "nodes_truenodeids", "nodes_falsenodeids",
                           "nodes_missing_value_tracks_true", "target_nodeids", "target_ids"}) {
    EXPECT_THAT(stump("BRANCH_LT", 0).set({name, Integers{0}}).regressor().refusal(),
                HasSubstr(std::string("attribute \"") + name + "\" holds 1 values for"));
  }
  EXPECT_THAT(stump("BRANCH_LT", 0).set({"nodes_values", Floats{}}).regressor().refusal(), HasSubstr("holds 0 values"));
  EXPECT_THAT(stump("BRANCH_LT", 0).set({"base_values", Floats{1, 2}}).regressor().refusal(),
              HasSubstr("has 2 base values for 1 targets"));
  EXPECT_THAT(stump("BRANCH_LT", 0).set({"n_targets", std::int64_t{0}}).regressor().refusal(),
              HasSubstr("\"n_targets\" is not positive"));
  EXPECT_THAT(stump("BRANCH_LT", 0).set({"n_targets", std::int64_t{1} << 40}).regressor().refusal(),
              HasSubstr("targets; at most"));
}

TEST(OnnxTrees, DoNotSpreadFewWeightsOverManyTargets) {
  Ensemble trees({{0, 0, "BRANCH_LT", 0, 0, 1, 2}, {0, 1, "LEAF"}, {0, 2, "LEAF"}}, {{0, 1, 0, 1}, {0, 2, 60'000, 1}});
  trees.set({"n_targets", std::int64_t{65'535}});
  EXPECT_THAT(trees.regressor(65'535).refusal(), HasSubstr("too large a form"));
}

// TreeEnsemble of ai.onnx.ml 5.

/// x0 <= 3 ? (x1 in {1, 2.5} ? leaf 0 : leaf 1) : leaf 2, of two targets.
std::vector<Attribute> indexed(DataType type) {
  return {{"n_targets", std::int64_t{2}},
          {"tree_roots", Integers{1}},
          {"nodes_modes", TensorAttribute{DataType::uint8, {6, 0}}},
          {"nodes_featureids", Integers{1, 0}},
          {"nodes_splits", TensorAttribute{type, {0, 3}}},
          {"membership_values", TensorAttribute{type, {2.5, 1, kNaN}}},
          {"nodes_truenodeids", Integers{0, 0}},
          {"nodes_trueleafs", Integers{1, 0}},
          {"nodes_falsenodeids", Integers{1, 2}},
          {"nodes_falseleafs", Integers{1, 1}},
          {"nodes_missing_value_tracks_true", Integers{1, 0}},
          {"leaf_targetids", Integers{0, 1, 0}},
          {"leaf_weights", TensorAttribute{type, {10, 20, 30}}}};
}

SmallGraph newest(std::vector<Attribute> attributes, DataType type) {
  SmallGraph graph(2, type);
  graph.op("TreeEnsemble", std::move(attributes), "ai.onnx.ml").output("y", type, 2);
  return graph;
}

std::vector<double> answer(SmallGraph graph, std::vector<double> row) {
  const auto model = graph.load(18, 5);
  EXPECT_TRUE(model) << model.error().message();
  if (!model) return {};
  std::vector<double> out(2);
  model::Workspace workspace;
  (*model)->score({row.data(), 1, 2}, Method::predict, {out.data(), 1, 2}, workspace);
  return out;
}

TEST(OnnxTrees, ReadTheFormOfVersion5) {
  for (const DataType type : {DataType::float32, DataType::float64}) {
    EXPECT_THAT(answer(newest(indexed(type), type), {0, 1}), ElementsAre(10, 0));
    EXPECT_THAT(answer(newest(indexed(type), type), {3, 2.5}), ElementsAre(10, 0));
    EXPECT_THAT(answer(newest(indexed(type), type), {0, 2}), ElementsAre(0, 20));
    EXPECT_THAT(answer(newest(indexed(type), type), {0, kNaN}), ElementsAre(10, 0));
    EXPECT_THAT(answer(newest(indexed(type), type), {4, 1}), ElementsAre(30, 0));
    EXPECT_THAT(answer(newest(indexed(type), type), {kNaN, 1}), ElementsAre(30, 0));
  }
}

TEST(OnnxTrees, RefuseBrokenFormsOfVersion5) {
  const auto with = [](Attribute changed) {
    std::vector<Attribute> attributes = indexed(DataType::float32);
    for (Attribute& attribute : attributes) {
      if (attribute.name == changed.name) attribute = changed;
    }
    return newest(attributes, DataType::float32).refusal(18, 5);
  };
  const auto floats = [](std::vector<double> values) { return TensorAttribute{DataType::float32, std::move(values)}; };
  EXPECT_THAT(with({"tree_roots", Integers{2}}), HasSubstr("a tree starts at node 2 of 2"));
  EXPECT_THAT(with({"tree_roots", Integers{1, 1}}), HasSubstr("node 1 is reached twice"));
  EXPECT_THAT(with({"tree_roots", Integers{0}}), HasSubstr("node 1 is reached from no root"));
  EXPECT_THAT(with({"tree_roots", Integers{}}), HasSubstr("has no trees"));
  EXPECT_THAT(with({"nodes_truenodeids", Integers{3, 0}}), HasSubstr("node 0 leads to leaf 3 of 3"));
  EXPECT_THAT(with({"nodes_truenodeids", Integers{0, 1}}), HasSubstr("node 1 is reached twice"));
  EXPECT_THAT(with({"nodes_trueleafs", Integers{2, 0}}), HasSubstr("holds 2, which is not 0 or 1"));
  EXPECT_THAT(with({"nodes_modes", TensorAttribute{DataType::uint8, {7, 0}}}), HasSubstr("node 0 is of mode 7 of 7"));
  EXPECT_THAT(with({"nodes_modes", floats({6, 0})}), HasSubstr("is not of type uint8"));
  EXPECT_THAT(with({"nodes_splits", TensorAttribute{DataType::float64, {0, 3}}}),
              HasSubstr("is of type double for inputs of type float"));
  EXPECT_THAT(with({"membership_values", floats({})}), HasSubstr("too few sets"));
  EXPECT_THAT(with({"membership_values", floats({1, kNaN, 2})}), HasSubstr("more sets than nodes ask for"));
  EXPECT_THAT(with({"leaf_targetids", Integers{0, 2, 0}}), HasSubstr("leaf 1 is for target 2 of 2"));
  EXPECT_THAT(with({"leaf_weights", floats({1, 2})}), HasSubstr("\"leaf_weights\" holds 2 values for 3"));
}

/// A forest of full trees of that depth.
std::string full_forest(std::int64_t trees, int depth) {
  std::vector<Line> lines;
  std::vector<Weight> weights;
  const std::int64_t splits = (std::int64_t{1} << depth) - 1;
  for (std::int64_t tree = 0; tree < trees; ++tree) {
    for (std::int64_t id = 0; id <= 2 * splits; ++id) {
      if (id < splits) {
        lines.push_back({tree, id, "BRANCH_LEQ", id % 2, static_cast<float>(id), 2 * id + 1, 2 * id + 2});
      } else {
        lines.push_back({tree, id, "LEAF"});
        weights.push_back({tree, id, 0, static_cast<float>(id)});
      }
    }
  }
  return Ensemble(lines, weights).regressor().bytes();
}

TEST(OnnxTrees, SurviveEveryTruncationAndFlippedBit) {
  const std::string whole = full_forest(2, 3);
  ASSERT_TRUE(read_model(whole, "test"));
  for (std::size_t size = 0; size < whole.size(); ++size) {
    static_cast<void>(read_model(std::string_view(whole).substr(0, size), "test"));
  }
  const std::vector<double> row{1, 2};
  model::Workspace workspace;
  for (std::size_t bit = 0; bit < 8 * whole.size(); ++bit) {
    std::string broken = whole;
    broken[bit / 8] = static_cast<char>(broken[bit / 8] ^ (1 << bit % 8));
    const auto model = read_model(broken, "test");
    if (!model || (*model)->schema().features.size() != 2) continue;
    const auto& spec = (*model)->schema().output(Method::predict);
    if (!spec || spec->width != 1) continue;
    double out = 0;
    (*model)->score({row.data(), 1, 2}, Method::predict, {&out, 1, 1}, workspace);
  }
}

TEST(OnnxTrees, TakeChainsOfAnyDepth) {
  std::vector<Line> lines;
  std::vector<Weight> weights;
  constexpr std::int64_t kDepth = 100'000;
  for (std::int64_t i = 0; i < kDepth; ++i) {
    lines.push_back({0, 2 * i, "BRANCH_LEQ", 0, static_cast<float>(i), 2 * i + 1, 2 * i + 2});
    lines.push_back({0, 2 * i + 1, "LEAF"});
    weights.push_back({0, 2 * i + 1, 0, static_cast<float>(i)});
  }
  lines.push_back({0, 2 * kDepth, "LEAF"});
  weights.push_back({0, 2 * kDepth, 0, -1});
  EXPECT_THAT(over(Ensemble(lines, weights).regressor(), {500, 1e9}), ElementsAre(500, -1));
}

TEST(OnnxTrees, LoadManyNodesInNoMoreMemoryThanTheyAreWorth) {
  const std::string bytes = full_forest(8, 14);
  test::restart_peak();
  const auto model = read_model(bytes, "test");
  ASSERT_TRUE(model) << model.error().message();
  EXPECT_LT(test::peak_bytes(), 12 * bytes.size());
}

}  // namespace
}  // namespace pelton::formats
