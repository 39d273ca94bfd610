#include "trees/code_columns.hpp"

#include <algorithm>
#include <map>
#include <tuple>

namespace pelton::trees {

namespace {

/// axis, first (or question of a category), missing_yes
using Key = std::tuple<std::uint32_t, std::uint32_t, bool>;

Key key_of(const RankedForest& ranked, const RankedSplit& split, std::uint32_t largest) {
  const Question& question = ranked.questions[split.question];
  const bool ordered = question.members == kNone;
  return {question.axis, ordered ? (question.limit - 1) / largest * largest : split.question, split.missing_yes};
}

}  // namespace

CodeColumns make_code_columns(const Forest& forest, const RankedForest& ranked, std::uint32_t largest) {
  CodeColumns codes;
  codes.largest = largest;
  std::map<Key, std::uint32_t> columns;
  std::size_t at = 0;
  for (const Tree& tree : forest.trees) {
    for (const Node& node : tree.nodes) {
      if (!node.is_leaf()) columns.emplace(key_of(ranked, ranked.splits[at], largest), 0);
      ++at;
    }
  }
  codes.first_column.assign(ranked.axes.size() + 1, 0);
  for (const Axis& axis : ranked.axes) {
    const bool ordered = axis.kind == Axis::Kind::ordered;
    codes.member_words.push_back(ordered ? 0 : static_cast<std::uint32_t>(axis.values.size() / 64 + 1));
  }
  for (auto& [key, number] : columns) {
    const auto [axis, first, missing_yes] = key;
    number = static_cast<std::uint32_t>(codes.columns.size());
    CodeColumn& column = codes.columns.emplace_back();
    column.axis = axis;
    column.missing_yes = missing_yes;
    ++codes.first_column[axis + 1];
    if (ranked.axes[axis].kind == Axis::Kind::ordered) {
      column.first = first;
      continue;
    }
    column.members = static_cast<std::uint32_t>(codes.member_bits.size());
    codes.member_bits.resize(codes.member_bits.size() + codes.member_words[axis]);
    for (const std::uint32_t rank : ranked.members[ranked.questions[first].members]) {
      codes.member_bits[column.members + rank / 64] |= std::uint64_t{1} << (rank % 64);
    }
  }
  for (std::size_t a = 0; a < ranked.axes.size(); ++a) codes.first_column[a + 1] += codes.first_column[a];
  codes.splits.resize(ranked.splits.size());
  at = 0;
  for (const Tree& tree : forest.trees) {
    for (const Node& node : tree.nodes) {
      if (!node.is_leaf()) {
        const RankedSplit& split = ranked.splits[at];
        const Question& question = ranked.questions[split.question];
        const std::uint32_t column = columns.at(key_of(ranked, split, largest));
        codes.splits[at] = {column, question.members == kNone ? question.limit - codes.columns[column].first : 1};
      }
      ++at;
    }
  }
  return codes;
}

}  // namespace pelton::trees
