#pragma once

#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "formats/onnx/general/known.hpp"
#include "formats/onnx/proto.hpp"
#include "formats/options.hpp"
#include "model/schema.hpp"
#include "operators/node.hpp"

namespace pelton::formats::onnx {

/// Whether an operator is a whole model (trees, support vectors, linear) that has kernels of its own as
/// steps of a program.
bool is_row_operator(std::string_view domain, std::string_view name) noexcept;

/// Such an operator as an operation over tensors: the program of the one node, its input's columns put in.
struct RowOperation {
  std::shared_ptr<const operators::Operation> operation;
  std::vector<operators::Operand> outputs;
  std::vector<std::vector<model::Label>> labels;  ///< of each output: what its elements are among
  bool fills_missing = false;                     ///< it says what becomes of a value that is missing
};

/// Throws Refusal. The width of the input must be known from trying the graph out.
RowOperation make_row_operation(const NodeProto& node, std::int64_t opset, std::span<const Known* const> inputs,
                                const Limits& limits);

}  // namespace pelton::formats::onnx
