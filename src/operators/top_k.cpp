#include <algorithm>
#include <array>
#include <bit>
#include <numeric>
#include <vector>

#include "operators/by_type.hpp"
#include "operators/integers.hpp"
#include "operators/ordering.hpp"
#include "operators/registry.hpp"

/// TopK: the largest or smallest along an axis, and where they were.
namespace pelton::operators {
namespace {

using tensor::Failure;
using tensor::RowAxis;
using tensor::RunContext;
using tensor::Traced;
using tensor::Value;

/// What is always the same of a node.
struct Settings {
  std::int64_t k = -1;  ///< negative: an input holds it
  std::int64_t axis = -1;
  bool largest = true;
};

/// Sorted always: where no order is asked for, any will do. NaN is larger than any number, as in ONNX
/// Runtime; of equals the one with the lower index comes first.
template <class T>
class TopK final : public Operation {
 public:
  explicit TopK(Settings settings) : settings_(settings) {}

  void run(std::span<const Value* const> inputs, std::span<Value* const> outputs, RunContext& context) const override {
    const Tensor& data = inputs[0]->tensor;
    const Shape& from = data.shape();
    const std::size_t axis = tensor::axis_of(settings_.axis, from.rank());
    const std::int64_t k = settings_.k >= 0 ? settings_.k : only_integer(inputs[1]->tensor, "k");
    if (k < 0 || k > from[axis]) throw Failure("asks for " + std::to_string(k) + " of " + std::to_string(from[axis]));
    const Shape shape = from.with(axis, k);
    T* const values = outputs[0] == nullptr ? nullptr : outputs[0]->tensor.template reset<T>(shape).data();
    std::int64_t* const places =
        outputs.size() < 2 || outputs[1] == nullptr ? nullptr : outputs[1]->tensor.reset<std::int64_t>(shape).data();
    if (shape.elements() == 0) return;
    context.spend({data.size(), static_cast<std::size_t>(std::bit_width(static_cast<std::size_t>(k)))});
    const Line line{from[axis], k, static_cast<std::int64_t>(from.elements_between(axis + 1, from.rank()))};
    const std::int64_t outside = static_cast<std::int64_t>(from.elements_between(0, axis));
    for (std::int64_t o = 0; o < outside; ++o) {
      for (std::int64_t i = 0; i < line.stride; ++i) {
        const std::int64_t first = o * k * line.stride + i;
        select(data.values<T>().data() + o * line.size * line.stride + i, line,
               values == nullptr ? nullptr : values + first, places == nullptr ? nullptr : places + first);
      }
    }
  }

  RowAxis row_axis(std::span<const Traced> inputs, const Shape& output, std::size_t) const override {
    if (inputs.size() > 1 && !inputs[1].rows.is_none()) return RowAxis::mixed();
    const bool is_across = inputs[0].rows.axis() == tensor::axis_of(settings_.axis, output.rank());
    return is_across ? RowAxis::mixed() : inputs[0].rows;
  }

 private:
  /// Elements that are ranked against one another: how many, of which how many are asked for, how far apart.
  struct Line {
    std::int64_t size;
    std::int64_t k;
    std::int64_t stride;
  };

  void select(const T* from, const Line& line, T* values, std::int64_t* places) const {
    thread_local std::vector<std::int64_t> order;
    order.resize(static_cast<std::size_t>(line.size));
    std::iota(order.begin(), order.end(), 0);
    const auto is_better = [&](std::int64_t a, std::int64_t b) {
      const T& left = from[a * line.stride];
      const T& right = from[b * line.stride];
      if (settings_.largest ? comes_before(right, left) : comes_before(left, right)) return true;
      if (settings_.largest ? comes_before(left, right) : comes_before(right, left)) return false;
      return a < b;
    };
    std::partial_sort(order.begin(), order.begin() + line.k, order.end(), is_better);
    for (std::int64_t j = 0; j < line.k; ++j) {
      const std::int64_t place = order[static_cast<std::size_t>(j)];
      if (values != nullptr) values[j * line.stride] = from[place * line.stride];
      if (places != nullptr) places[j * line.stride] = place;
    }
    constexpr std::size_t kKept = std::size_t{1} << 20;
    if (order.capacity() > kKept) std::vector<std::int64_t>().swap(order);
  }

  Settings settings_;
};

std::shared_ptr<const Operation> top_k(Node& node) {
  constexpr std::int64_t kKIsInput = 10;
  constexpr std::int64_t kMayBeSmallest = 11;
  Settings settings;
  settings.axis = node.integer("axis", -1);
  if (node.opset() < kKIsInput) {
    settings.k = node.integer("k", -1);
    if (settings.k < 0) node.malformed("asks for " + std::to_string(settings.k) + " elements, or does not say");
  } else {
    check_index_type(node, 1);
  }
  if (node.opset() >= kMayBeSmallest) {
    settings.largest = node.integer("largest", 1) != 0;
    node.ignore("sorted");
  }
  node.gives(node.type(0));
  if (node.outputs() > 1) node.gives(DataType::int64);
  return by_type(node, node.type(0), Numbers(), [&]<class T>() { return std::make_shared<TopK<T>>(settings); });
}

constexpr std::array kOperators{
    Operator{"", "TopK", 1, top_k},
};

}  // namespace

std::span<const Operator> top_k_operators() noexcept { return kOperators; }

}  // namespace pelton::operators
