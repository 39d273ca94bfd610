#include "formats/onnx/compiler.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "formats/onnx/wire_writer.hpp"
#include "small_graph.hpp"

namespace pelton::formats {
namespace {

using onnx::DataType;
using onnx::WireWriter;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

TEST(OnnxCompiler, NamesEveryUnsupportedPartAtOnce) {
  SmallGraph graph(2);
  graph.node({"NoSuch", {"x"}, {"a"}, "first"}).node({"Relu", {"a"}, {"b"}, "fine"});
  graph.node({"Neither", {"b"}, {"c"}, "second", "com.microsoft"});
  graph.node({"Softmax", {"x"}, {"y"}, "third", "", {{"slope", std::int64_t{0}}}}).output("y", DataType::float64, 2);
  EXPECT_THAT(graph.refusal(),
              AllOf(HasSubstr("test: node \"first\" (NoSuch): operator of ai.onnx that Pelton does not carry out"),
                    HasSubstr("node \"second\" (Neither): operator of com.microsoft"),
                    HasSubstr("node \"third\" (Softmax): attribute \"slope\""), Not(HasSubstr("fine"))));
  EXPECT_EQ(graph.load().error().code(), core::ErrorCode::unsupported);
}

TEST(OnnxCompiler, TellsHowManyMoreThereAre) {
  SmallGraph graph(1);
  for (int i = 0; i < 30; ++i) graph.node({"Einsum", {"x"}, {"v" + std::to_string(i)}, "n"});
  EXPECT_THAT(graph.refusal(), HasSubstr("; and 10 more"));
}

TEST(OnnxCompiler, RefusesAttributesItDoesNotKnow) {
  SmallGraph graph(1);
  graph.op("Relu", {{"slope", 0.5F}}).output("y", DataType::float64, 1);
  EXPECT_THAT(graph.refusal(), HasSubstr("node \"n\" (Relu): attribute \"slope\""));
}

TEST(OnnxCompiler, RefusesAttributesOfTheWrongType) {
  SmallGraph graph(1);
  graph.op("LeakyRelu", {{"alpha", std::int64_t{1}}}).output("y", DataType::float64, 1);
  EXPECT_THAT(graph.refusal(), HasSubstr("attribute \"alpha\" is of the wrong type"));
}

TEST(OnnxCompiler, RefusesMissingAttributes) {
  const auto refusal = [](const char* op, std::vector<onnx::Attribute> attributes) {
    return SmallGraph(2).op(op, std::move(attributes), "ai.onnx.ml").output("y", DataType::float32, 1).refusal();
  };
  EXPECT_THAT(refusal("LinearRegressor", {}), HasSubstr("has 0 coefficients for rows of 2"));
  EXPECT_THAT(refusal("SVMRegressor", {}), HasSubstr("attribute \"rho\""));
  EXPECT_THAT(refusal("Scaler", {}), HasSubstr("attribute \"offset\" has 0 values"));
  EXPECT_THAT(refusal("ZipMap", {}), HasSubstr("exactly one list of class labels"));
}

TEST(OnnxCompiler, TakesNodesInTheOrderOfTheFile) {
  SmallGraph backwards(1);
  backwards.node({"Neg", {"a"}, {"y"}, "late"}).node({"Exp", {"x"}, {"a"}, "early"});
  EXPECT_THAT(backwards.output("y", DataType::float64, 1).refusal(),
              HasSubstr("node \"late\" (Neg): takes \"a\", which nothing before it gives"));
  SmallGraph cycle(1);
  cycle.node({"Add", {"x", "b"}, {"a"}, "one"}).node({"Neg", {"a"}, {"b"}, "two"});
  EXPECT_THAT(cycle.output("b", DataType::float64, 1).refusal(), HasSubstr("takes \"b\", which nothing before"));
}

TEST(OnnxCompiler, RefusesNamesGivenTwice) {
  SmallGraph outputs(1);
  outputs.node({"Neg", {"x"}, {"y"}, "n"}).node({"Exp", {"x"}, {"y"}, "m"}).output("y", DataType::float64, 1);
  EXPECT_THAT(outputs.refusal(), HasSubstr("node \"m\" (Exp): gives \"y\", which exists already"));
  SmallGraph constants(1);
  constants.op("Neg").numbers("c", {}, {1}).numbers("c", {}, {2}).output("y", DataType::float64, 1);
  EXPECT_THAT(constants.refusal(), HasSubstr("two initializers \"c\""));
  SmallGraph inputs(1);
  inputs.input("x", DataType::float64, 1).op("Neg").output("y", DataType::float64, 1);
  EXPECT_THAT(inputs.refusal(), HasSubstr("same name"));
}

TEST(OnnxCompiler, RefusesDanglingOutputs) {
  EXPECT_THAT(SmallGraph(1).op("Neg").output("z", DataType::float64, 1).refusal(),
              HasSubstr("output \"z\" is given by no node"));
  EXPECT_THAT(SmallGraph(1).op("Neg").refusal(), HasSubstr("neither one answer"));
}

TEST(OnnxCompiler, RefusesOutputsDeclaredAsAnotherType) {
  EXPECT_THAT(SmallGraph(1).op("Neg").output("y", DataType::float32, 1).refusal(),
              HasSubstr("output \"y\": is declared as another type than the double it is"));
}

TEST(OnnxCompiler, RefusesVersionsItHasNotRead) {
  SmallGraph graph(1);
  graph.op("Neg").output("y", DataType::float64, 1);
  EXPECT_THAT(graph.refusal(99), HasSubstr("asks for version 99 of operator set ai.onnx; the newest known is 28"));
  EXPECT_THAT(graph.refusal(18, 6), HasSubstr("version 6 of operator set ai.onnx.ml"));
  SmallGraph late(1);
  late.op("Gelu").output("y", DataType::float64, 1);
  EXPECT_THAT(late.refusal(19), HasSubstr("node \"n\" (Gelu): version 19 of ai.onnx"));
}

TEST(OnnxCompiler, NamesFeaturesByTheirInputs) {
  SmallGraph graph(1);
  graph.input("b", DataType::float64, 2).node({"Concat", {"b", "x"}, {"y"}, "c", "", {{"axis", std::int64_t{1}}}});
  graph.output("y", DataType::float64, 3);
  EXPECT_THAT(graph.predict({1, 2, 3}), ElementsAre(2, 3, 1));
  const auto model = graph.load();
  std::vector<std::string> names;
  for (const model::Feature& feature : (*model)->schema().features) names.push_back(feature.name);
  EXPECT_THAT(names, ElementsAre("x", "b_0", "b_1"));
}

TEST(OnnxCompiler, CastsInputsOfDifferentTypesEachToItsOwn) {
  SmallGraph graph(1, DataType::float32);
  graph.input("i", DataType::int64, 1).node({"Cast", {"i"}, {"f"}, "n", "", {{"to", std::int64_t{1}}}});
  graph.node({"Add", {"x", "f"}, {"y"}, "m"}).output("y", DataType::float32, 1);
  EXPECT_THAT(graph.predict({0.1, 2}), ElementsAre(static_cast<double>(0.1F + 2.0F)));
  EXPECT_EQ((*graph.load())->schema().features[1].type, model::ElementType::int64);
}

TEST(OnnxCompiler, TakesFeatureNamesFromTheMetadataWhereTheyFit) {
  const auto first_name = [](const char* names) {
    SmallGraph graph(2);
    graph.op("Neg").output("y", DataType::float64, 2).metadata("feature_names", names);
    return (*graph.load())->schema().features[0].name;
  };
  EXPECT_EQ(first_name("[\"age\", \"income\"]"), "age");
  EXPECT_EQ(first_name("['age', 'income']"), "age");
  EXPECT_EQ(first_name("[\"age\"]"), "");
  EXPECT_EQ(first_name("age,income"), "");
}

TEST(OnnxCompiler, NamesALoneFeatureByItsInput) {
  const auto lone = [](const char* names) {
    SmallGraph graph(1);
    graph.op("Neg").output("y", DataType::float64, 1).metadata("feature_names", names);
    return *graph.load();
  };
  EXPECT_EQ(lone("[]")->schema().features[0].name, "x");
  EXPECT_FALSE(lone("[]")->schema().names_columns());
  EXPECT_EQ(lone("[\"area\"]")->schema().features[0].name, "area");
  EXPECT_TRUE(lone("[\"area\"]")->schema().names_columns());
}

TEST(OnnxCompiler, GivesAnswersOfSeveralColumnsAsLists) {
  const auto wide = SmallGraph(2).op("Neg").output("y", DataType::float64, 2).load();
  EXPECT_FALSE((*wide)->schema().output(model::Method::predict)->scalar);
  const auto narrow = SmallGraph(1).op("Neg").output("y", DataType::float64, 1).load();
  EXPECT_TRUE((*narrow)->schema().output(model::Method::predict)->scalar);
}

TEST(OnnxCompiler, NeverCallsScoresProbabilities) {
  // An ArgMax beside raw scores, then beside their softmax.
  const auto classifier = [](const char* squash) {
    SmallGraph graph(3);
    graph.node({squash, {"x"}, {"p"}, "s"}).node({"ArgMax", {"p"}, {"y"}, "m", "", {{"axis", std::int64_t{1}}}});
    return graph.output("y", DataType::int64, 1).output("p", DataType::float64, 3).load();
  };
  const auto raw = classifier("Neg");
  EXPECT_FALSE((*raw)->schema().output(model::Method::predict_proba));
  EXPECT_TRUE((*raw)->schema().output(model::Method::decision_function));
  const auto squashed = classifier("Softmax");
  EXPECT_TRUE((*squashed)->schema().output(model::Method::predict_proba));
  EXPECT_EQ((*squashed)->schema().classes.size(), 3U);
}

/// A model around one initializer "c" written field by field, added to the input.
std::string with_tensor(const WireWriter& tensor) {
  WireWriter graph;
  for (const char* name : {"x", "y"}) {
    WireWriter type;
    type.integer(1, 11);
    WireWriter kind;
    kind.message(1, type);
    WireWriter info;
    info.text(1, name);
    info.message(2, kind);
    graph.message(name[0] == 'x' ? 11 : 12, info);
  }
  graph.message(5, tensor);
  WireWriter node;
  node.text(1, "x");
  node.text(1, "c");
  node.text(2, "y");
  node.text(4, "Add");
  graph.message(1, node);
  WireWriter opset;
  opset.text(1, "");
  opset.integer(2, 18);
  WireWriter names;
  names.text(1, "feature_names");
  names.text(2, "[\"only\"]");
  WireWriter model;
  model.integer(1, 8);
  model.message(7, graph);
  model.message(8, opset);
  model.message(14, names);
  return model.take();
}

std::string tensor_refusal(const WireWriter& tensor) {
  const auto model = read_model(with_tensor(tensor), "test");
  return model ? "loaded" : model.error().message();
}

WireWriter tensor(std::vector<std::int64_t> dims, std::int64_t type, std::string_view raw) {
  WireWriter proto;
  for (const std::int64_t dim : dims) proto.integer(1, dim);
  proto.integer(2, type);
  proto.text(8, "c");
  proto.text(9, raw);
  return proto;
}

TEST(OnnxCompiler, TakesTheWidthOfAnOpenInputFromItsNames) {
  EXPECT_EQ(tensor_refusal(tensor({1}, 11, "12345678")), "loaded");
}

TEST(OnnxCompiler, HoldsShapesAgainstTheBytesThereAre) {
  EXPECT_THAT(tensor_refusal(tensor({-1}, 11, "12345678")), HasSubstr("a shape that no tensor can have"));
  EXPECT_THAT(tensor_refusal(tensor({INT64_MAX}, 11, "12345678")), HasSubstr("does not hold the"));
  EXPECT_THAT(tensor_refusal(tensor({INT64_MAX, INT64_MAX}, 11, "12345678")), HasSubstr("no tensor can have"));
  EXPECT_THAT(tensor_refusal(tensor({1}, 11, "1234567")), HasSubstr("does not hold the 1 values"));
  EXPECT_THAT(tensor_refusal(tensor({2}, 11, "12345678")), HasSubstr("does not hold the 2 values"));
  EXPECT_THAT(tensor_refusal(tensor({1}, 17, "1")), HasSubstr("(17)"));
  EXPECT_THAT(tensor_refusal(tensor({1}, 1, "1234")), HasSubstr("takes double and float, which must be the same type"));
}

TEST(OnnxCompiler, OpensNoOtherFile) {
  WireWriter outside = tensor({1}, 11, "");
  WireWriter location;
  location.text(1, "location");
  location.text(2, "/etc/passwd");
  outside.message(13, location);
  outside.integer(14, 1);
  EXPECT_THAT(tensor_refusal(outside), HasSubstr("tensor \"c\" keeps its data in another file"));
}

TEST(OnnxCompiler, KeepsNamesInMessagesPrintable) {
  SmallGraph graph(1);
  graph.node({"Bad\x1b[31m\n", {"x"}, {"y"}, std::string(1000, 'n')});
  const std::string message = graph.refusal();
  EXPECT_EQ(message.find('\x1b'), std::string::npos);
  EXPECT_EQ(message.find('\n'), std::string::npos);
  EXPECT_LT(message.size(), 300U);
}

}  // namespace
}  // namespace pelton::formats
