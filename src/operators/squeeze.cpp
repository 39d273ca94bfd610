#include <algorithm>
#include <array>

#include "operators/counts.hpp"
#include "operators/integers.hpp"
#include "operators/registry.hpp"

/// Dimensions of size 1 taken away or put in: Squeeze and Unsqueeze.
namespace pelton::operators {
namespace {

using tensor::Failure;
using tensor::RowAxis;
using tensor::RunContext;
using tensor::Trace;
using tensor::Traced;
using tensor::Value;

constexpr std::int64_t kAxesAreInput = 13;

class Squeeze final : public Operation {
 public:
  explicit Squeeze(IntegersArgument axes) : axes_(axes) {}

  void run(std::span<const Value* const> inputs, std::span<Value* const> outputs, RunContext&) const override {
    if (outputs[0] == nullptr) return;
    const Shape& from = inputs[0]->tensor.shape();
    const auto taken = taken_away(from, axes_.in(inputs).value_or(Integers()));
    Shape shape = from;
    for (std::size_t axis = from.rank(); axis-- > 0;) {
      if (taken[axis]) shape = shape.erased(axis);
    }
    outputs[0]->tensor.assign(inputs[0]->tensor, shape);
  }

  Trace trace(std::span<const Traced> inputs, const Shape& output, std::size_t i) const override {
    return trace_moves(*this, inputs, 1, output, i);
  }

  /// Where no axes are listed a single row's own dimension would go.
  RowAxis row_axis(std::span<const Traced> inputs, const Shape&, std::size_t) const override {
    const Integers axes = axes_.in(inputs).value_or(Integers());
    if (!inputs[0].rows.is_axis() || axes.size() == 0) return RowAxis::mixed();
    const auto taken = listed_axes(axes, inputs[0].shape.rank());
    const std::size_t rows = inputs[0].rows.axis();
    if (taken[rows]) return RowAxis::mixed();
    return RowAxis::at(rows - static_cast<std::size_t>(std::count(taken.begin(), taken.begin() + rows, true)));
  }

 private:
  /// By dimension. An empty list is none, as in ONNX Runtime: all dimensions of size 1 are meant.
  static std::array<bool, tensor::kMaxRank> taken_away(const Shape& from, const Integers& axes) {
    auto taken = listed_axes(axes, from.rank());
    for (std::size_t axis = 0; axis < from.rank(); ++axis) {
      if (axes.size() == 0) taken[axis] = from[axis] == 1;
      if (taken[axis] && from[axis] != 1) {
        throw Failure("dimension " + std::to_string(axis) + " of shape " + to_string(from) + " is not of size 1");
      }
    }
    return taken;
  }

  IntegersArgument axes_;
};

class Unsqueeze final : public Operation {
 public:
  explicit Unsqueeze(IntegersArgument axes) : axes_(axes) {}

  void run(std::span<const Value* const> inputs, std::span<Value* const> outputs, RunContext&) const override {
    if (outputs[0] == nullptr) return;
    Shape shape = inputs[0]->tensor.shape();
    const Integers axes = axes_.in(inputs).value_or(Integers());
    const auto added = put_in(shape, axes);
    for (std::size_t axis = 0; axis < added.size(); ++axis) {
      if (added[axis]) shape = shape.inserted(axis, 1);
    }
    outputs[0]->tensor.assign(inputs[0]->tensor, shape);
  }

  Trace trace(std::span<const Traced> inputs, const Shape& output, std::size_t i) const override {
    return trace_moves(*this, inputs, 1, output, i);
  }

  RowAxis row_axis(std::span<const Traced> inputs, const Shape&, std::size_t) const override {
    if (!inputs[0].rows.is_axis() || !axes_.is_known(inputs)) return RowAxis::mixed();
    const auto added = put_in(inputs[0].shape, axes_.in(inputs).value_or(Integers()));
    std::size_t axis = 0;
    for (std::size_t old = 0;; ++axis) {
      if (added[axis]) continue;
      if (old++ == inputs[0].rows.axis()) return RowAxis::at(axis);
    }
  }

 private:
  /// By dimension of the result.
  static std::array<bool, tensor::kMaxRank> put_in(const Shape& from, const Integers& axes) {
    const std::size_t rank = from.rank() + axes.size();
    if (rank > tensor::kMaxRank) throw Failure("makes a tensor of " + std::to_string(rank) + " dimensions");
    return listed_axes(axes, rank);
  }

  IntegersArgument axes_;
};

std::shared_ptr<const Operation> squeeze(Node& node) {
  node.gives(node.type(0));
  return std::make_shared<Squeeze>(IntegersArgument::of(node, "axes", kAxesAreInput, 1));
}

std::shared_ptr<const Operation> unsqueeze(Node& node) {
  node.gives(node.type(0));
  const IntegersArgument axes = IntegersArgument::of(node, "axes", kAxesAreInput, 1);
  if (!axes.is_given()) node.malformed("lacks axes");
  return std::make_shared<Unsqueeze>(axes);
}

constexpr std::array kOperators{
    Operator{"", "Squeeze", 1, squeeze},
    Operator{"", "Unsqueeze", 1, unsqueeze},
};

}  // namespace

std::span<const Operator> squeeze_operators() noexcept { return kOperators; }

}  // namespace pelton::operators
