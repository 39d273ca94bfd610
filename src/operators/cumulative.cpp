#include <array>
#include <optional>

#include "operators/elementwise.hpp"
#include "operators/registry.hpp"
#include "operators/slices.hpp"
#include "tensor/failure.hpp"

/// CumSum and CumProd: what the elements along an axis come to, one after the other. Integers wrap
/// around; floating-point numbers are summed up in double and rounded where they are written.
namespace pelton::operators {
namespace {

using tensor::Failure;
using tensor::RowAxis;
using tensor::RunContext;
using tensor::Traced;
using tensor::Value;

struct Direction {
  bool exclusive = false;
  bool reverse = false;
};

struct Adding {
  static constexpr int kStart = 0;
  template <class N>
  N operator()(N a, N b) const noexcept {
    return a + b;
  }
};
struct Multiplying {
  static constexpr int kStart = 1;
  template <class N>
  N operator()(N a, N b) const noexcept {
    return a * b;
  }
};

std::int64_t axis_in(const Tensor& tensor) {
  if (tensor.size() != 1) throw Failure("the axis has shape " + to_string(tensor.shape()) + " and is not one number");
  if (tensor.type() == DataType::int32) return tensor.values<std::int32_t>().front();
  return tensor.values<std::int64_t>().front();
}

template <class T, class Join>
class Cumulative final : public Operation {
 public:
  Cumulative(Direction direction, std::optional<std::int64_t> axis) : direction_(direction), axis_(axis) {}

  void run(std::span<const Value* const> inputs, std::span<Value* const> outputs, RunContext&) const override {
    if (outputs[0] == nullptr) return;
    const Tensor& data = inputs[0]->tensor;
    const Slices slices(data.shape(), tensor::axis_of(axis_in(inputs[1]->tensor), data.rank()));
    const T* const x = data.values<T>().data();
    T* const y = outputs[0]->tensor.reset<T>(data.shape()).data();
    slices.each([&](std::size_t first, std::size_t) { go_along(x + first, y + first, slices); });
  }
  RowAxis row_axis(std::span<const Traced> inputs, const Shape&, std::size_t) const override {
    if (!axis_ || !inputs[1].rows.is_none()) return RowAxis::mixed();
    return rows_beside(tensor::axis_of(*axis_, inputs[0].shape.rank()), inputs[0]);
  }

 private:
  using Total = std::conditional_t<std::integral<T>, std::uint64_t, double>;

  static T rounded(Total total) noexcept {
    if constexpr (std::integral<T>)
      return static_cast<T>(total);
    else
      return static_cast<T>(settled(static_cast<Computed<T>>(total)));
  }

  void go_along(const T* x, T* y, const Slices& slices) const {
    Total total = Join::kStart;
    for (std::size_t i = 0; i < slices.length(); ++i) {
      const std::size_t at = (direction_.reverse ? slices.length() - 1 - i : i) * slices.step();
      const Total next = Join()(total, static_cast<Total>(x[at]));
      y[at] = rounded(direction_.exclusive ? total : next);
      total = next;
    }
  }

  Direction direction_;
  std::optional<std::int64_t> axis_;
};

template <class Join>
std::shared_ptr<const Operation> cumulative(Node& node) {
  const Direction direction{node.integer("exclusive", 0) != 0, node.integer("reverse", 0) != 0};
  if (node.type(1) != DataType::int32 && node.type(1) != DataType::int64) {
    node.malformed("input 1 is neither int32 nor int64");
  }
  const Tensor* const known = node.constant(1);
  const std::optional<std::int64_t> axis =
      known != nullptr && known->size() == 1 ? std::optional(axis_in(*known)) : std::nullopt;
  node.gives(node.type(0));
  return by_type(node, node.type(0), Numbers(),
                 [&]<class T>() { return std::make_shared<Cumulative<T, Join>>(direction, axis); });
}

constexpr std::array kOperators{
    Operator{"", "CumProd", 26, cumulative<Multiplying>},
    Operator{"", "CumSum", 11, cumulative<Adding>},
};

}  // namespace

std::span<const Operator> cumulative_operators() noexcept { return kOperators; }

}  // namespace pelton::operators
