#pragma once

#include <gtest/gtest.h>

#include <cstring>
#include <optional>

#include "run_node.hpp"
#include "tensor/operation.hpp"

namespace pelton::operators {

/// An input of an operation whose rows are along an axis, or which has none.
struct RowsInput {
  const Tensor* tensor = nullptr;
  tensor::RowAxis rows = tensor::RowAxis::none();
  bool is_constant = false;
};

/// Rows [first, first + count) along an axis.
inline Tensor slice(const Tensor& whole, std::size_t axis, std::size_t first, std::size_t count) {
  const Shape& shape = whole.shape();
  Tensor part;
  part.reset(whole.type(), shape.with(axis, static_cast<std::int64_t>(count)));
  const std::size_t outer = shape.elements_between(0, axis);
  const std::size_t inner = shape.elements_between(axis + 1, shape.rank()) * element_bytes(whole.type());
  const auto dim = static_cast<std::size_t>(shape[axis]);
  for (std::size_t i = 0; i < outer; ++i) {
    if (count * inner == 0) continue;
    std::memcpy(part.data() + i * count * inner, whole.data() + (i * dim + first) * inner, count * inner);
  }
  return part;
}

inline std::shared_ptr<const Operation> build_node(std::string_view name, const NodeCase& test,
                                                   const std::vector<RowsInput>& inputs) {
  std::vector<Operand> operands;
  for (const RowsInput& input : inputs) {
    Operand& operand = operands.emplace_back();
    if (input.tensor == nullptr) continue;
    operand.present = true;
    operand.type = input.tensor->type();
    operand.constant = input.is_constant ? input.tensor : nullptr;
  }
  const auto read = [&](std::string_view attribute) -> std::optional<AttributeValue> {
    const auto found = test.attributes.find(attribute);
    return found == test.attributes.end() ? std::nullopt : std::optional(found->second);
  };
  Node node(test.opset, std::move(operands), std::vector<bool>(test.outputs, true), read);
  return find_operator(test.domain, name)->build(node);
}

inline std::vector<Tensor> run_operation(const Operation& operation, std::size_t outputs,
                                         const std::vector<const Tensor*>& inputs) {
  std::vector<tensor::Value> values(inputs.size()), results(outputs);
  std::vector<const tensor::Value*> taken;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    if (inputs[i] != nullptr) values[i].tensor.assign(*inputs[i]);
    taken.push_back(inputs[i] == nullptr ? nullptr : &values[i]);
  }
  std::vector<tensor::Value*> given;
  for (tensor::Value& result : results) given.push_back(&result);
  core::TextArena texts;
  tensor::RunContext context{texts};
  operation.run(taken, given, context);
  std::vector<Tensor> tensors;
  for (tensor::Value& result : results) tensors.push_back(std::move(result.tensor));
  return tensors;
}

/// Where an operation says the rows of its outputs are, for these inputs. As many rows as stand in them.
inline std::vector<tensor::RowAxis> row_axes(std::string_view name, const NodeCase& test,
                                             const std::vector<RowsInput>& inputs) {
  const std::shared_ptr<const Operation> operation = build_node(name, test, inputs);
  std::vector<tensor::Traced> traced;
  std::vector<const Tensor*> tensors;
  for (const RowsInput& input : inputs) {
    tensors.push_back(input.tensor);
    tensor::Traced& trace = traced.emplace_back();
    trace.present = input.tensor != nullptr;
    if (trace.present) trace.shape = input.tensor->shape();
    trace.rows = input.rows;
  }
  std::vector<tensor::RowAxis> axes;
  const std::vector<Tensor> outputs = run_operation(*operation, test.outputs, tensors);
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    axes.push_back(operation->row_axis(traced, outputs[i].shape(), i));
  }
  return axes;
}

/// Where an operation says that rows stay apart, it gives every run of them the same bits as all of them
/// together. Tells whether it said so of the first output.
inline bool expect_rows_apart(std::string_view name, const NodeCase& test, const std::vector<RowsInput>& inputs) {
  const std::shared_ptr<const Operation> operation = build_node(name, test, inputs);
  const std::vector<tensor::RowAxis> axes = row_axes(name, test, inputs);
  std::vector<const Tensor*> all;
  std::size_t rows = 0;
  for (const RowsInput& input : inputs) {
    all.push_back(input.tensor);
    if (input.rows.is_axis()) rows = static_cast<std::size_t>(input.tensor->shape()[input.rows.axis()]);
  }
  const std::vector<Tensor> together = run_operation(*operation, test.outputs, all);
  for (std::size_t first = 0; first < rows; ++first) {
    for (std::size_t count = 1; first + count <= rows; count += 2) {
      std::vector<Tensor> parts(inputs.size());
      std::vector<const Tensor*> some = all;
      for (std::size_t i = 0; i < inputs.size(); ++i) {
        if (!inputs[i].rows.is_axis()) continue;
        parts[i] = slice(*inputs[i].tensor, inputs[i].rows.axis(), first, count);
        some[i] = &parts[i];
      }
      if (!axes[0].is_axis()) continue;
      const std::vector<Tensor> alone = run_operation(*operation, test.outputs, some);
      for (std::size_t i = 0; i < together.size(); ++i) {
        if (!axes[i].is_axis()) continue;
        const Tensor part = slice(together[i], axes[i].axis(), first, count);
        EXPECT_EQ(alone[i].shape(), part.shape());
        EXPECT_TRUE(part.bytes() == 0 || std::memcmp(alone[i].data(), part.data(), part.bytes()) == 0)
            << name << ": rows " << first << " to " << first + count << " differ from those of all " << rows;
      }
    }
  }
  return axes[0].is_axis();
}

}  // namespace pelton::operators
