#pragma once

#include <gtest/gtest.h>

#include <cstring>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "operators/pieces.hpp"
#include "run_node.hpp"

namespace pelton::operators {

/// An input of a node as a test of its rows has it.
struct RowedInput {
  Tensor value;
  tensor::RowAxis rows = tensor::RowAxis::none();
  std::vector<tensor::Count> counts = {};
  bool is_constant = true;  ///< where there are no rows: its value is known
};

/// A node with inputs that have rows.
class TracedNode {
 public:
  template <class... Input>
  TracedNode(std::string_view name, NodeCase test, Input... inputs) : test_(std::move(test)) {
    (inputs_.push_back(std::move(inputs)), ...);
    const Operator* op = find_operator(test_.domain, name);
    std::vector<Operand> operands;
    for (const RowedInput& input : inputs_) operands.push_back({true, false, input.value.type(), nullptr});
    const auto read = [this](std::string_view attribute) -> std::optional<AttributeValue> {
      const auto found = test_.attributes.find(attribute);
      return found == test_.attributes.end() ? std::nullopt : std::optional(found->second);
    };
    Node node(test_.opset, std::move(operands), std::vector<bool>(test_.outputs, true), read);
    operation_ = op->build(node);
  }

  tensor::Trace trace(std::size_t output = 0) const {
    std::vector<Tensor> values;
    std::vector<tensor::Traced> traced;
    for (const RowedInput& input : inputs_) {
      const Tensor* value = input.is_constant ? &input.value : nullptr;
      traced.push_back({input.value.shape(), input.rows, true, value, input.counts});
      values.push_back(input.value.copy());
    }
    return operation_->trace(traced, run(values)[output].shape(), output);
  }

  /// Expects that rows stay apart, at this axis of the output: that each row alone gives its slice.
  void expect_rows_at(std::size_t axis, std::size_t output = 0) const {
    ASSERT_EQ(trace(output).rows, tensor::RowAxis::at(axis));
    const std::int64_t rows = count_rows();
    std::vector<Tensor> all;
    for (const RowedInput& input : inputs_) all.push_back(input.value.copy());
    const Tensor together = std::move(run(all)[output]);
    ASSERT_EQ(together.shape()[axis], rows);
    for (std::int64_t r = 0; r < rows; ++r) {
      std::vector<Tensor> alone(inputs_.size());
      for (std::size_t i = 0; i < alone.size(); ++i) {
        if (inputs_[i].rows.is_axis()) {
          cut(inputs_[i].value, inputs_[i].rows.axis(), r, 1, alone[i]);
        } else {
          alone[i] = inputs_[i].value.copy();
        }
        for (std::size_t c = 0; c < inputs_[i].counts.size(); ++c) {
          alone[i].values<std::int64_t>()[c] = inputs_[i].counts[c].factor;
        }
      }
      const Tensor got = std::move(run(alone)[output]);
      Tensor expected;
      cut(together, axis, r, 1, expected);
      ASSERT_EQ(got.shape(), expected.shape());
      EXPECT_EQ(std::memcmp(got.data(), expected.data(), got.bytes()), 0) << "row " << r;
    }
  }

 private:
  std::int64_t count_rows() const {
    for (const RowedInput& input : inputs_) {
      if (input.rows.is_axis()) return input.value.shape()[input.rows.axis()];
      for (std::size_t c = 0; c < input.counts.size(); ++c) {
        if (input.counts[c].of_rows) return input.value.values<std::int64_t>()[c] / input.counts[c].factor;
      }
    }
    return 0;
  }

  std::vector<Tensor> run(std::span<const Tensor> inputs) const {
    std::vector<tensor::Value> values(inputs.size());
    std::vector<const tensor::Value*> taken;
    for (std::size_t i = 0; i < inputs.size(); ++i) {
      values[i].tensor.assign(inputs[i]);
      taken.push_back(&values[i]);
    }
    std::vector<tensor::Value> results(test_.outputs);
    std::vector<tensor::Value*> given;
    for (tensor::Value& result : results) given.push_back(&result);
    core::TextArena texts;
    tensor::RunContext context{texts};
    operation_->run(taken, given, context);
    std::vector<Tensor> outputs;
    for (tensor::Value& result : results) outputs.push_back(std::move(result.tensor));
    return outputs;
  }

  NodeCase test_;
  std::vector<RowedInput> inputs_;
  std::shared_ptr<const Operation> operation_;
};

/// 0, 1, 2, … in a shape.
template <class T = float>
Tensor counting(const Shape& shape) {
  Tensor tensor;
  T next = T();
  for (T& value : tensor.reset<T>(shape)) value = next++;
  return tensor;
}

inline RowedInput rows_at(std::size_t axis, Tensor value) { return {std::move(value), tensor::RowAxis::at(axis)}; }
inline RowedInput same(Tensor value) { return {std::move(value)}; }
/// A list of int64 that depends on the number of rows, when there are three.
inline RowedInput counted(std::vector<tensor::Count> counts) {
  std::vector<std::int64_t> values;
  for (const tensor::Count count : counts) values.push_back(count.factor * (count.of_rows ? 3 : 1));
  Tensor tensor = Tensor::of<std::int64_t>({static_cast<std::int64_t>(values.size())}, values);
  return {std::move(tensor), tensor::RowAxis::counted(), std::move(counts)};
}
inline RowedInput same_integers(std::initializer_list<std::int64_t> values) {
  return same(make_tensor<std::int64_t>({static_cast<std::int64_t>(values.size())}, values));
}

}  // namespace pelton::operators
