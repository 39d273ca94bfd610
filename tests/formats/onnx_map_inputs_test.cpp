#include "formats/onnx/map_inputs.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "formats/load.hpp"
#include "formats/onnx/wire_writer.hpp"

namespace pelton::formats {
namespace {

using onnx::DataType;
using onnx::WireWriter;
using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using Texts = std::vector<std::string>;
using Integers = std::vector<std::int64_t>;

constexpr char kMl[] = "ai.onnx.ml";

WireWriter attribute(const std::string& name, const Texts& texts, const Integers& integers = {}) {
  WireWriter written;
  written.text(1, name);
  for (const std::string& text : texts) written.text(9, text);
  for (const std::int64_t integer : integers) written.integer(8, integer);
  written.integer(20, integers.empty() ? 8 : 7);
  return written;
}

WireWriter tensor_type(DataType type) {
  WireWriter tensor;
  tensor.integer(1, static_cast<std::int64_t>(type));
  WireWriter written;
  written.message(1, tensor);
  return written;
}

WireWriter map_type(DataType key, DataType value) {
  WireWriter map;
  map.integer(1, static_cast<std::int64_t>(key));
  map.message(2, tensor_type(value));
  WireWriter written;
  written.message(5, map);
  return written;
}

WireWriter value(const std::string& name, const WireWriter& type) {
  WireWriter written;
  written.text(1, name);
  written.message(2, type);
  return written;
}

WireWriter node(const std::string& op, const Texts& inputs, const Texts& outputs,
                const std::vector<WireWriter>& attributes = {}, const std::string& domain = "") {
  WireWriter written;
  for (const std::string& input : inputs) written.text(1, input);
  for (const std::string& output : outputs) written.text(2, output);
  written.text(3, "n");
  written.text(4, op);
  for (const WireWriter& each : attributes) written.message(5, each);
  written.text(7, domain);
  return written;
}

WireWriter vectorizer(const std::string& output, const Texts& keys, const std::string& input = "x") {
  return node("DictVectorizer", {input}, {output}, {attribute("string_vocabulary", keys)}, kMl);
}

/// A model with one map "x" and what else a test puts into it.
struct MapModel {
  DataType key = DataType::string;
  DataType held = DataType::float64;
  std::vector<WireWriter> nodes;
  std::vector<WireWriter> more_inputs = {};
  Texts outputs = {"y"};

  std::string bytes() const {
    WireWriter graph;
    for (const WireWriter& each : nodes) graph.message(1, each);
    graph.text(2, "maps");
    graph.message(11, value("x", map_type(key, held)));
    for (const WireWriter& input : more_inputs) graph.message(11, input);
    for (const std::string& output : outputs) {
      WireWriter untyped;
      untyped.text(1, output);
      graph.message(12, untyped);
    }
    WireWriter model;
    model.integer(1, 8);
    model.message(7, graph);
    for (const auto& [domain, version] : {std::pair<std::string, int>{"", 18}, {kMl, 3}}) {
      WireWriter opset;
      opset.text(1, domain);
      opset.integer(2, version);
      model.message(8, opset);
    }
    return model.take();
  }
  std::string refusal() const {
    const auto model = read_model(bytes(), "test");
    return model ? "loaded" : model.error().message();
  }
};

Texts names(const model::Model& model) {
  Texts all;
  for (const model::Feature& feature : model.schema().features) all.push_back(feature.name);
  return all;
}

std::vector<double> predict(const model::Model& model, std::vector<double> row) {
  std::vector<double> out(model.schema().output(model::Method::predict)->width);
  model::Workspace workspace;
  model.score({row.data(), 1, row.size()}, model::Method::predict, {out.data(), 1, out.size()}, workspace);
  return out;
}

TEST(OnnxMapInputs, AreAFeatureAKeyThatMayBeLeftOut) {
  const auto model = read_model(MapModel{.nodes = {vectorizer("y", {"b", "a"})}}.bytes(), "test");
  ASSERT_TRUE(model) << model.error().message();
  EXPECT_THAT(names(**model), ElementsAre("b", "a"));
  for (const model::Feature& feature : (*model)->schema().features) {
    EXPECT_TRUE(feature.optional);
    EXPECT_EQ(feature.type, model::ElementType::float64);
  }
  EXPECT_THAT(predict(**model, {1, 2}), ElementsAre(1, 2));
  EXPECT_THAT((*model)->description().operations, ElementsAre("DictVectorizer"));
}

TEST(OnnxMapInputs, AreRoundedToTheirType) {
  const auto model = read_model(MapModel{.held = DataType::float32, .nodes = {vectorizer("y", {"a"})}}.bytes(), "test");
  ASSERT_TRUE(model) << model.error().message();
  EXPECT_THAT(predict(**model, {0.1}), ElementsAre(static_cast<double>(0.1F)));
}

TEST(OnnxMapInputs, GiveEachVectorizerItsOwnKeys) {
  const MapModel maps{
      .nodes = {vectorizer("p", {"a", "b"}), vectorizer("q", {"c", "a"}), node("Sub", {"p", "q"}, {"y"})}};
  const auto model = read_model(maps.bytes(), "test");
  ASSERT_TRUE(model) << model.error().message();
  EXPECT_THAT(names(**model), ElementsAre("a", "b", "c"));
  EXPECT_THAT(predict(**model, {1, 20, 300}), ElementsAre(1 - 300, 20 - 1));
}

TEST(OnnxMapInputs, AreCarriedOutInGraphsThatAreNotColumnsToo) {
  // Einsum is carried out over tensors only.
  WireWriter equation;
  equation.text(1, "equation");
  equation.text(4, "ij,ij->i");
  equation.integer(20, 3);
  const MapModel maps{.nodes = {vectorizer("p", {"a", "b"}), vectorizer("q", {"b", "c"}),
                                node("Einsum", {"p", "q"}, {"y"}, {equation})}};
  const auto model = read_model(maps.bytes(), "test");
  ASSERT_TRUE(model) << model.error().message();
  EXPECT_THAT(predict(**model, {2, 3, 5}), ElementsAre(2 * 3 + 3 * 5));
}

TEST(OnnxMapInputs, NameNumbersByTheirDigits) {
  const MapModel maps{
      .key = DataType::int64,
      .nodes = {node("DictVectorizer", {"x"}, {"y"}, {attribute("int64_vocabulary", {}, {7, -1})}, kMl)}};
  const auto model = read_model(maps.bytes(), "test");
  ASSERT_TRUE(model) << model.error().message();
  EXPECT_THAT(names(**model), ElementsAre("7", "-1"));
}

TEST(OnnxMapInputs, StandBesideTensors) {
  WireWriter tensor;
  WireWriter shape;
  WireWriter rows;
  WireWriter two;
  two.integer(1, 2);
  shape.message(1, rows);
  shape.message(1, two);
  tensor.integer(1, static_cast<std::int64_t>(DataType::float64));
  tensor.message(2, shape);
  WireWriter type;
  type.message(1, tensor);
  const MapModel maps{.nodes = {vectorizer("p", {"a", "b"}), node("Add", {"p", "t"}, {"y"})},
                      .more_inputs = {value("t", type)}};
  const auto model = read_model(maps.bytes(), "test");
  ASSERT_TRUE(model) << model.error().message();
  EXPECT_THAT(names(**model), ElementsAre("a", "b", "t_0", "t_1"));
  EXPECT_FALSE((*model)->schema().features[2].optional);
  EXPECT_THAT(predict(**model, {1, 2, 30, 40}), ElementsAre(31, 42));
}

TEST(OnnxMapInputs, AreForVectorizersOnly) {
  EXPECT_THAT((MapModel{.nodes = {node("Identity", {"x"}, {"y"})}}.refusal()),
              AllOf(HasSubstr("input \"x\""), HasSubstr("DictVectorizer only"), HasSubstr("(Identity)")));
  EXPECT_THAT((MapModel{.nodes = {vectorizer("y", {"a"})}, .outputs = {"x"}}.refusal()), HasSubstr("the caller"));
  EXPECT_THAT((MapModel{.nodes = {}, .outputs = {}}.refusal()), HasSubstr("is a map that nothing reads"));
  EXPECT_THAT((MapModel{.nodes = {vectorizer("y", {"a"}), vectorizer("z", {"a"}, "y")}, .outputs = {"z"}}.refusal()),
              AllOf(HasSubstr("DictVectorizer"), HasSubstr("does not carry out")));
}

TEST(OnnxMapInputs, RefuseAGraphWithinThatReadsThem) {
  WireWriter body;
  body.message(1, node("Identity", {"x"}, {"inner"}));
  body.text(2, "body");
  WireWriter given;
  given.text(1, "inner");
  body.message(12, given);
  WireWriter branch;
  branch.text(1, "then_branch");
  branch.message(6, body);
  branch.integer(20, 5);
  const MapModel maps{.nodes = {vectorizer("p", {"a"}), node("If", {"p"}, {"y"}, {branch})}};
  EXPECT_THAT(maps.refusal(), AllOf(HasSubstr("DictVectorizer only"), HasSubstr("(If)")));
}

TEST(OnnxMapInputs, WantAVocabularyOfTheirKeys) {
  EXPECT_THAT((MapModel{.nodes = {vectorizer("y", {})}}.refusal()), HasSubstr("string_vocabulary"));
  EXPECT_THAT((MapModel{.key = DataType::int64, .nodes = {vectorizer("y", {"a"})}}.refusal()),
              HasSubstr("int64_vocabulary"));
  EXPECT_THAT((MapModel{.key = DataType::float32, .nodes = {vectorizer("y", {"a"})}}.refusal()),
              HasSubstr("neither text nor int64"));
  EXPECT_THAT((MapModel{.held = DataType::undefined, .nodes = {vectorizer("y", {"a"})}}.refusal()),
              HasSubstr("input \"x\""));
  EXPECT_THAT((MapModel{.nodes = {vectorizer("y", {"\xff"})}}.refusal()), HasSubstr("UTF-8"));
  EXPECT_THAT((MapModel{.nodes = {vectorizer("y", {""})}}.refusal()), HasSubstr("empty"));
}

TEST(OnnxMapInputs, BoundTheirKeys) {
  Texts keys;
  for (int i = 0; i <= 10; ++i) keys.push_back("k" + std::to_string(i));
  Options options;
  options.limits.features = 10;
  const auto model = read_model(MapModel{.nodes = {vectorizer("y", keys)}}.bytes(), "test", options);
  ASSERT_FALSE(model);
  EXPECT_THAT(model.error().message(), HasSubstr("more than 10 keys"));
}

}  // namespace
}  // namespace pelton::formats
