#include <algorithm>
#include <array>

#include "operators/counts.hpp"
#include "operators/registry.hpp"

/// How large a tensor is: Shape and Size.
namespace pelton::operators {
namespace {

using tensor::Count;
using tensor::RowAxis;
using tensor::RunContext;
using tensor::Trace;
using tensor::Traced;
using tensor::Value;

class ShapeOf final : public Operation {
 public:
  ShapeOf(std::int64_t start, std::optional<std::int64_t> end) : start_(start), end_(end) {}

  void run(std::span<const Value* const> inputs, std::span<Value* const> outputs, RunContext&) const override {
    if (outputs[0] == nullptr) return;
    const auto [first, last] = part(inputs[0]->tensor.rank());
    const auto dims = inputs[0]->tensor.shape().dims().subspan(first, last - first);
    const std::span<std::int64_t> result =
        outputs[0]->tensor.reset<std::int64_t>({static_cast<std::int64_t>(dims.size())});
    std::copy(dims.begin(), dims.end(), result.begin());
  }

  Trace trace(std::span<const Traced> inputs, const Shape&, std::size_t) const override {
    if (!inputs[0].rows.is_axis()) return {RowAxis::none()};  // a counted tensor's shape is not counted itself
    const auto [first, last] = part(inputs[0].shape.rank());
    const std::size_t rows = inputs[0].rows.axis();
    if (rows < first || rows >= last) return {RowAxis::none()};
    Trace trace{RowAxis::counted()};
    for (std::size_t i = first; i < last; ++i) {
      trace.counts.push_back(i == rows ? Count{1, true} : Count{inputs[0].shape[i], false});
    }
    return trace;
  }

 private:
  /// The dimensions asked for, [first, second): bounds beyond the rank are brought back to it.
  std::pair<std::size_t, std::size_t> part(std::size_t rank) const noexcept {
    const auto bound = [&](std::int64_t at) {
      const auto axes = static_cast<std::int64_t>(rank);
      return static_cast<std::size_t>(std::clamp<std::int64_t>(at < 0 ? at + axes : at, 0, axes));
    };
    const std::size_t first = bound(start_);
    return {first, std::max(first, end_ ? bound(*end_) : rank)};
  }

  std::int64_t start_;
  std::optional<std::int64_t> end_;
};

class Size final : public Operation {
 public:
  void run(std::span<const Value* const> inputs, std::span<Value* const> outputs, RunContext&) const override {
    if (outputs[0] == nullptr) return;
    outputs[0]->tensor.reset<std::int64_t>({})[0] = static_cast<std::int64_t>(inputs[0]->tensor.size());
  }

  Trace trace(std::span<const Traced> inputs, const Shape&, std::size_t) const override {
    if (!inputs[0].rows.is_axis()) return {RowAxis::none()};
    const std::size_t rows = inputs[0].rows.axis();
    const std::size_t a_row = inputs[0].shape.erased(rows).elements();
    return {RowAxis::counted(), {{static_cast<std::int64_t>(a_row), true}}};
  }
};

std::shared_ptr<const Operation> shape_of(Node& node) {
  node.type(0);
  node.gives(DataType::int64);
  if (node.opset() < 15) return std::make_shared<ShapeOf>(0, std::nullopt);
  std::optional<std::int64_t> end;
  if (node.has("end")) end = node.integer("end", 0);
  return std::make_shared<ShapeOf>(node.integer("start", 0), end);
}

std::shared_ptr<const Operation> size_of(Node& node) {
  node.type(0);
  node.gives(DataType::int64);
  return std::make_shared<Size>();
}

constexpr std::array kOperators{
    Operator{"", "Shape", 1, shape_of},
    Operator{"", "Size", 1, size_of},
};

}  // namespace

std::span<const Operator> shape_operators() noexcept { return kOperators; }

}  // namespace pelton::operators
