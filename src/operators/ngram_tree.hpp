#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "operators/lookup_table.hpp"

namespace pelton::operators {

/// N-grams (sequences of tokens, which are small numbers) and the column where each is counted, kept by
/// what they begin with: an n-gram longer by a token costs one look-up more.
class NgramTree {
 public:
  static constexpr std::uint32_t kNone = static_cast<std::uint32_t>(-1);

  /// For n-grams of `tokens` different tokens that have `items` tokens together, at most.
  NgramTree(std::size_t tokens, std::size_t items) : first_(tokens, kNone), children_(items) {}

  /// False if it holds the n-gram (of at least one token) already.
  bool add(std::span<const std::uint32_t> ngram, std::uint32_t column);

  /// The n-gram of one token as a node, or kNone where none begins with it.
  std::uint32_t begin(std::uint32_t token) const noexcept { return token == kNone ? kNone : first_[token]; }
  /// The n-gram of `node` and one token more.
  std::uint32_t longer(std::uint32_t node, std::uint32_t token) const noexcept {
    return token == kNone || !nodes_[node].has_children ? kNone : children_.find(edge(node, token));
  }
  /// Where the n-gram of `node` is counted; kNone if it is only the beginning of others.
  std::uint32_t column(std::uint32_t node) const noexcept { return nodes_[node].column; }

 private:
  struct Node {
    std::uint32_t column = kNone;
    bool has_children = false;
  };
  static std::uint64_t edge(std::uint32_t node, std::uint32_t token) noexcept {
    return static_cast<std::uint64_t>(node) << 32 | token;
  }

  std::vector<std::uint32_t> first_;
  std::vector<Node> nodes_;
  LookupTable<std::uint64_t> children_;
};

}  // namespace pelton::operators
