#include <algorithm>
#include <array>
#include <cstring>

#include "operators/integers.hpp"
#include "operators/pieces.hpp"
#include "operators/registry.hpp"
#include "operators/sequences.hpp"

/// Tensors cut into sequences, and sequences joined to tensors: SplitToSequence, ConcatFromSequence.
namespace pelton::operators {
namespace {

using tensor::Failure;
using tensor::RowAxis;
using tensor::RunContext;
using tensor::Traced;
using tensor::Value;

class SplitToSequence final : public Operation {
 public:
  SplitToSequence(std::int64_t axis, bool keeps_axis) : axis_(axis), keeps_axis_(keeps_axis) {}

  void run(std::span<const Value* const> inputs, std::span<Value* const> outputs, RunContext&) const override {
    if (outputs[0] == nullptr) return;
    const Tensor& data = inputs[0]->tensor;
    const std::size_t axis = tensor::axis_of(axis_, data.rank());
    const std::int64_t whole = data.shape()[axis];
    if (is_given(inputs) && inputs[1]->tensor.rank() > 0) return cut_at(inputs[1]->tensor, data, axis, *outputs[0]);
    const std::int64_t length = is_given(inputs) ? only_integer(inputs[1]->tensor, "the length") : 1;
    if (length <= 0) throw Failure("cuts into lengths of " + std::to_string(length));
    const std::int64_t count = whole / length + (whole % length != 0 ? 1 : 0);
    const std::span<Tensor> parts = become_sequence(*outputs[0], static_cast<std::size_t>(count));
    for (std::int64_t i = 0; i < count; ++i) {
      Tensor& part = parts[static_cast<std::size_t>(i)];
      cut(data, axis, i * length, std::min(length, whole - i * length), part);
      if (!is_given(inputs) && !keeps_axis_) part.assign(part, part.shape().erased(axis));
    }
  }

  RowAxis row_axis(std::span<const Traced> inputs, const Shape&, std::size_t) const override {
    const bool is_given = inputs.size() > 1 && inputs[1].present;
    if (!inputs[0].rows.is_axis() || (is_given && !inputs[1].rows.is_none())) return RowAxis::mixed();
    const std::size_t axis = tensor::axis_of(axis_, inputs[0].shape.rank());
    const std::size_t rows = inputs[0].rows.axis();
    if (rows == axis) return RowAxis::mixed();
    return RowAxis::at(rows > axis && !is_given && !keeps_axis_ ? rows - 1 : rows);
  }

 private:
  static bool is_given(std::span<const Value* const> inputs) { return inputs.size() > 1 && inputs[1] != nullptr; }

  static void cut_at(const Tensor& lengths, const Tensor& data, std::size_t axis, Value& result) {
    const std::span<Tensor> parts = become_sequence(result, lengths.size());
    std::int64_t start = 0;
    const std::int64_t whole = data.shape()[axis];
    for (std::size_t i = 0; i < parts.size(); ++i) {
      const std::int64_t length =
          lengths.type() == DataType::int32 ? lengths.values<std::int32_t>()[i] : lengths.values<std::int64_t>()[i];
      if (length < 0 || length > whole - start) start = whole + 1;
      if (start > whole) break;
      cut(data, axis, start, length, parts[i]);
      start += length;
    }
    if (start != whole) throw Failure("has lengths that do not sum to " + std::to_string(whole));
  }

  std::int64_t axis_;
  bool keeps_axis_;
};

class ConcatFromSequence final : public Operation {
 public:
  ConcatFromSequence(std::int64_t axis, bool adds_axis) : axis_(axis), adds_axis_(adds_axis) {}

  void run(std::span<const Value* const> inputs, std::span<Value* const> outputs, RunContext&) const override {
    if (outputs[0] == nullptr) return;
    const std::span<const Tensor> parts = parts_of(*inputs[0]);
    if (parts.empty()) throw Failure("joins a sequence of nothing");
    if (adds_axis_) return stack(parts, outputs[0]->tensor);
    const auto part = [&](std::size_t i) -> const Tensor& { return parts[i]; };
    join(parts.size(), part, tensor::axis_of(axis_, parts[0].rank()), outputs[0]->tensor);
  }

  RowAxis row_axis(std::span<const Traced> inputs, const Shape& output, std::size_t) const override {
    const std::size_t axis = tensor::axis_of(axis_, output.rank());
    const std::size_t rows = inputs[0].rows.axis();
    if (adds_axis_) return RowAxis::at(rows < axis ? rows : rows + 1);
    return rows == axis ? RowAxis::mixed() : inputs[0].rows;
  }

 private:
  void stack(std::span<const Tensor> parts, Tensor& result) const {
    const Shape& shape = parts[0].shape();
    const std::size_t axis = tensor::axis_of(axis_, shape.rank() + 1);
    result.reset(parts[0].type(), shape.inserted(axis, static_cast<std::int64_t>(parts.size())));
    const std::size_t outside = shape.elements_between(0, axis);
    const std::size_t bytes = shape.elements_between(axis, shape.rank()) * element_bytes(result.type());
    for (std::size_t i = 0; i < parts.size(); ++i) {
      if (!(parts[i].shape() == shape)) {
        throw Failure("stacks shapes " + to_string(shape) + " and " + to_string(parts[i].shape()));
      }
      for (std::size_t o = 0; o < outside && bytes != 0; ++o) {
        std::memcpy(result.data() + (o * parts.size() + i) * bytes, parts[i].data() + o * bytes, bytes);
      }
    }
  }

  std::int64_t axis_;
  bool adds_axis_;
};

std::shared_ptr<const Operation> split_to_sequence(Node& node) {
  if (node.has_input(1)) check_index_type(node, 1);
  node.gives_sequence(node.type(0));
  return std::make_shared<SplitToSequence>(node.integer("axis", 0), node.integer("keepdims", 1) != 0);
}

std::shared_ptr<const Operation> concat_from_sequence(Node& node) {
  if (!node.has("axis")) node.malformed("lacks an axis");
  node.gives(sequence_type(node, 0));
  return std::make_shared<ConcatFromSequence>(node.integer("axis", 0), node.integer("new_axis", 0) != 0);
}

constexpr std::array kOperators{
    Operator{"", "ConcatFromSequence", 11, concat_from_sequence},
    Operator{"", "SplitToSequence", 11, split_to_sequence},
};

}  // namespace

std::span<const Operator> split_to_sequence_operators() noexcept { return kOperators; }

}  // namespace pelton::operators
