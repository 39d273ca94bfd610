#include <array>
#include <cstring>

#include "operators/counts.hpp"
#include "operators/integers.hpp"
#include "operators/registry.hpp"

/// Gather: slices of a tensor, picked by their indices.
namespace pelton::operators {
namespace {

using tensor::RowAxis;
using tensor::RunContext;
using tensor::Trace;
using tensor::Traced;
using tensor::Value;

/// Shape of what picking slices along an axis gives: the indices' shape stands where the axis was.
Shape picked_shape(const Shape& data, const Shape& indices, std::size_t axis) {
  Shape shape = data.erased(axis);
  for (std::size_t i = 0; i < indices.rank(); ++i) shape = shape.inserted(axis + i, indices[i]);
  return shape;
}

template <class Index>
class Gather final : public Operation {
 public:
  explicit Gather(std::int64_t axis) : axis_(axis) {}

  void run(std::span<const Value* const> inputs, std::span<Value* const> outputs, RunContext& context) const override {
    if (outputs[0] == nullptr) return;
    const Tensor& data = inputs[0]->tensor;
    const Shape& from = data.shape();
    const std::size_t axis = tensor::axis_of(axis_, from.rank());
    const std::span<const Index> indices = inputs[1]->tensor.template values<Index>();
    Tensor& result = outputs[0]->tensor;
    result.reset(data.type(), picked_shape(from, inputs[1]->tensor.shape(), axis));
    const std::size_t outside = from.elements_between(0, axis);
    const std::size_t inside = from.elements_between(axis + 1, from.rank()) * element_bytes(data.type());
    const auto slice_of = [&](Index index) {
      const bool beyond = index < -from[axis] || index >= from[axis];
      if (beyond && context.made_up && from[axis] > 0) return std::size_t{0};
      return static_cast<std::size_t>(index_of(index, from[axis]));
    };
    for (const Index index : indices) slice_of(index);
    std::byte* to = result.data();
    if (result.size() == 0) return;
    for (std::size_t o = 0; o < outside; ++o) {
      const std::byte* slices = data.data() + o * static_cast<std::size_t>(from[axis]) * inside;
      for (const Index index : indices) {
        std::memcpy(to, slices + slice_of(index) * inside, inside);
        to += inside;
      }
    }
  }

  Trace trace(std::span<const Traced> inputs, const Shape& output, std::size_t i) const override {
    return trace_moves(*this, inputs, 1, output, i);
  }

  /// Rows among the indices pick for themselves; rows in the data are kept where another axis is picked from.
  RowAxis row_axis(std::span<const Traced> inputs, const Shape&, std::size_t) const override {
    const RowAxis data = inputs[0].rows;
    const RowAxis indices = inputs[1].rows;
    const std::size_t axis = tensor::axis_of(axis_, inputs[0].shape.rank());
    if (data.is_none()) return RowAxis::at(axis + indices.axis());
    if (!indices.is_none() || data.axis() == axis) return RowAxis::mixed();
    return RowAxis::at(data.axis() < axis ? data.axis() : data.axis() - 1 + inputs[1].shape.rank());
  }

 private:
  std::int64_t axis_;
};

std::shared_ptr<const Operation> gather(Node& node) {
  node.gives(node.type(0));
  check_index_type(node, 1);
  const std::int64_t axis = node.integer("axis", 0);
  if (node.type(1) == DataType::int32) return std::make_shared<Gather<std::int32_t>>(axis);
  return std::make_shared<Gather<std::int64_t>>(axis);
}

constexpr std::array kOperators{
    Operator{"", "Gather", 1, gather},
};

}  // namespace

std::span<const Operator> gather_operators() noexcept { return kOperators; }

}  // namespace pelton::operators
