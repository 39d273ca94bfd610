#include "operators/ngram_tree.hpp"

namespace pelton::operators {

void NgramTree::assign(std::span<const std::uint32_t> ngram, std::uint32_t number) {
  std::uint32_t node = kNone;
  for (const std::uint32_t token : ngram) {
    const auto fresh = static_cast<std::uint32_t>(nodes_.size());
    if (node == kNone) {
      if (first_[token] == kNone) first_[token] = fresh;
      node = first_[token];
    } else {
      nodes_[node].has_children = true;
      node = children_.insert(edge(node, token), fresh);
    }
    if (node == fresh) nodes_.emplace_back();
  }
  nodes_[node].number = number;
}

}  // namespace pelton::operators
