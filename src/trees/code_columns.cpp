#include "trees/code_columns.hpp"

#include <algorithm>

namespace pelton::trees {

namespace {

/// 32 MiB: a hostile file may have many sets over many categories.
constexpr std::size_t kMostMemberWords = std::size_t{1} << 22;

/// Where the column of each split is noted while columns are found: for each axis two entries a slice of
/// limits, or a question about a category (missing to no, missing to yes).
class ColumnIndex {
 public:
  ColumnIndex(const RankedForest& ranked, std::uint32_t largest) : ranked_(ranked), largest_(largest) {
    for (const Axis& axis : ranked.axes) {
      first_.push_back(entries_.size());
      const std::size_t slices = axis.kind == Axis::Kind::ordered ? axis.values.size() / largest + 1 : 0;
      entries_.resize(entries_.size() + 2 * slices, kNone);
    }
    categories_ = entries_.size();
    entries_.resize(entries_.size() + 2 * ranked.members.size(), kNone);
  }

  std::uint32_t& at(const RankedSplit& split) {
    const Question& question = ranked_.questions[split.question];
    const std::size_t place =
        question.members == kNone ? first_[question.axis] + 2 * slice(question) : categories_ + 2 * question.members;
    return entries_[place + (split.missing_yes ? 1 : 0)];
  }
  std::size_t slice(const Question& question) const { return (question.limit - 1) / largest_; }

 private:
  const RankedForest& ranked_;
  std::uint32_t largest_;
  std::vector<std::size_t> first_;
  std::size_t categories_ = 0;
  std::vector<std::uint32_t> entries_;
};

template <class Visit>
void for_each_split(const Forest& forest, const RankedForest& ranked, Visit visit) {
  std::size_t at = 0;
  for (const Tree& tree : forest.trees) {
    for (const Node& node : tree.nodes) {
      if (!node.is_leaf()) visit(at, ranked.splits[at]);
      ++at;
    }
  }
}

}  // namespace

std::optional<CodeColumns> make_code_columns(const Forest& forest, const RankedForest& ranked, std::uint32_t largest,
                                             std::size_t most_columns) {
  CodeColumns codes;
  codes.largest = largest;
  for (const Axis& axis : ranked.axes) {
    const bool ordered = axis.kind == Axis::Kind::ordered;
    codes.member_words.push_back(ordered ? 0 : static_cast<std::uint32_t>(axis.values.size() / 64 + 1));
  }
  ColumnIndex index(ranked, largest);
  std::vector<RankedSplit> asked;  // one for each column
  for_each_split(forest, ranked, [&](std::size_t, const RankedSplit& split) {
    std::uint32_t& column = index.at(split);
    if (column != kNone) return;
    column = 0;
    asked.push_back(split);
  });
  std::size_t member_words = 0;
  for (const RankedSplit& split : asked) member_words += codes.member_words[ranked.questions[split.question].axis];
  if (asked.size() > most_columns || member_words > kMostMemberWords) return std::nullopt;
  std::stable_sort(asked.begin(), asked.end(), [&](const RankedSplit& a, const RankedSplit& b) {
    return ranked.questions[a.question].axis < ranked.questions[b.question].axis;
  });
  codes.first_column.assign(ranked.axes.size() + 1, 0);
  for (const RankedSplit& split : asked) {
    const Question& question = ranked.questions[split.question];
    index.at(split) = static_cast<std::uint32_t>(codes.columns.size());
    ++codes.first_column[question.axis + 1];
    CodeColumn& column = codes.columns.emplace_back();
    column.axis = question.axis;
    column.missing_yes = split.missing_yes;
    if (question.members == kNone) {
      column.first = static_cast<std::uint32_t>(index.slice(question)) * largest;
      continue;
    }
    column.members = static_cast<std::uint32_t>(codes.member_bits.size());
    codes.member_bits.resize(codes.member_bits.size() + codes.member_words[question.axis]);
    for (const std::uint32_t rank : ranked.members[question.members]) {
      codes.member_bits[column.members + rank / 64] |= std::uint64_t{1} << (rank % 64);
    }
  }
  for (std::size_t a = 0; a < ranked.axes.size(); ++a) codes.first_column[a + 1] += codes.first_column[a];
  codes.splits.resize(ranked.splits.size());
  for_each_split(forest, ranked, [&](std::size_t at, const RankedSplit& split) {
    const Question& question = ranked.questions[split.question];
    const std::uint32_t column = index.at(split);
    codes.splits[at] = {column, question.members == kNone ? question.limit - codes.columns[column].first : 1};
  });
  return codes;
}

}  // namespace pelton::trees
