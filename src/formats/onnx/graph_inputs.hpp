#pragma once

#include <string_view>
#include <utility>
#include <vector>

#include "core/result.hpp"
#include "formats/onnx/proto.hpp"
#include "formats/onnx/value.hpp"
#include "formats/options.hpp"
#include "graph/program_builder.hpp"
#include "model/schema.hpp"

namespace pelton::formats::onnx {

/// One input of a graph as columns of a request's row.
struct GraphInput {
  std::string_view name;
  DataType type = DataType::undefined;
  std::size_t first = 0;  ///< column
  std::size_t width = 0;
  bool flat = false;                 ///< declared [rows]
  std::vector<std::int64_t> tail{};  ///< dimensions after the rows; their product is the width
  /// Of a map: its keys, one a column. A row that names its features need not have them all.
  std::vector<std::string_view> keys{};
};

/// The inputs of a graph side by side, in the graph's order, and what they are called.
struct GraphInputs {
  std::vector<GraphInput> inputs;
  std::vector<model::Feature> features;  ///< one a column
  /// Of the columns of text; null for those of numbers.
  std::vector<std::shared_ptr<Vocabulary>> vocabularies;
};

/// Reads what a graph takes (its initializers aside). One input of several columns takes its names
/// from the file's metadata `feature_names` (a JSON list of text) where there are as many; several
/// inputs give theirs, and so does a single one of one column that has none there. The features that the metadata's
/// `missing_features` (the same kind of list) names may be missing. Errors name the input.
core::Result<GraphInputs> read_graph_inputs(const ModelProto& model, const Limits& limits);

/// The inputs as the outside knows them.
std::vector<model::Input> told(const GraphInputs& inputs);

/// Puts the inputs into a program: columns are taken out of the row and rounded to their types; those of
/// text hold the numbers of their vocabularies.
core::Result<std::vector<std::pair<std::string_view, Value>>> bind_graph_inputs(const GraphInputs& inputs,
                                                                                graph::ProgramBuilder& builder);

}  // namespace pelton::formats::onnx
