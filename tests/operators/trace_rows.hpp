#pragma once

#include "run_node.hpp"

namespace pelton::operators {

/// Where the rows of output 0 are, of a node whose inputs are traced with these shapes and rows; all of
/// one element type. Constants are values that inputs are known to have when the node is built.
inline tensor::RowAxis trace_rows(std::string_view name, const NodeCase& test, DataType type,
                                  std::vector<tensor::Traced> traced, const Shape& output,
                                  std::map<std::size_t, const Tensor*> constants = {}) {
  std::vector<Operand> operands;
  for (std::size_t i = 0; i < traced.size(); ++i) {
    const Tensor* const constant = constants.contains(i) ? constants.at(i) : nullptr;
    const DataType held = constant != nullptr ? constant->type() : type;
    operands.push_back({traced[i].present, false, held, constant});
  }
  const auto read = [&](std::string_view attribute) -> std::optional<AttributeValue> {
    const auto found = test.attributes.find(attribute);
    return found == test.attributes.end() ? std::nullopt : std::optional(found->second);
  };
  Node node(test.opset, std::move(operands), std::vector<bool>(test.outputs, true), read);
  return find_operator(test.domain, name)->build(node)->row_axis(traced, output, 0);
}

}  // namespace pelton::operators
