// Graphs made to take all time or memory, or to lead astray, are refused by name.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

#include "allocation_peak.hpp"
#include "small_graph.hpp"
#include "tensor/shape.hpp"

namespace pelton::formats {
namespace {

using onnx::DataType;
using testing::HasSubstr;

TEST(OnnxHostileGraph, MayNotAskForMoreWorkThanSomeSeconds) {
  SmallGraph graph(2);
  graph.integers("size", {4096, 4096}).node({"ConstantOfShape", {"size"}, {"large"}, "fill"});
  graph.node({"MatMul", {"large", "large"}, {"product"}, "square"});
  graph.node({"CastLike", {"product", "x"}, {"double"}, "cast"});
  graph.node({"ReduceSum", {"double"}, {"sum"}, "sum", "", {{"keepdims", std::int64_t{0}}}});
  graph.node({"Add", {"x", "sum"}, {"y"}, "add"}).output("y", DataType::float64, 2);
  EXPECT_THAT(graph.refusal(), HasSubstr("takes more work than may be spent"));
}

TEST(OnnxHostileGraph, MayNotMakeMuchOfAShortExpression) {
  SmallGraph graph(1, DataType::string);
  graph.op("RegexFullMatch", {{"pattern", std::string("((a{30}){30}){30}")}}).output("y", DataType::boolean, 1);
  EXPECT_THAT(graph.refusal(20), HasSubstr("node \"n\" (RegexFullMatch): has the regular expression"));
}

TEST(OnnxHostileGraph, MayNotMapNothing) {
  SmallGraph graph(2);
  graph.node({"TopK", {"x", "k"}, {"z", "places"}, "top"}).integers("k", {1});
  graph.node({"ZipMap", {""}, {"y"}, "map", "ai.onnx.ml"}).output("y", DataType::float64, 2);
  EXPECT_THAT(graph.refusal(), HasSubstr("node \"map\" (ZipMap): takes and gives one value"));
}

TEST(OnnxHostileGraph, MayNotTellOfRowsByAnInputTooMany) {
  SmallGraph graph(3);
  graph.numbers("c", {1, 3}, {1, 2, 3});
  graph.node({"MeanVarianceNormalization", {"c", "x"}, {"m"}, "m", "", {{"axes", std::vector<std::int64_t>{1}}}});
  graph.node({"Add", {"x", "m"}, {"y"}, "add"}).output("y", DataType::float64, 3);
  EXPECT_EQ(graph.refusal(), "loaded");
  EXPECT_EQ(graph.predict({0, 0, 0})[1], 0);
}

TEST(OnnxHostileGraph, MayNotHaveInputsOfMoreDimensionsThanTensors) {
  std::vector<std::int64_t> dims(tensor::kMaxRank + 1, 1);
  dims[0] = -1;
  onnx::GraphWriter writer("test");
  writer.input("x", DataType::float32, dims);
  writer.constant("k", {1}, std::array<std::int64_t, 1>{1});
  writer.node({"TopK", {"x", "k"}, {"y", "places"}, "top"});
  writer.output("y", DataType::float32, dims);
  const auto model = read_model(writer.finish(18), "test");
  ASSERT_FALSE(model);
  EXPECT_THAT(model.error().message(), HasSubstr("dimensions"));
}

TEST(OnnxHostileGraph, MayNotHaveAnyNumberOfOutputs) {
  SmallGraph graph(2);
  for (int i = 0; i < 100; ++i) {
    const std::string name = "y" + std::to_string(i);
    graph.node({"Det", {"x"}, {name}, name}).output(name, DataType::float64, 2);
  }
  EXPECT_THAT(graph.refusal(), HasSubstr("gives more than"));
}

TEST(OnnxHostileGraph, MayNotTakeTheSquareOfItsLengthInNames) {
  constexpr int kSteps = 20'000;
  SmallGraph graph(2);
  std::string last = "x";
  for (int i = 0; i < kSteps; ++i) {
    const std::string next = i + 1 == kSteps ? "y" : "v" + std::to_string(i);
    graph.node({i % 2 == 0 ? "Neg" : "Abs", {last}, {next}, next});
    last = next;
  }
  graph.output("y", DataType::float64, 2);
  test::restart_peak();
  EXPECT_EQ(graph.refusal(), "loaded");
  EXPECT_LT(test::peak_bytes(), std::size_t{256} << 20);
}

TEST(OnnxHostileGraph, MayNotTakeAsLongAsARowAsks) {
  SmallGraph graph(1);
  graph.integers("line", {-1}).node({"Reshape", {"x", "line"}, {"flat"}, "flat"});
  graph.node({"Cast", {"flat"}, {"size"}, "size", "", {{"to", std::int64_t{7}}}});
  graph.node({"ConstantOfShape", {"size"}, {"zeros"}, "zeros"});
  graph.node({"ReduceSum", {"zeros"}, {"sum"}, "sum"});
  graph.node({"Cast", {"sum"}, {"y"}, "y", "", {{"to", std::int64_t{11}}}}).output("y", DataType::float64, 1);
  const auto model = graph.load();
  ASSERT_TRUE(model) << model.error().message();
  model::Workspace workspace;
  std::vector<double> sums(2);
  const std::vector<double> rows{100, 1e8};
  (*model)->score({rows.data(), 2, 1}, model::Method::predict, {sums.data(), 2, 1}, workspace);
  EXPECT_EQ(sums[0], 0);
  EXPECT_TRUE(model::Model::is_refused(sums[1]));
  EXPECT_THAT((*model)->refusal({&rows[1], 1, 1}, model::Method::predict, workspace), HasSubstr("takes more work"));
}

}  // namespace
}  // namespace pelton::formats
