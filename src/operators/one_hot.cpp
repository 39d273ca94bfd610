#include <algorithm>
#include <array>
#include <cstring>
#include <limits>
#include <type_traits>
#include <utility>

#include "operators/by_type.hpp"
#include "operators/registry.hpp"
#include "operators/strided_copy.hpp"

/// OneHot: for each index a line of values that is `on` at the index.
namespace pelton::operators {
namespace {

using tensor::Failure;
using tensor::RowAxis;
using tensor::RunContext;
using tensor::Traced;
using tensor::Value;

/// A number as int64: floats lose their fraction, and what int64 cannot hold becomes its smallest, which
/// is no index of anything.
template <class T>
std::int64_t whole(T value) {
  constexpr std::int64_t kNone = std::numeric_limits<std::int64_t>::min();
  if constexpr (std::is_integral_v<T>) {
    return std::in_range<std::int64_t>(value) ? static_cast<std::int64_t>(value) : kNone;
  } else {
    constexpr double kLimit = 0x1p63;
    const double number = value;
    return number >= -kLimit && number < kLimit ? static_cast<std::int64_t>(number) : kNone;
  }
}

std::int64_t depth_of(const Tensor& depth) {
  if (depth.size() != 1) throw Failure("has a depth of shape " + to_string(depth.shape()) + ", not one number");
  std::int64_t result = 0;
  visit_type(depth.type(), Numbers(), [&]<class T>() { result = whole<T>(depth.values<T>()[0]); });
  if (result < 0) throw Failure("has a depth that is negative");
  return result;
}

class OneHot final : public Operation {
 public:
  OneHot(std::int64_t axis, bool counts_from_end) : axis_(axis), counts_from_end_(counts_from_end) {}

  void run(std::span<const Value* const> inputs, std::span<Value* const> outputs, RunContext&) const override {
    if (outputs[0] == nullptr) return;
    const Tensor& indices = inputs[0]->tensor;
    const Tensor& values = inputs[2]->tensor;
    const std::int64_t depth = depth_of(inputs[1]->tensor);
    if (values.size() != 2) throw Failure("has values of shape " + to_string(values.shape()) + ", not two");
    const std::size_t axis = tensor::axis_of(axis_, indices.rank() + 1);
    Tensor& result = outputs[0]->tensor;
    result.reset(values.type(), indices.shape().inserted(axis, std::min(depth, tensor::kMaxElements + 1)));
    if (result.size() == 0) return;
    const std::size_t bytes = element_bytes(values.type());
    StridedCopy fill;
    fill.add(static_cast<std::int64_t>(result.size()), 0, 1);
    fill.run(values.data(), result.data(), bytes);
    visit_type(indices.type(), Numbers(),
               [&]<class T>() { turn_on<T>(indices, axis, depth, values.data() + bytes, bytes, result); });
  }

  RowAxis row_axis(std::span<const Traced> inputs, const Shape& output, std::size_t) const override {
    if (!inputs[0].rows.is_axis() || !inputs[1].rows.is_none() || !inputs[2].rows.is_none()) return RowAxis::mixed();
    const std::size_t rows = inputs[0].rows.axis();
    return RowAxis::at(rows < tensor::axis_of(axis_, output.rank()) ? rows : rows + 1);
  }

 private:
  template <class T>
  void turn_on(const Tensor& indices, std::size_t axis, std::int64_t depth, const std::byte* on, std::size_t bytes,
               Tensor& result) const {
    const std::span<const T> from = indices.values<T>();
    const std::size_t inside = indices.shape().elements_between(axis, indices.rank());
    const auto line = static_cast<std::size_t>(depth);
    for (std::size_t i = 0; i < from.size(); ++i) {
      std::int64_t index = whole<T>(from[i]);
      if (index < 0 && counts_from_end_ && index >= -depth) index += depth;
      if (index < 0 || index >= depth) continue;
      const std::size_t place = (i / inside * line + static_cast<std::size_t>(index)) * inside + i % inside;
      std::memcpy(result.data() + place * bytes, on, bytes);
    }
  }

  std::int64_t axis_;
  bool counts_from_end_;
};

std::shared_ptr<const Operation> one_hot(Node& node) {
  constexpr std::int64_t kCountsFromEnd = 11;
  for (const std::size_t i : {std::size_t{0}, std::size_t{1}}) {
    if (visit_type(node.type(i), Numbers(), []<class T>() {})) continue;
    node.refuse("input " + std::to_string(i) + " is of type " + std::string(to_string(node.type(i))));
  }
  node.gives(node.type(2));
  return std::make_shared<OneHot>(node.integer("axis", -1), node.opset() >= kCountsFromEnd);
}

constexpr std::array kOperators{
    Operator{"", "OneHot", 9, one_hot},
};

}  // namespace

std::span<const Operator> one_hot_operators() noexcept { return kOperators; }

}  // namespace pelton::operators
