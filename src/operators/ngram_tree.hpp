#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "operators/lookup_table.hpp"

namespace pelton::operators {

/// Numbers of n-grams (sequences of tokens, which are small numbers themselves), kept by what they begin
/// with: an n-gram longer by a token costs one look-up more.
class NgramTree {
 public:
  static constexpr std::uint32_t kNone = static_cast<std::uint32_t>(-1);

  /// For n-grams of `tokens` different tokens that have `items` tokens together, at most.
  NgramTree(std::size_t tokens, std::size_t items) : first_(tokens, kNone), children_(items) {}

  /// Gives an n-gram (of at least one token) a number, whatever it had.
  void assign(std::span<const std::uint32_t> ngram, std::uint32_t number);

  /// The n-gram of one token as a node, or kNone where none begins with it.
  std::uint32_t begin(std::uint32_t token) const noexcept { return token == kNone ? kNone : first_[token]; }
  /// The n-gram of `node` and one token more.
  std::uint32_t longer(std::uint32_t node, std::uint32_t token) const noexcept {
    return token == kNone || !nodes_[node].has_children ? kNone : children_.find(edge(node, token));
  }
  /// The number of the n-gram of `node`; kNone if it is only the beginning of others.
  std::uint32_t number(std::uint32_t node) const noexcept { return nodes_[node].number; }

 private:
  struct Node {
    std::uint32_t number = kNone;
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
