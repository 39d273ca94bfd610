#include <algorithm>
#include <array>

#include "operators/counts.hpp"
#include "operators/integers.hpp"
#include "operators/registry.hpp"
#include "operators/strided_copy.hpp"

/// Transpose: dimensions in another order.
namespace pelton::operators {
namespace {

using tensor::Failure;
using tensor::RowAxis;
using tensor::RunContext;
using tensor::Trace;
using tensor::Traced;
using tensor::Value;

class Transpose final : public Operation {
 public:
  /// `order` lists by dimension of the result which it is of the data; empty: the reverse.
  explicit Transpose(const Integers& order) : order_(order) {}

  void run(std::span<const Value* const> inputs, std::span<Value* const> outputs, RunContext&) const override {
    if (outputs[0] == nullptr) return;
    const Tensor& data = inputs[0]->tensor;
    const Shape& from = data.shape();
    if (order_.size() != 0 && order_.size() != from.rank()) {
      throw Failure("orders " + std::to_string(order_.size()) + " dimensions of shape " + to_string(from));
    }
    std::array<std::int64_t, tensor::kMaxRank> dims{};
    for (std::size_t i = 0; i < from.rank(); ++i) dims[i] = from[source(i, from.rank())];
    const Shape shape(std::span<const std::int64_t>(dims.data(), from.rank()));
    Tensor& result = outputs[0]->tensor;
    result.reset(data.type(), shape);
    const auto from_strides = strides_of(from);
    const auto to_strides = strides_of(shape);
    StridedCopy copy;
    for (std::size_t i = 0; i < from.rank(); ++i) {
      copy.add(shape[i], from_strides[source(i, from.rank())], to_strides[i]);
    }
    copy.run(data.data(), result.data(), element_bytes(data.type()));
  }

  Trace trace(std::span<const Traced> inputs, const Shape& output, std::size_t i) const override {
    return trace_moves(*this, inputs, 1, output, i);
  }

  RowAxis row_axis(std::span<const Traced> inputs, const Shape& output, std::size_t) const override {
    std::size_t axis = 0;
    while (source(axis, output.rank()) != inputs[0].rows.axis()) ++axis;
    return RowAxis::at(axis);
  }

 private:
  std::size_t source(std::size_t i, std::size_t rank) const noexcept {
    return order_.size() == 0 ? rank - 1 - i : static_cast<std::size_t>(order_[i]);
  }

  Integers order_;
};

std::shared_ptr<const Operation> transpose(Node& node) {
  node.gives(node.type(0));
  const std::vector<std::int64_t> order = node.integers("perm");
  if (order.size() > Integers::kMost) node.refuse("has too long a list \"perm\"");
  std::vector<bool> found(order.size());
  for (const std::int64_t axis : order) {
    const bool known = axis >= 0 && axis < static_cast<std::int64_t>(order.size());
    if (!known || found[static_cast<std::size_t>(axis)]) node.malformed("\"perm\" is not an order of dimensions");
    found[static_cast<std::size_t>(axis)] = true;
  }
  return std::make_shared<Transpose>(Integers(order));
}

constexpr std::array kOperators{
    Operator{"", "Transpose", 1, transpose},
};

}  // namespace

std::span<const Operator> transpose_operators() noexcept { return kOperators; }

}  // namespace pelton::operators
