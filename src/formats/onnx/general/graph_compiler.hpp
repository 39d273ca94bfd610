#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "core/text_arena.hpp"
#include "formats/onnx/general/known.hpp"
#include "formats/onnx/proto.hpp"
#include "formats/onnx/refusals.hpp"
#include "formats/options.hpp"
#include "operators/node.hpp"
#include "tensor/graph.hpp"

namespace pelton::formats::onnx {

/// Where the texts of constants are: must outlive what is compiled.
struct ConstantTexts {
  core::TextArena arena;
  /// The operations that were carried out while compiling and gave texts: they hold those of their tables.
  std::vector<std::shared_ptr<const operators::Operation>> givers;
};

/// What the graphs of one model are compiled with.
struct GeneralContext {
  const Opsets& opsets;
  const Limits& limits;
  ConstantTexts& texts;
  std::size_t trial_bytes = 0;  ///< taken so far by values kept while compiling
  /// What may still be done while compiling: some seconds of multiplying, however often a graph is tried out.
  std::size_t work = std::size_t{1} << 34;
  std::vector<bool> handles_missing = {};  ///< by feature: the graph does something about one that is missing
};

/// One graph (a model's, or a body within it) on its way to operations over tensors.
///
/// Nodes whose inputs are all constants are carried out at once. Where the inputs' values are given, every
/// node is run with them, so that shapes are known and rows can be traced.
class GraphCompiler {
 public:
  /// `around` is the graph that this one is a body in, or null.
  GraphCompiler(GeneralContext& context, const GraphProto& graph, GraphCompiler* around);

  /// Adds the graph's initializers. Once, before inputs and nodes.
  core::Result<void> add_initializers();
  /// Adds an input; its id is filled in.
  core::Result<void> add_input(std::string_view name, Known input);
  /// Adds all nodes; refusals of all of them are told together.
  core::Result<void> add_nodes();

  /// Adds a tensor that holds those of a sequence side by side, along a new dimension after the first. unsupported
  /// where they are not alike; `name` is for messages.
  core::Result<Known> stack(const Known& sequence, std::string_view name);

  /// What `name` stands for; null where nothing gives it, or a refused node would.
  const Known* find(std::string_view name) const;
  const tensor::Graph::Builder& builder() const noexcept { return builder_; }

 private:
  class Body;

  void add_node(const NodeProto& node);
  void build(const NodeProto& node, std::int64_t opset, std::span<const Known* const> inputs);
  void zip_map(const NodeProto& node, std::span<const Known* const> inputs);
  std::vector<Known> carry_out(const NodeProto& node, std::shared_ptr<const operators::Operation> operation,
                               std::span<const Known* const> inputs, std::span<const operators::Operand> given);
  void trace_rows(const operators::Operation& operation, std::span<const Known* const> inputs,
                  std::span<Known> outputs) const;
  void define(const NodeProto& node, std::vector<Known> outputs);
  void define_unknown(const NodeProto& node);
  void define(const NodeProto& node, std::string_view name, std::optional<Known> value);
  const Known* import(std::string_view name);
  void keep_bytes(std::size_t bytes);
  void count_labels(const LabelList& labels);
  void note_features(const NodeProto& node, std::span<const Known* const> inputs, std::span<Known> outputs);
  void note_missing(const FeatureList& features);
  std::size_t hold(std::shared_ptr<const tensor::Value> value);

  GeneralContext& context_;
  const GraphProto& graph_;
  GraphCompiler* around_;
  tensor::Graph::Builder builder_;
  KnownValues values_;
  std::vector<std::string_view> captured_;  ///< names of graphs around that became inputs, in order
  std::vector<std::string_view> read_;      ///< names that some node or the graph's outputs read, sorted
  Refusals refusals_;
};

}  // namespace pelton::formats::onnx
