#include "formats/onnx/general/compile.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "small_graph.hpp"

namespace pelton::formats {
namespace {

using model::Method;
using onnx::DataType;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;

/// What a method gives for some rows.
std::vector<double> score(const model::Model& model, Method method, const std::vector<std::vector<double>>& rows) {
  std::vector<double> cells;
  for (const std::vector<double>& row : rows) cells.insert(cells.end(), row.begin(), row.end());
  std::vector<double> out(rows.size() * model.schema().output(method)->width);
  model::Workspace workspace;
  model.score({cells.data(), rows.size(), rows.front().size()}, method,
              {out.data(), rows.size(), out.size() / rows.size()}, workspace);
  return out;
}

/// The two largest of four columns: no operation over columns alone.
SmallGraph two_largest() {
  SmallGraph graph(4);
  graph.integers("k", {2}).node({"TopK", {"x", "k"}, {"y", "places"}, "top"});
  graph.output("y", DataType::float64, 2);
  return graph;
}

TEST(OnnxGeneral, ScoresRowsTogetherAsAlone) {
  const auto model = two_largest().load();
  ASSERT_TRUE(model) << model.error().message();
  EXPECT_THAT(score(**model, Method::predict, {{1, 4, 2, 3}}), ElementsAre(4, 3));
  EXPECT_THAT(score(**model, Method::predict, {{1, 4, 2, 3}, {9, 0, 0, 7}, {-1, -2, -3, -4}}),
              ElementsAre(4, 3, 9, 7, -1, -2));
  EXPECT_THAT((*model)->description().plan.front(), HasSubstr("1 operation over tensors: top"));
}

TEST(OnnxGeneral, RefusesGraphsThatMixRows) {
  SmallGraph graph(2);
  graph.op("Softmax", {{"axis", std::int64_t{0}}}).output("y", DataType::float64, 2);
  EXPECT_THAT(graph.refusal(), HasSubstr("output \"y\" mixes rows"));
}

TEST(OnnxGeneral, ScoresRowByRowWhatIsMadeForOneRow) {
  SmallGraph graph(4);
  graph.integers("shape", {2, 2}).node({"Reshape", {"x", "shape"}, {"square"}, "fold"});
  graph.node({"Det", {"square"}, {"y"}, "volume"}).output("y", DataType::float64, 1);
  const auto model = graph.load();
  ASSERT_TRUE(model) << model.error().message();
  EXPECT_THAT(score(**model, Method::predict, {{1, 2, 3, 4}, {2, 0, 0, 2}}), ElementsAre(-2, 4));
  EXPECT_THAT((*model)->description().plan.front(), HasSubstr("row by row"));
}

/// Labels of two targets, and of each the scores `softmax` or `x` itself, as a list.
SmallGraph two_targets(const char* score, std::int64_t second_width) {
  SmallGraph graph(5);
  graph.integers("axes", {1});
  for (const std::string n : {"0", "1"}) {
    graph.integers("at" + n, {n == "0" ? 0 : 2}).integers("to" + n, {n == "0" ? 2 : 2 + second_width});
    graph.node({"Slice", {"x", "at" + n, "to" + n, "axes"}, {"part" + n}, "part" + n});
    graph.node({score, {"part" + n}, {"scores" + n}, "scores" + n});
    graph.node({"ArgMax", {"part" + n}, {"label" + n}, "label" + n, "", {{"axis", std::int64_t{1}}}});
  }
  graph.node({"SequenceConstruct", {"scores0", "scores1"}, {"scores"}, "list"});
  graph.node({"Concat", {"label0", "label1"}, {"labels"}, "labels", "", {{"axis", std::int64_t{1}}}});
  graph.output("labels", DataType::int64, 2).untyped_output("scores");
  return graph;
}

TEST(OnnxGeneral, TellsAListOfScoresATargetAsOneTensor) {
  const auto model = two_targets("Softmax", 2).load();
  ASSERT_TRUE(model) << model.error().message();
  EXPECT_THAT((*model)->schema().output(Method::predict_proba)->shape, ElementsAre(2, 2));
  EXPECT_FALSE((*model)->schema().output(Method::decision_function));
  const double ln3 = std::log(3.0);
  EXPECT_THAT(score(**model, Method::predict, {{0, 1, 2, 1, 9}, {1, 0, 0, 5, 9}}), ElementsAre(1, 0, 0, 1));
  const std::vector<double> got = score(**model, Method::predict_proba, {{0, ln3, 0, 0, 9}, {ln3, 0, 0, ln3, 9}});
  const std::vector<double> expected{0.25, 0.75, 0.5, 0.5, 0.75, 0.25, 0.25, 0.75};
  ASSERT_EQ(got.size(), expected.size());
  for (std::size_t i = 0; i < got.size(); ++i) EXPECT_NEAR(got[i], expected[i], 1e-15) << i;
}

TEST(OnnxGeneral, CallsScoresATargetThatAreNoProbabilitiesADecisionFunction) {
  const auto model = two_targets("Identity", 2).load();
  ASSERT_TRUE(model) << model.error().message();
  EXPECT_FALSE((*model)->schema().output(Method::predict_proba));
  EXPECT_THAT(score(**model, Method::decision_function, {{1, 2, 3, 4, 9}}), ElementsAre(1, 2, 3, 4));
}

TEST(OnnxGeneral, RefusesAListOfUnlikeTensors) {
  EXPECT_THAT(two_targets("Softmax", 3).refusal(),
              AllOf(HasSubstr("output \"scores\""), HasSubstr("stacks shapes [3, 2] and [3, 3]")));
}

TEST(OnnxGeneral, TakesMissingValuesThatItAsksFor) {
  SmallGraph graph(2);
  graph.node({"IsNaN", {"x"}, {"missing"}, "which"}).numbers("fill", {1}, {7});
  graph.node({"Where", {"missing", "fill", "x"}, {"full"}, "fill"});
  graph.integers("k", {2}).node({"TopK", {"full", "k"}, {"y", "places"}, "top"}).output("y", DataType::float64, 2);
  const auto model = graph.load();
  ASSERT_TRUE(model) << model.error().message();
  EXPECT_TRUE((*model)->schema().features[0].takes_missing);
  EXPECT_THAT(score(**model, Method::predict, {{1, std::nan("")}, {9, 8}}), ElementsAre(7, 1, 9, 8));
  EXPECT_FALSE((*two_largest().load())->schema().features[0].takes_missing);
}

TEST(OnnxGeneral, TakesMissingValuesThatItImputes) {
  SmallGraph graph(2);
  graph.op("Imputer", {{"imputed_value_floats", std::vector<float>{5, 6}}, {"replaced_value_float", std::nanf("")}},
           "ai.onnx.ml");
  graph.integers("k", {2}).node({"TopK", {"y", "k"}, {"z", "places"}, "top"}).output("z", DataType::float64, 2);
  const auto model = graph.load();
  ASSERT_TRUE(model) << model.error().message();
  EXPECT_TRUE((*model)->schema().features[1].takes_missing);
  EXPECT_THAT(score(**model, Method::predict, {{1, std::nan("")}}), ElementsAre(6, 1));
}

TEST(OnnxGeneral, TellsTheShapeOfTensorsOfManyDimensions) {
  SmallGraph graph(4);
  graph.integers("shape", {-1, 2, 2}).node({"Reshape", {"x", "shape"}, {"square"}, "fold"});
  graph.node({"Einsum", {"square"}, {"y"}, "turn", "", {{"equation", std::string("nij->nji")}}})
      .output("y", DataType::float64, 4);
  const auto model = graph.load();
  ASSERT_TRUE(model) << model.error().message();
  EXPECT_THAT((*model)->schema().output(Method::predict)->shape, ElementsAre(2, 2));
  EXPECT_THAT(score(**model, Method::predict, {{1, 2, 3, 4}}), ElementsAre(1, 3, 2, 4));
  EXPECT_THAT((*model)->description().inputs, ElementsAre("x: double [rows, 4], features 0 to 3"));
  EXPECT_TRUE(std::isnan((*model)->description().flops_per_row));
}

/// Looks one of three numbers up by an integer feature.
SmallGraph look_up() {
  SmallGraph graph(1, DataType::int64);
  graph.numbers("table", {3, 1}, {10, 20, 30}).node({"Gather", {"table", "x"}, {"found"}, "look up"});
  graph.integers("axes", {2}).node({"Squeeze", {"found", "axes"}, {"y"}, "flat"});
  return graph.output("y", DataType::float64, 1);
}

TEST(OnnxGeneral, RefusesARowAndLeavesTheOthers) {
  const auto model = look_up().load();
  ASSERT_TRUE(model) << model.error().message();
  EXPECT_TRUE((*model)->refuses_rows(Method::predict));
  const std::vector<double> out = score(**model, Method::predict, {{2}, {7}, {0}});
  EXPECT_EQ(out[0], 30);
  EXPECT_TRUE(model::Model::is_refused(out[1]));
  EXPECT_EQ(out[2], 10);
  model::Workspace workspace;
  const std::array bad{7.0};
  EXPECT_THAT((*model)->refusal({bad.data(), 1, 1}, Method::predict, workspace), HasSubstr("look up"));
  const std::array good{1.0};
  EXPECT_EQ((*model)->refusal({good.data(), 1, 1}, Method::predict, workspace), "");
}

TEST(OnnxGeneral, RefusesARowOfFloats) {
  SmallGraph graph(1, DataType::int64);
  graph.numbers("table", {3, 1}, {10, 20, 30}).node({"Gather", {"table", "x"}, {"found"}, "look up"});
  graph.integers("axes", {2}).node({"Squeeze", {"found", "axes"}, {"flat"}, "flat"});
  graph.node({"Cast", {"flat"}, {"y"}, "float", "", {{"to", static_cast<std::int64_t>(DataType::float32)}}});
  const auto model = graph.output("y", DataType::float32, 1).load();
  ASSERT_TRUE(model) << model.error().message();
  const std::vector<double> out = score(**model, Method::predict, {{2}, {7}, {0}});
  EXPECT_EQ(out[0], 30);
  EXPECT_TRUE(model::Model::is_refused(out[1]));  // though floats are rounded by a step of their own
  EXPECT_EQ(out[2], 10);
}

TEST(OnnxGeneral, FindsTheClassesOfALabel) {
  SmallGraph graph(3);
  graph.integers("classes", {30, 10, 20}).integers("k", {1});
  graph.node({"TopK", {"x", "k"}, {"best", "place"}, "top"});
  graph.node({"Gather", {"classes", "place"}, {"label"}, "name"}).output("label", DataType::int64, 1);
  const auto model = graph.load();
  ASSERT_TRUE(model) << model.error().message();
  EXPECT_THAT((*model)->schema().classes, ElementsAre(model::Label(30), model::Label(10), model::Label(20)));
  EXPECT_THAT(score(**model, Method::predict, {{0, 0, 1}, {1, 0, 0}}), ElementsAre(2, 0));
}

/// A flattening as exporters write it: Reshape(x, [number of rows, -1]), the number read off the shape.
SmallGraph flattening(std::vector<std::int64_t> before, std::vector<std::int64_t> tail) {
  SmallGraph graph(4);
  graph.integers("before", std::move(before)).node({"Reshape", {"x", "before"}, {"cube"}, "fold"});
  graph.node({"Shape", {"cube"}, {"shape"}, "measure"}).integers("first", {0}).integers("tail", std::move(tail));
  graph.node({"Gather", {"shape", "first"}, {"rows"}, "count"});
  graph.node({"Cast", {"rows"}, {"count"}, "cast", "", {{"to", std::int64_t{7}}}});
  graph.node({"Concat", {"count", "tail"}, {"flat"}, "target", "", {{"axis", std::int64_t{0}}}});
  graph.node({"Reshape", {"cube", "flat"}, {"y"}, "flatten"});
  return graph.output("y", DataType::float64, 4);
}

TEST(OnnxGeneral, FlattensRowsTogetherByTheirNumber) {
  const auto model = flattening({0, 2, 2}, {-1}).load();
  ASSERT_TRUE(model) << model.error().message();
  EXPECT_THAT((*model)->description().plan.front(), testing::Not(HasSubstr("row by row")));
  EXPECT_THAT(score(**model, Method::predict, {{1, 2, 3, 4}, {5, 6, 7, 8}}), ElementsAre(1, 2, 3, 4, 5, 6, 7, 8));
  EXPECT_THAT(score(**model, Method::predict, {{1, 2, 3, 4}}), ElementsAre(1, 2, 3, 4));
}

TEST(OnnxGeneral, ScoresRowByRowWhereTheirNumberIsNotADimension) {
  const auto model = flattening({1, -1, 2}, {-1, 4}).load();  // [1, 2 * rows, 2]: 1 is no number of rows
  ASSERT_TRUE(model) << model.error().message();
  EXPECT_THAT((*model)->description().plan.front(), HasSubstr("row by row"));
  EXPECT_THAT(score(**model, Method::predict, {{1, 2, 3, 4}, {5, 6, 7, 8}}), ElementsAre(1, 2, 3, 4, 5, 6, 7, 8));
}

TEST(OnnxGeneral, NamesEveryPartItDoesNotCarryOut) {
  SmallGraph graph(2);
  graph.node({"Conv3000", {"x"}, {"a"}, "first"}).node({"Relu", {"a"}, {"b"}, "fine"});
  graph.node({"Relu", {"x"}, {"y"}, "second", "", {{"slope", 0.5F}}}).output("y", DataType::float64, 2);
  EXPECT_THAT(graph.refusal(),
              AllOf(HasSubstr("node \"first\" (Conv3000): operator of ai.onnx that Pelton does not carry out"),
                    HasSubstr("node \"second\" (Relu): attribute \"slope\"")));
}

}  // namespace
}  // namespace pelton::formats
