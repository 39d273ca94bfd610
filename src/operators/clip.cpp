#include <array>

#include "operators/convert.hpp"
#include "operators/elementwise.hpp"
#include "operators/registry.hpp"
#include "tensor/failure.hpp"

/// Clip. A bound that is left out is the type's own, so that infinities become its largest numbers, as
/// the specification has it. Where the lower bound is above the upper one, everything is the upper one.
namespace pelton::operators {
namespace {

using tensor::Failure;
using tensor::RowAxis;
using tensor::RunContext;
using tensor::Traced;
using tensor::Value;

constexpr std::int64_t kBoundsAreInputs = 11;

template <class T>
struct Limits {
  static constexpr bool kHalf = kIsHalf<T>;
  using Number = Computed<T>;
  static Number lowest() { return -largest(); }
  static Number largest() {
    constexpr std::uint16_t kFloat16 = 0x7BFF, kBFloat16 = 0x7F7F;
    T value;
    value.bits = std::same_as<T, tensor::Float16> ? kFloat16 : kBFloat16;
    return value;
  }
};
template <class T>
requires(!kIsHalf<T>) struct Limits<T> {
  static constexpr T lowest() { return std::numeric_limits<T>::lowest(); }
  static constexpr T largest() { return std::numeric_limits<T>::max(); }
};

template <class T>
class Clip final : public Operation {
 public:
  using Number = Computed<T>;
  Clip(Number low, Number high) : low_(low), high_(high) {}

  void run(std::span<const Value* const> inputs, std::span<Value* const> outputs, RunContext&) const override {
    if (outputs[0] == nullptr) return;
    const Number low = bound(inputs, 1, low_);
    const Number high = bound(inputs, 2, high_);
    const std::span<const T> x = inputs[0]->tensor.values<T>();
    const std::span<T> y = outputs[0]->tensor.reset<T>(inputs[0]->tensor.shape());
    for (std::size_t i = 0; i < x.size(); ++i) y[i] = static_cast<T>(clipped(x[i], low, high));
  }
  RowAxis row_axis(std::span<const Traced> inputs, const Shape&, std::size_t) const override {
    for (const Traced& input : inputs.subspan(1)) {
      if (!input.rows.is_none()) return RowAxis::mixed();
    }
    return inputs[0].rows;
  }

 private:
  static Number bound(std::span<const Value* const> inputs, std::size_t i, Number otherwise) {
    if (i >= inputs.size() || inputs[i] == nullptr) return otherwise;
    const Tensor& given = inputs[i]->tensor;
    if (given.size() != 1) throw Failure("a bound has shape " + to_string(given.shape()) + " and is not one number");
    return static_cast<Number>(given.values<T>().front());
  }
  /// NaN, whether an element or a bound, stays.
  static Number clipped(Number x, Number low, Number high) noexcept {
    const Number raised = x < low || low != low ? low : x;
    return raised > high || high != high ? high : raised;
  }

  Number low_;
  Number high_;
};

std::shared_ptr<const Operation> clip(Node& node) {
  const DataType type = node.type(0);
  node.gives(type);
  const bool by_inputs = node.opset() >= kBoundsAreInputs;
  for (std::size_t i = 1; i < 3; ++i) {
    if (by_inputs && node.has_input(i) && node.type(i) != type) node.malformed("a bound is of another type");
  }
  if (!by_inputs) node.ignore("consumed_inputs");
  return by_type(node, type, Numbers(), [&]<class T>() {
    using Number = Computed<T>;
    Number low = Limits<T>::lowest();
    Number high = Limits<T>::largest();
    if (!by_inputs) {
      if (node.has("min")) low = converted<Number>(node.number("min", 0));
      if (node.has("max")) high = converted<Number>(node.number("max", 0));
    }
    return std::make_shared<Clip<T>>(low, high);
  });
}

constexpr std::array kOperators{
    Operator{"", "Clip", 1, clip},
};

}  // namespace

std::span<const Operator> clip_operators() noexcept { return kOperators; }

}  // namespace pelton::operators
