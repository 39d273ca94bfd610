#include <array>

#include "operators/elementwise.hpp"
#include "operators/registry.hpp"

/// Not, And, Or and Xor of bools.
namespace pelton::operators {
namespace {

struct IsFalse {
  bool operator()(bool a) const noexcept { return !a; }
};
struct Both {
  bool operator()(bool a, bool b) const noexcept { return a && b; }
};
struct Either {
  bool operator()(bool a, bool b) const noexcept { return a || b; }
};
struct OneOnly {
  bool operator()(bool a, bool b) const noexcept { return a != b; }
};

std::shared_ptr<const Operation> logical_not(Node& node) { return elementwise<IsFalse>(node, Types<bool>()); }
std::shared_ptr<const Operation> logical_and(Node& node) { return pairwise<Both>(node, Types<bool>()); }
std::shared_ptr<const Operation> logical_or(Node& node) { return pairwise<Either>(node, Types<bool>()); }
std::shared_ptr<const Operation> logical_xor(Node& node) { return pairwise<OneOnly>(node, Types<bool>()); }

constexpr std::array kOperators{
    Operator{"", "And", 1, logical_and},
    Operator{"", "Not", 1, logical_not},
    Operator{"", "Or", 1, logical_or},
    Operator{"", "Xor", 1, logical_xor},
};

}  // namespace

std::span<const Operator> logic_operators() noexcept { return kOperators; }

}  // namespace pelton::operators
