#include <array>
#include <string_view>

#include "operators/elementwise.hpp"
#include "operators/registry.hpp"

/// Questions about two tensors. A NaN is equal to nothing and in no order.
namespace pelton::operators {
namespace {

struct IsEqual {
  template <class T>
  bool operator()(const T& a, const T& b) const noexcept {
    return a == b;
  }
};
struct IsLess {
  template <class T>
  bool operator()(T a, T b) const noexcept {
    return a < b;
  }
};
struct IsLessOrEqual {
  template <class T>
  bool operator()(T a, T b) const noexcept {
    return a <= b;
  }
};
struct IsGreater {
  template <class T>
  bool operator()(T a, T b) const noexcept {
    return a > b;
  }
};
struct IsGreaterOrEqual {
  template <class T>
  bool operator()(T a, T b) const noexcept {
    return a >= b;
  }
};

std::shared_ptr<const Operation> equal(Node& node) { return compared<IsEqual>(node, Anything()); }
std::shared_ptr<const Operation> less(Node& node) { return compared<IsLess>(node, Numbers()); }
std::shared_ptr<const Operation> less_or_equal(Node& node) { return compared<IsLessOrEqual>(node, Numbers()); }
std::shared_ptr<const Operation> greater(Node& node) { return compared<IsGreater>(node, Numbers()); }
std::shared_ptr<const Operation> greater_or_equal(Node& node) { return compared<IsGreaterOrEqual>(node, Numbers()); }

constexpr std::array kOperators{
    Operator{"", "Equal", 1, equal},
    Operator{"", "Greater", 1, greater},
    Operator{"", "GreaterOrEqual", 12, greater_or_equal},
    Operator{"", "Less", 1, less},
    Operator{"", "LessOrEqual", 12, less_or_equal},
};

}  // namespace

std::span<const Operator> comparison_operators() noexcept { return kOperators; }

}  // namespace pelton::operators
