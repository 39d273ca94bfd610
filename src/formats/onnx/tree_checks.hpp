#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "formats/onnx/node_context.hpp"
#include "formats/onnx/tree_nodes.hpp"

/// What both ways of listing trees have to keep to.
namespace pelton::formats::onnx {

/// Refuses an attribute that does not hold `wanted` values.
inline void check_tree_count(const NodeContext& node, std::string_view name, std::size_t held, std::size_t wanted) {
  if (held == wanted) return;
  node.malformed("attribute \"" + std::string(name) + "\" holds " + std::to_string(held) + " values for " +
                 std::to_string(wanted));
}

/// Refuses more nodes or trees than are read.
inline void check_tree_limits(const char* what, std::size_t held, std::size_t limit) {
  if (held <= limit) return;
  throw Refusal(core::ErrorCode::too_large,
                "has " + std::to_string(held) + " " + what + "; at most " + std::to_string(limit) + " are read");
}

/// A value of a list of yes and no.
inline bool tree_flag(const NodeContext& node, std::string_view name, std::int64_t value) {
  if (value == 0 || value == 1) return value == 1;
  node.malformed("attribute \"" + std::string(name) + "\" holds " + std::to_string(value) + ", which is not 0 or 1");
}

/// `index` if it is below `count`, which is at most 2^32; `from` gives what an error begins with.
template <class From>
std::uint32_t tree_index(const NodeContext& node, std::int64_t index, std::size_t count, From from) {
  if (index >= 0 && static_cast<std::uint64_t>(index) < count) return static_cast<std::uint32_t>(index);
  node.malformed(from() + " " + std::to_string(index) + " of " + std::to_string(count));
}

/// Puts a vote in its place. Refuses NaN.
void add_vote(const NodeContext& node, TreeNodes& trees, std::size_t place, TreeVote vote);

/// Gives the node at a place, which is no leaf, its threshold. Refuses NaN where it is looked at.
void add_split(const NodeContext& node, TreeNodes& trees, std::uint32_t place, double split);

}  // namespace pelton::formats::onnx
