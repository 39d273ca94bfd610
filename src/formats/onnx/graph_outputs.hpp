#pragma once

#include <span>
#include <vector>

#include "core/result.hpp"
#include "formats/onnx/proto.hpp"
#include "formats/onnx/value.hpp"
#include "graph/program_builder.hpp"
#include "model/program_model.hpp"
#include "model/schema.hpp"

namespace pelton::formats::onnx {

/// What a graph answers, under the names scikit-learn has for it.
struct GraphMethods {
  std::vector<model::Label> classes;
  std::array<std::optional<model::OutputSpec>, model::kMethodCount> outputs;
  model::ProgramModel::Programs programs;
};

/// Tells the outputs of a graph apart and compiles a program for each method.
///
/// A classifier's label is `predict`; its scores are `predict_proba` if they behave as
/// probabilities, and the margin behind them (or the scores themselves) is `decision_function`,
/// turned so that with two classes a positive value means the second, as scikit-learn has it. A
/// single tensor of numbers is `predict`. Outputs that are all called as methods (predict among them)
/// are those methods. Errors name the outputs that fit nowhere.
///
/// `values` are the graph's outputs in order, `declared` what the file says of them.
core::Result<GraphMethods> read_graph_outputs(std::span<const ValueInfoProto> declared, std::vector<Value> values,
                                              std::span<const model::Feature> features, graph::ProgramBuilder& builder);

}  // namespace pelton::formats::onnx
