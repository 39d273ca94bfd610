#include "formats/onnx/functions.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "formats/onnx/proto_reader.hpp"
#include "formats/onnx/wire_writer.hpp"
#include "small_graph.hpp"

namespace pelton::formats {
namespace {

using onnx::AttributeType;
using onnx::DataType;
using onnx::WireWriter;
using testing::AllOf;
using testing::DoubleEq;
using testing::ElementsAre;
using testing::HasSubstr;
using Texts = std::vector<std::string>;

constexpr char kLocal[] = "local";

WireWriter number(const std::string& name, float value) {
  WireWriter attribute;
  attribute.text(1, name);
  attribute.number(2, value);
  attribute.integer(20, static_cast<std::int64_t>(AttributeType::float32));
  return attribute;
}

WireWriter reference(const std::string& name, const std::string& parameter, AttributeType type) {
  WireWriter attribute;
  attribute.text(1, name);
  attribute.text(21, parameter);
  attribute.integer(20, static_cast<std::int64_t>(type));
  return attribute;
}

WireWriter body(const std::string& name, const WireWriter& graph) {
  WireWriter attribute;
  attribute.text(1, name);
  attribute.message(6, graph);
  attribute.integer(20, static_cast<std::int64_t>(AttributeType::graph));
  return attribute;
}

WireWriter written_node(const std::string& op, const Texts& inputs, const Texts& outputs,
                        const std::vector<WireWriter>& attributes = {}, const std::string& domain = {},
                        const std::string& overload = {}) {
  WireWriter node;
  for (const std::string& input : inputs) node.text(1, input);
  for (const std::string& output : outputs) node.text(2, output);
  node.text(3, "inner");
  node.text(4, op);
  for (const WireWriter& attribute : attributes) node.message(5, attribute);
  node.text(7, domain);
  node.text(8, overload);
  return node;
}

struct Import {
  std::string domain;
  std::int64_t version;
};

/// A FunctionProto to be written, of the domain "local".
struct Written {
  std::string name;
  Texts inputs;
  Texts outputs;
  std::vector<WireWriter> nodes;
  Texts parameters = {};
  std::vector<WireWriter> defaults = {};
  std::vector<Import> imports = {{"", 18}, {kLocal, 1}};
  std::string domain = kLocal;
  std::string overload = {};

  void write(WireWriter& model) const {
    WireWriter function;
    function.text(1, name);
    for (const std::string& input : inputs) function.text(4, input);
    for (const std::string& output : outputs) function.text(5, output);
    for (const std::string& parameter : parameters) function.text(6, parameter);
    for (const WireWriter& node : nodes) function.message(7, node);
    for (const Import& import : imports) {
      WireWriter opset;
      opset.text(1, import.domain);
      opset.integer(2, import.version);
      function.message(9, opset);
    }
    function.text(10, domain);
    for (const WireWriter& value : defaults) function.message(11, value);
    function.text(13, overload);
    model.message(25, function);
  }
};

/// A model x [rows, 2] → y [rows, 2] of one call, with these functions.
struct Calling {
  onnx::Node call{"f", {"x"}, {"y"}, "call", kLocal};
  std::vector<Written> functions;
  bool imports_local = true;

  std::string bytes() const {
    SmallGraph graph(2);
    graph.node(call).output("y", DataType::float64, 2);
    WireWriter rest;
    if (imports_local) {
      WireWriter opset;
      opset.text(1, kLocal);
      opset.integer(2, 1);
      rest.message(8, opset);
    }
    for (const Written& function : functions) function.write(rest);
    return graph.bytes() + rest.take();
  }
  std::string refusal() const {
    const auto model = read_model(bytes(), "test");
    return model ? "loaded" : model.error().message();
  }
  std::vector<double> predict(std::vector<double> row) const {
    const auto model = read_model(bytes(), "test");
    if (!model) {
      ADD_FAILURE() << model.error().message();
      return {};
    }
    std::vector<double> out((*model)->schema().output(model::Method::predict)->width);
    model::Workspace workspace;
    (*model)->score({row.data(), 1, row.size()}, model::Method::predict, {out.data(), 1, out.size()}, workspace);
    return out;
  }
};

Written function_of(std::vector<WireWriter> nodes, Texts parameters = {}) {
  return {
      .name = "f", .inputs = {"a"}, .outputs = {"b"}, .nodes = std::move(nodes), .parameters = std::move(parameters)};
}

TEST(OnnxFunctions, StandInThePlaceOfTheirCalls) {
  // b = −(a + a); the inner names are those of the graph outside, and others than it.
  const Calling model{
      .functions = {function_of({written_node("Add", {"a", "a"}, {"x"}), written_node("Neg", {"x"}, {"b"})})}};
  EXPECT_THAT(model.predict({1, -3}), ElementsAre(-2, 6));
}

TEST(OnnxFunctions, MayCallOthersSeveralTimes) {
  const Written twice{
      .name = "twice", .inputs = {"x"}, .outputs = {"y"}, .nodes = {written_node("Add", {"x", "x"}, {"y"})}};
  const Calling model{.functions = {function_of({written_node("twice", {"a"}, {"x"}, {}, kLocal),
                                                 written_node("twice", {"x"}, {"y"}, {}, kLocal),
                                                 written_node("Add", {"x", "y"}, {"b"})}),
                                    twice}};
  EXPECT_THAT(model.predict({1, -3}), ElementsAre(6, -18));
}

TEST(OnnxFunctions, AreToldApartByTheirOverloads) {
  Written other = function_of({written_node("Neg", {"a"}, {"b"})});
  other.overload = "negative";
  Calling model{.functions = {function_of({written_node("Abs", {"a"}, {"b"})}), other}};
  EXPECT_THAT(model.predict({1, -3}), ElementsAre(1, 3));
  Written caller{.name = "g",
                 .inputs = {"a"},
                 .outputs = {"b"},
                 .nodes = {written_node("f", {"a"}, {"b"}, {}, kLocal, "negative")}};
  model.functions.push_back(caller);
  model.call.op_type = "g";
  EXPECT_THAT(model.predict({1, -3}), ElementsAre(-1, 3));
}

TEST(OnnxFunctions, TakeAttributesOfTheCallOrTheirDefaults) {
  const auto elu = [] {
    return written_node("LeakyRelu", {"a"}, {"b"}, {reference("alpha", "slope", AttributeType::float32)});
  };
  Written with_default = function_of({elu()});
  with_default.defaults = {number("slope", 0.5F)};
  Calling model{.functions = {with_default}};
  EXPECT_THAT(model.predict({2, -2}), ElementsAre(2, -1));
  model.call.attributes = {{"slope", 0.25F}};
  EXPECT_THAT(model.predict({2, -2}), ElementsAre(2, -0.5));
  // Without either the attribute is left out, and is what the operator has it.
  Calling bare{.functions = {function_of({elu()}, {"slope"})}};
  EXPECT_THAT(bare.predict({2, -2}), ElementsAre(2, DoubleEq(-2 * static_cast<double>(0.01F))));
}

TEST(OnnxFunctions, KeepTheOperatorSetsTheyImport) {
  // The model imports version 18 of ai.onnx, which has no Gelu.
  Written function = function_of({written_node("Gelu", {"a"}, {"b"})});
  EXPECT_THAT((Calling{.functions = {function}}.refusal()), HasSubstr("version 18 of ai.onnx"));
  function.imports = {{"", 20}};
  EXPECT_EQ((Calling{.functions = {function}}.predict({0, 0})), (std::vector<double>{0, 0}));
}

TEST(OnnxFunctions, HandInputsOnAndLeaveSomeOut) {
  Written function{.name = "f",
                   .inputs = {"a", "low", "high"},
                   .outputs = {"same", "b"},
                   .nodes = {written_node("Clip", {"a", "low", "high"}, {"b"})}};
  function.outputs = {"a", "b"};
  Calling model{.functions = {function}};
  EXPECT_THAT(model.predict({1, -3}), ElementsAre(1, -3));  // the input itself, and bounds that are left out
  model.call.outputs = {"", "y"};
  EXPECT_THAT(model.predict({1, -3}), ElementsAre(1, -3));
}

TEST(OnnxFunctions, ReachIntoTheGraphsOfTheirNodes) {
  const auto branch = [](const char* op) {
    WireWriter info;
    info.text(1, "z");
    WireWriter graph;
    graph.message(1, written_node(op, {"a"}, {"z"}, {}, op == std::string("g") ? kLocal : ""));
    graph.text(2, op);
    graph.message(12, info);
    return graph;
  };
  const Written inner{.name = "g", .inputs = {"a"}, .outputs = {"z"}, .nodes = {written_node("Neg", {"a"}, {"z"})}};
  const Written outer = function_of(
      {written_node("ReduceMax", {"a"}, {"top"}), written_node("Sub", {"top", "top"}, {"zero"}),
       written_node("Greater", {"top", "zero"}, {"above"}),
       written_node("If", {"above"}, {"b"}, {body("then_branch", branch("g")), body("else_branch", branch("Abs"))})});
  const Calling model{.functions = {outer, inner}};
  EXPECT_THAT(model.predict({1, -3}), ElementsAre(-1, 3));
  EXPECT_THAT(model.predict({-1, -3}), ElementsAre(1, 3));
}

TEST(OnnxFunctions, OfOneNameAreRefused) {
  const Written f = function_of({written_node("Neg", {"a"}, {"b"})});
  EXPECT_THAT((Calling{.functions = {f, f}}.refusal()), HasSubstr("has two of function \"f\" of local"));
}

TEST(OnnxFunctions, MayNotCallThemselves) {
  EXPECT_THAT((Calling{.functions = {function_of({written_node("f", {"a"}, {"b"}, {}, kLocal)})}}.refusal()),
              HasSubstr("function \"f\" of local calls itself"));
  const Written g{
      .name = "g", .inputs = {"a"}, .outputs = {"b"}, .nodes = {written_node("f", {"a"}, {"b"}, {}, kLocal)}};
  EXPECT_THAT((Calling{.functions = {function_of({written_node("g", {"a"}, {"b"}, {}, kLocal)}), g}}.refusal()),
              HasSubstr("function \"f\" of local calls itself"));
}

TEST(OnnxFunctions, MayNotMultiplyWithoutBound) {
  // Each calls the next twice: 2^40 times the last, which holds nothing.
  Calling model{.call = {"f0", {"x"}, {"y"}, "call", kLocal}, .functions = {}};
  for (int i = 0; i < 40; ++i) {
    const std::string next = "f" + std::to_string(i + 1);
    model.functions.push_back(
        {.name = "f" + std::to_string(i),
         .inputs = {"a"},
         .outputs = {"b"},
         .nodes = {written_node(next, {"a"}, {"m"}, {}, kLocal), written_node(next, {"m"}, {"b"}, {}, kLocal)}});
  }
  model.functions.push_back({.name = "f40", .inputs = {"a"}, .outputs = {"a"}, .nodes = {}});
  EXPECT_THAT(model.refusal(), HasSubstr("nodes, functions put in"));
  // A long list that is put in again and again.
  WireWriter list;
  list.text(1, "value_floats");
  for (int i = 0; i < 20'000; ++i) list.number(7, 1);
  list.integer(20, static_cast<std::int64_t>(AttributeType::floats));
  std::vector<WireWriter> calls;
  for (int i = 0; i < 100; ++i) calls.push_back(written_node("g", {"a"}, {"b" + std::to_string(i)}, {}, kLocal));
  calls.push_back(written_node("Neg", {"a"}, {"b"}));
  const Written g{.name = "g",
                  .inputs = {"a"},
                  .outputs = {"b"},
                  .nodes = {written_node("Constant", {}, {"c"}, {list}), written_node("Neg", {"a"}, {"b"})}};
  EXPECT_THAT((Calling{.functions = {function_of(calls), g}}.refusal()), HasSubstr("make the graph too large"));
}

TEST(OnnxFunctions, MayNotNestWithoutBound) {
  Calling model{.call = {"f0", {"x"}, {"y"}, "call", kLocal}, .functions = {}};
  for (int i = 0; i < 100; ++i) {
    model.functions.push_back({.name = "f" + std::to_string(i),
                               .inputs = {"a"},
                               .outputs = {"b"},
                               .nodes = {written_node("f" + std::to_string(i + 1), {"a"}, {"b"}, {}, kLocal)}});
  }
  EXPECT_THAT(model.refusal(), HasSubstr("functions are nested too deeply"));
}

TEST(OnnxFunctions, SeeNothingButTheirInputs) {
  EXPECT_THAT((Calling{.functions = {function_of({written_node("Neg", {"x"}, {"b"})})}}.refusal()),
              AllOf(HasSubstr("function \"f\" of local: node \"inner\" (Neg): takes \"x\""),
                    HasSubstr("which nothing before it gives")));
  EXPECT_THAT((Calling{.functions = {function_of({written_node("Neg", {"a"}, {"c"})})}}.refusal()),
              HasSubstr("output \"b\" is given by no node"));
  EXPECT_THAT(
      (Calling{.functions = {function_of({written_node("Neg", {"a"}, {"a"}), written_node("Neg", {"a"}, {"b"})})}}
           .refusal()),
      HasSubstr("gives \"a\", which exists already"));
}

TEST(OnnxFunctions, ImportWhatTheyUse) {
  Written function = function_of({written_node("Neg", {"a"}, {"b"})});
  function.imports = {};
  EXPECT_THAT((Calling{.functions = {function}}.refusal()),
              HasSubstr("function \"f\" of local: node \"inner\" (Neg): operator set ai.onnx is not imported"));
  function.imports = {{"", 99}};
  EXPECT_THAT((Calling{.functions = {function}}.refusal()), HasSubstr("function \"f\" of local: asks for version 99"));
  Calling outside{.functions = {function_of({written_node("Neg", {"a"}, {"b"})})}};
  outside.imports_local = false;
  EXPECT_THAT(outside.refusal(), HasSubstr("node \"call\" (f): operator set local is not imported"));
}

TEST(OnnxFunctions, HaveTheParametersThatAreUsed) {
  const auto relu = written_node("LeakyRelu", {"a"}, {"b"}, {reference("alpha", "slope", AttributeType::float32)});
  EXPECT_THAT((Calling{.functions = {function_of({relu})}}.refusal()),
              HasSubstr("attribute \"alpha\" refers to \"slope\", which is no parameter of the function"));
  Calling typed{.functions = {function_of({relu}, {"slope"})}};
  typed.call.attributes = {{"slope", std::int64_t{1}}};
  EXPECT_THAT(typed.refusal(), HasSubstr("which is of another type"));
  Calling more{.functions = {function_of({written_node("Neg", {"a"}, {"b"})})}};
  more.call.attributes = {{"slope", 1.0F}};
  EXPECT_THAT(more.refusal(), HasSubstr("attribute \"slope\" is no parameter of function \"f\""));
  Calling wide{.functions = {function_of({written_node("Neg", {"a"}, {"b"})})}};
  wide.call.inputs = {"x", "x"};
  EXPECT_THAT(wide.refusal(), HasSubstr("has more inputs or outputs than function \"f\""));
}

TEST(OnnxFunctions, MayNotBeOperatorsToo) {
  Written relu = function_of({written_node("Neg", {"a"}, {"b"})});
  relu.name = "Relu";
  relu.domain = "";
  Calling model{.call = {"Relu", {"x"}, {"y"}, "call"}, .functions = {relu}};
  EXPECT_THAT(model.refusal(), HasSubstr("node \"call\" (Relu): is an operator that the file defines otherwise"));
  model.call.op_type = "Abs";  // one that nobody calls does no harm
  EXPECT_THAT(model.predict({1, -3}), ElementsAre(1, 3));
}

TEST(OnnxFunctions, KeepClearOfNamesThatLookLikeTheirs) {
  SmallGraph graph(2);
  graph.node({"f", {"x"}, {"@7:b"}, "first", kLocal}).node({"f", {"@7:b"}, {"@0:b"}, "second", kLocal});
  graph.node({"Add", {"@7:b", "@0:b"}, {"y"}, "sum"}).output("y", DataType::float64, 2);
  WireWriter rest;
  WireWriter opset;
  opset.text(1, kLocal);
  opset.integer(2, 1);
  rest.message(8, opset);
  function_of({written_node("Add", {"a", "a"}, {"c"}), written_node("Neg", {"c"}, {"b"})}).write(rest);
  const auto model = read_model(graph.bytes() + rest.take(), "test");
  ASSERT_TRUE(model) << model.error().message();
  const std::array row{1.0, -3.0};
  std::array<double, 2> out{};
  model::Workspace workspace;
  (*model)->score({row.data(), 1, 2}, model::Method::predict, {out.data(), 1, 2}, workspace);
  EXPECT_THAT(out, ElementsAre(2, -6));
}

}  // namespace
}  // namespace pelton::formats
