#include "operators/axes.hpp"

#include <algorithm>

#include "tensor/failure.hpp"

namespace pelton::operators {

using tensor::Failure;
using tensor::RowAxis;
using tensor::Traced;
using tensor::Value;

ReducedAxes::ReducedAxes(const Node& node, std::int64_t since) : by_input_(node.opset() >= since) {
  keeps_dims_ = node.integer("keepdims", 1) != 0;
  if (!by_input_) {
    known_ = node.integers("axes");
    return;
  }
  empty_is_none_ = node.integer("noop_with_empty_axes", 0) != 0;
  if (!node.has_input(1)) {
    known_.emplace();
    return;
  }
  if (node.type(1) != DataType::int64) node.malformed("input 1 is not int64");
  if (const Tensor* const axes = node.constant(1)) {
    const std::span<const std::int64_t> values = axes->values<std::int64_t>();
    known_.emplace(values.begin(), values.end());
  }
}

ReducedAxes::Set ReducedAxes::of(std::span<const Value* const> inputs, std::size_t rank) const {
  if (known_) return set_of(*known_, rank);
  const Tensor& axes = inputs[1]->tensor;
  if (axes.rank() > 1) throw Failure("axes have shape " + to_string(axes.shape()) + " and are no list");
  return set_of(axes.values<std::int64_t>(), rank);
}

ReducedAxes::Set ReducedAxes::set_of(std::span<const std::int64_t> axes, std::size_t rank) const {
  Set set{};
  for (const std::int64_t axis : axes) set[tensor::axis_of(axis, rank)] = true;
  if (axes.empty() && !empty_is_none_) std::fill_n(set.begin(), rank, true);
  return set;
}

Shape ReducedAxes::reduced(const Shape& shape, const Set& axes) const {
  Shape result = shape;
  for (std::size_t i = shape.rank(); i-- > 0;) {
    if (axes[i]) result = keeps_dims_ ? result.with(i, 1) : result.erased(i);
  }
  return result;
}

RowAxis ReducedAxes::rows(std::span<const Traced> inputs) const {
  if (!known_ || !inputs[0].rows.is_axis()) return known_ ? inputs[0].rows : RowAxis::mixed();
  const Set axes = set_of(*known_, inputs[0].shape.rank());
  const std::size_t row = inputs[0].rows.axis();
  if (axes[row]) return RowAxis::mixed();
  if (keeps_dims_) return RowAxis::at(row);
  const auto gone = std::count(axes.begin(), axes.begin() + static_cast<std::ptrdiff_t>(row), true);
  return RowAxis::at(row - static_cast<std::size_t>(gone));
}

}  // namespace pelton::operators
