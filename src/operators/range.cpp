#include <algorithm>
#include <array>
#include <cmath>
#include <type_traits>

#include "operators/by_type.hpp"
#include "operators/registry.hpp"

/// Range: numbers at equal distances.
namespace pelton::operators {
namespace {

using tensor::Failure;
using tensor::RunContext;
using tensor::Value;

constexpr std::int64_t kTooMany = tensor::kMaxElements + 1;

/// How many numbers there are from `start` on, `delta` apart, before `limit`.
template <class T>
std::int64_t steps_between(T start, T limit, T delta) {
  if (delta == 0) throw Failure("has a delta of 0");
  if constexpr (std::is_integral_v<T>) {
    if (delta > 0 ? start >= limit : start <= limit) return 0;
    // Unsigned differences: those of int64 need not fit int64.
    const auto from = static_cast<std::uint64_t>(start);
    const auto to = static_cast<std::uint64_t>(limit);
    const auto step = static_cast<std::uint64_t>(delta);
    const std::uint64_t count = delta > 0 ? (to - from - 1) / step + 1 : (from - to - 1) / (0 - step) + 1;
    return static_cast<std::int64_t>(std::min<std::uint64_t>(count, kTooMany));
  } else {
    const double count =
        std::ceil((static_cast<double>(limit) - static_cast<double>(start)) / static_cast<double>(delta));
    if (std::isnan(count)) throw Failure("has bounds or a delta that are no numbers");
    return static_cast<std::int64_t>(std::clamp<double>(count, 0, kTooMany));
  }
}

/// T is calculated with as C.
template <class T, class C>
class Range final : public Operation {
 public:
  void run(std::span<const Value* const> inputs, std::span<Value* const> outputs, RunContext&) const override {
    if (outputs[0] == nullptr) return;
    const C start = only(inputs[0]->tensor);
    const C delta = only(inputs[2]->tensor);
    const std::int64_t count = steps_between<C>(start, only(inputs[1]->tensor), delta);
    const std::span<T> result = outputs[0]->tensor.template reset<T>({count});
    for (std::size_t i = 0; i < result.size(); ++i) {
      if constexpr (std::is_integral_v<T>) {
        result[i] = static_cast<T>(static_cast<std::uint64_t>(start) + i * static_cast<std::uint64_t>(delta));
      } else {
        result[i] = T(static_cast<Computed<T>>(start + static_cast<C>(i) * delta));
      }
    }
  }

 private:
  static T only(const Tensor& tensor) {
    if (tensor.size() != 1) throw Failure("is given shape " + to_string(tensor.shape()) + ", not one number");
    return tensor.values<T>()[0];
  }
};

std::shared_ptr<const Operation> range(Node& node) {
  constexpr std::int64_t kStashes = 27;
  const DataType type = node.type(0);
  if (node.type(1) != type || node.type(2) != type) node.malformed("has inputs of different types");
  // Says what half floats are calculated with.
  const auto as_float = static_cast<std::int64_t>(DataType::float32);
  const std::int64_t stash = node.opset() < kStashes ? as_float : node.integer("stash_type", as_float);
  const bool is_double = stash == static_cast<std::int64_t>(DataType::float64);
  if (!is_double && stash != as_float) node.refuse("calculates in other than float or double");
  node.gives(type);
  using Kinds = Types<float, double, tensor::Float16, tensor::BFloat16, std::int16_t, std::int32_t, std::int64_t>;
  return by_type(node, type, Kinds(), [&]<class T>() -> std::shared_ptr<const Operation> {
    if constexpr (!std::is_same_v<T, Computed<T>>) {
      if (is_double) return std::make_shared<Range<T, double>>();
    }
    return std::make_shared<Range<T, Computed<T>>>();
  });
}

constexpr std::array kOperators{
    Operator{"", "Range", 11, range},
};

}  // namespace

std::span<const Operator> range_operators() noexcept { return kOperators; }

}  // namespace pelton::operators
