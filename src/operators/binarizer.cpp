#include <algorithm>
#include <array>
#include <cmath>

#include "operators/by_type.hpp"
#include "operators/registry.hpp"

/// Binarizer: one for what is greater than a threshold, zero for all else (NaN too).
namespace pelton::operators {
namespace {

using tensor::RowAxis;
using tensor::RunContext;
using tensor::Traced;
using tensor::Value;

/// Exact for every integer: those beyond 2^53 are not rounded to compare them.
bool is_greater(std::int64_t value, double threshold) {
  constexpr double kBound = 0x1p63;
  if (!(threshold < kBound)) return false;
  return threshold < -kBound || value > static_cast<std::int64_t>(std::floor(threshold));
}
bool is_greater(double value, double threshold) { return value > threshold; }

template <class T>
class Binarizer final : public Operation {
 public:
  explicit Binarizer(double threshold) : threshold_(threshold) {}

  void run(std::span<const Value* const> inputs, std::span<Value* const> outputs, RunContext&) const override {
    if (outputs[0] == nullptr) return;
    using Compared = std::conditional_t<std::is_integral_v<T>, std::int64_t, double>;
    const Tensor& x = inputs[0]->tensor;
    const std::span<const T> values = x.values<T>();
    std::transform(values.begin(), values.end(), outputs[0]->tensor.reset<T>(x.shape()).begin(), [this](T value) {
      return static_cast<T>(is_greater(static_cast<Compared>(value), threshold_) ? 1 : 0);
    });
  }
  RowAxis row_axis(std::span<const Traced> inputs, const Shape&, std::size_t) const override { return inputs[0].rows; }

 private:
  double threshold_;
};

std::shared_ptr<const Operation> binarizer(Node& node) {
  const double threshold = node.number("threshold", 0);
  node.gives(node.type(0));
  return by_type(node, node.type(0), Types<float, double, std::int64_t, std::int32_t>(),
                 [&]<class T>() { return std::make_shared<Binarizer<T>>(threshold); });
}

constexpr std::array kOperators{
    Operator{kMlDomain, "Binarizer", 1, binarizer},
};

}  // namespace

std::span<const Operator> binarizer_operators() noexcept { return kOperators; }

}  // namespace pelton::operators
