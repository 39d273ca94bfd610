#include <algorithm>
#include <array>
#include <bit>
#include <numeric>
#include <optional>
#include <vector>

#include "operators/by_type.hpp"
#include "operators/ordering.hpp"
#include "operators/registry.hpp"

/// Unique: the different elements of a tensor, or its different slices along an axis.
namespace pelton::operators {
namespace {

using tensor::RunContext;
using tensor::Value;

/// Slices of a tensor that are compared: as [outside, count, inside].
template <class T>
struct Slices {
  const T* data;
  std::size_t outside;
  std::size_t count;
  std::size_t inside;

  const T& at(std::size_t o, std::size_t slice, std::size_t i) const noexcept {
    return data[(o * count + slice) * inside + i];
  }
  /// Negative, zero or positive as slice a comes before b, equals it or comes after it.
  int compare(std::size_t a, std::size_t b) const noexcept {
    for (std::size_t o = 0; o < outside; ++o) {
      for (std::size_t i = 0; i < inside; ++i) {
        if (comes_before(at(o, a, i), at(o, b, i))) return -1;
        if (comes_before(at(o, b, i), at(o, a, i))) return 1;
      }
    }
    return 0;
  }
};

/// Slices that are equal.
struct Group {
  std::size_t first;  ///< in the list of members
  std::size_t size;
};

/// Which slices are equal to which. The first member of a group is the one that stands first.
struct Groups {
  std::vector<std::size_t> members;
  std::vector<Group> groups;

  template <class T>
  void find(const Slices<T>& slices, bool sorted) {
    members.resize(slices.count);
    groups.clear();
    std::iota(members.begin(), members.end(), std::size_t{0});
    std::sort(members.begin(), members.end(), [&](std::size_t a, std::size_t b) {
      const int order = slices.compare(a, b);
      return order != 0 ? order < 0 : a < b;
    });
    for (std::size_t i = 0; i < members.size(); ++i) {
      if (i == 0 || slices.compare(members[i - 1], members[i]) != 0) groups.push_back({i, 0});
      ++groups.back().size;
    }
    if (sorted) return;
    std::sort(groups.begin(), groups.end(),
              [&](const Group& a, const Group& b) { return members[a.first] < members[b.first]; });
  }
};

template <class T>
class Unique final : public Operation {
 public:
  /// Without an axis, elements are told apart.
  Unique(std::optional<std::int64_t> axis, bool sorted) : axis_(axis), sorted_(sorted) {}

  void run(std::span<const Value* const> inputs, std::span<Value* const> outputs, RunContext& context) const override {
    const Tensor& data = inputs[0]->tensor;
    Shape shape = data.shape();
    if (!axis_) shape = Shape({static_cast<std::int64_t>(data.size())});
    const std::size_t axis = axis_ ? tensor::axis_of(*axis_, shape.rank()) : 0;
    const Slices<T> slices{data.values<T>().data(), shape.elements_between(0, axis),
                           static_cast<std::size_t>(shape[axis]), shape.elements_between(axis + 1, shape.rank())};
    context.spend({data.size(), static_cast<std::size_t>(std::bit_width(slices.count))});
    Groups found;
    found.find(slices, sorted_);
    if (Value* const y = wanted(outputs, 0)) write_slices(slices, found, shape, axis, y->tensor);
    write_numbers(found, slices.count, outputs);
  }

 private:
  static Value* wanted(std::span<Value* const> outputs, std::size_t i) noexcept {
    return i < outputs.size() ? outputs[i] : nullptr;
  }

  static void write_slices(const Slices<T>& slices, const Groups& found, const Shape& shape, std::size_t axis,
                           Tensor& result) {
    const Shape kept = shape.with(axis, static_cast<std::int64_t>(found.groups.size()));
    T* to = result.reset<T>(kept).data();
    for (std::size_t o = 0; o < slices.outside; ++o) {
      for (const Group& group : found.groups) {
        for (std::size_t i = 0; i < slices.inside; ++i) *to++ = slices.at(o, found.members[group.first], i);
      }
    }
  }

  /// The other outputs: where each group's first stands, in which group each slice is, how large groups are.
  static void write_numbers(const Groups& found, std::size_t slices, std::span<Value* const> outputs) {
    const auto reset = [&](std::size_t i, std::size_t size) -> std::int64_t* {
      Value* const output = wanted(outputs, i);
      return output == nullptr ? nullptr : output->tensor.reset<std::int64_t>({static_cast<std::int64_t>(size)}).data();
    };
    std::int64_t* const firsts = reset(1, found.groups.size());
    std::int64_t* const inverse = reset(2, slices);
    std::int64_t* const sizes = reset(3, found.groups.size());
    for (std::size_t g = 0; g < found.groups.size(); ++g) {
      const Group& group = found.groups[g];
      if (firsts != nullptr) firsts[g] = static_cast<std::int64_t>(found.members[group.first]);
      if (sizes != nullptr) sizes[g] = static_cast<std::int64_t>(group.size);
      for (std::size_t m = group.first; inverse != nullptr && m < group.first + group.size; ++m) {
        inverse[found.members[m]] = static_cast<std::int64_t>(g);
      }
    }
  }

  std::optional<std::int64_t> axis_;
  bool sorted_;
};

std::shared_ptr<const Operation> unique(Node& node) {
  node.gives(node.type(0));
  for (std::size_t i = 1; i < node.outputs(); ++i) node.gives(DataType::int64);
  std::optional<std::int64_t> axis;
  if (node.has("axis")) axis = node.integer("axis", 0);
  const bool sorted = node.integer("sorted", 1) != 0;
  return by_type(node, node.type(0), Anything(), [&]<class T>() { return std::make_shared<Unique<T>>(axis, sorted); });
}

constexpr std::array kOperators{
    Operator{"", "Unique", 11, unique},
};

}  // namespace

std::span<const Operator> unique_operators() noexcept { return kOperators; }

}  // namespace pelton::operators
