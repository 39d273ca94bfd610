#include "formats/lightgbm/tree_reader.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>
#include <string>

#include "formats/lightgbm/numbers.hpp"

namespace pelton::formats::lightgbm {

using core::Error;
using core::ErrorCode;

const std::array<std::string_view, TreeReader::kKeys> TreeReader::kNames{
    "num_leaves", "num_cat",     "split_feature", "threshold",      "decision_type",
    "left_child", "right_child", "leaf_value",    "cat_boundaries", "cat_threshold",
    "is_linear",  "leaf_const",  "num_features",  "leaf_features",  "leaf_coeff"};

core::Result<void> TreeReader::collect(Lines& lines) {
  fields_.fill(Line{});
  for (Line line; lines.peek(line); lines.skip()) {
    if (line.text.empty() || line.key == "Tree" || line.text == "end of trees") break;
    const auto name = std::find(kNames.begin(), kNames.end(), line.key);
    if (name == kNames.end()) continue;  // what training left behind: gains, weights, counts
    Line& field = fields_[static_cast<std::size_t>(name - kNames.begin())];
    if (field.number != 0) return fault(line, "is there twice, on line " + std::to_string(field.number) + " too");
    field = line;
  }
  return {};
}

core::Result<const Line*> TreeReader::needed(Key key) const {
  if (fields_[key].number != 0) return &fields_[key];
  return fault(title_, "tree " + quoted(title_.value) + " has no " + std::string(kNames[key]));
}

template <class T>
core::Result<void> TreeReader::numbers(Key key, std::size_t count, std::vector<T>& out) const {
  const auto line = needed(key);
  if (!line) return line.error();
  return read_numbers(**line, count, out);
}

core::Result<void> TreeReader::read(Lines& lines, const Line& title, std::uint32_t output) {
  title_ = title;
  if (auto done = collect(lines); !done) return done;
  const auto line = needed(kNumLeaves);
  if (!line) return line.error();
  const auto leaves = read_number<std::size_t>(**line, 1, INT32_MAX);
  if (!leaves) return leaves.error();
  leaves_ = *leaves;
  if (auto done = numbers(kLeafValue, leaves_, values_); !done) return done;
  total_nodes_ += 2 * leaves_ - 1;
  if (total_nodes_ > limits_.tree_nodes) {
    return fault(**line, ErrorCode::too_large,
                 "with this tree there are more than " + std::to_string(limits_.tree_nodes) + " splits and leaves");
  }
  if (auto done = read_splits(); !done) return done;
  if (auto done = read_sets(); !done) return done;
  if (auto done = read_linear(); !done) return done;

  trees::Tree tree;
  tree.output = output;
  tree.nodes.reserve(2 * leaves_ - 1);
  for (std::size_t i = 0; i + 1 < leaves_; ++i) {
    if (auto done = add_split(i, tree); !done) return done;
  }
  if (auto done = add_leaves(tree); !done) return done;
  forest_.trees.push_back(std::move(tree));
  return {};
}

core::Result<void> TreeReader::read_splits() {
  const std::size_t splits = leaves_ - 1;
  if (splits == 0) return {};
  if (auto done = numbers(kSplitFeature, splits, features_); !done) return done;
  if (auto done = numbers(kThreshold, splits, thresholds_); !done) return done;
  if (auto done = numbers(kLeftChild, splits, left_); !done) return done;
  if (auto done = numbers(kRightChild, splits, right_); !done) return done;
  if (fields_[kDecisionType].number != 0) return numbers(kDecisionType, splits, decisions_);
  decisions_.assign(splits, 0);  // as LightGBM has it
  return {};
}

/// Splits come first, then the leaves; a file's child below 0 is the leaf ~child.
core::Result<std::uint32_t> TreeReader::child(Key key, std::int32_t number) const {
  const std::size_t splits = leaves_ - 1;
  const bool leaf = number < 0;
  const auto index = static_cast<std::size_t>(leaf ? ~number : number);
  if (index >= (leaf ? leaves_ : splits)) {
    return fault(fields_[key],
                 std::to_string(number) + " is no child in a tree of " + std::to_string(leaves_) + " leaves");
  }
  return static_cast<std::uint32_t>(leaf ? splits + index : index);
}

core::Result<void> TreeReader::add_split(std::size_t i, trees::Tree& tree) {
  // LightGBM/include/LightGBM/tree.h: the bits of decision_type, NumericalDecision, CategoricalDecision.
  constexpr std::int32_t kCategorical = 1;
  constexpr std::int32_t kDefaultLeft = 2;
  enum MissingType { kZero = 1, kNan = 2 };
  if (features_[i] < 0 || static_cast<std::uint32_t>(features_[i]) >= forest_.features) {
    return fault(fields_[kSplitFeature],
                 std::to_string(features_[i]) + " is none of " + std::to_string(forest_.features) + " features");
  }
  if (decisions_[i] < INT8_MIN || decisions_[i] > INT8_MAX) {
    return fault(fields_[kDecisionType], std::to_string(decisions_[i]) + " is no decision type");
  }
  const auto yes = child(kLeftChild, left_[i]);
  if (!yes) return yes.error();
  const auto no = child(kRightChild, right_[i]);
  if (!no) return no.error();
  trees::Node node;
  node.feature = static_cast<std::uint32_t>(features_[i]);
  node.yes = *yes;
  node.no = *no;
  if ((decisions_[i] & kCategorical) != 0) {
    const auto set = set_of(thresholds_[i]);
    if (!set) return set.error();
    node.set = *set;
    node.test = trees::Test::in_set;
    node.missing = trees::Missing::to_no;
  } else {
    if (std::isnan(thresholds_[i])) return fault(fields_[kThreshold], "one is NaN");
    node.threshold = thresholds_[i];
    node.test = trees::Test::less_equal;
    const std::int32_t missing = (decisions_[i] >> 2) & 3;
    const auto default_child = (decisions_[i] & kDefaultLeft) != 0 ? trees::Missing::to_yes : trees::Missing::to_no;
    node.missing = missing == kZero || missing == kNan ? default_child : trees::Missing::as_zero;
    node.zero_is_missing = missing == kZero;
  }
  tree.nodes.push_back(node);
  return {};
}

core::Result<void> TreeReader::read_sets() {
  sets_.clear();
  if (fields_[kNumCat].number == 0) return {};
  const auto count = read_number<std::size_t>(fields_[kNumCat], 0, INT32_MAX);
  if (!count) return count.error();
  if (*count == 0) return {};
  if (auto done = numbers(kCatBoundaries, *count + 1, boundaries_); !done) return done;
  if (boundaries_[0] != 0 || !std::is_sorted(boundaries_.begin(), boundaries_.end())) {
    return fault(fields_[kCatBoundaries], "does not rise from 0");
  }
  if (auto done = numbers(kCatThreshold, boundaries_.back(), bits_); !done) return done;
  sets_.assign(*count, trees::kNone);
  return {};
}

/// The forest's set for the tree's set that a categorical split's threshold names.
core::Result<std::uint32_t> TreeReader::set_of(double number) {
  if (!(number >= 0 && number < static_cast<double>(sets_.size()))) {
    return fault(fields_[kThreshold],
                 std::to_string(number) + " is none of " + std::to_string(sets_.size()) + " sets of categories");
  }
  const auto index = static_cast<std::size_t>(number);
  if (sets_[index] == trees::kNone) {
    const auto added = add_set(boundaries_[index], boundaries_[index + 1]);
    if (!added) return added;
    sets_[index] = *added;
  }
  return sets_[index];
}

core::Result<std::uint32_t> TreeReader::add_set(std::size_t from, std::size_t to) {
  std::size_t members = 0;
  for (std::size_t w = from; w < to; ++w) members += static_cast<std::size_t>(std::popcount(bits_[w]));
  total_members_ += members;
  if (total_members_ > limits_.tree_nodes) {
    return fault(fields_[kCatThreshold], ErrorCode::too_large,
                 "more than " + std::to_string(limits_.tree_nodes) + " categories in sets");
  }
  trees::CategorySet set;
  set.key = trees::CategorySet::Key::whole;
  set.members.reserve(members);
  for (std::size_t w = from; w < to; ++w) {
    for (std::uint32_t word = bits_[w]; word != 0; word &= word - 1) {
      const std::size_t member = 32 * (w - from) + static_cast<std::size_t>(std::countr_zero(word));
      // LightGBM looks an int up: beyond its range nothing is a member.
      if (member <= INT32_MAX) set.members.push_back(static_cast<double>(member));
    }
  }
  forest_.sets.push_back(std::move(set));
  return static_cast<std::uint32_t>(forest_.sets.size() - 1);
}

core::Result<void> TreeReader::read_linear() {
  linear_ = false;
  if (fields_[kIsLinear].number == 0) return {};
  const auto linear = read_number<int>(fields_[kIsLinear], 0, 1);
  if (!linear) return linear.error();
  linear_ = *linear == 1;
  if (!linear_) return {};
  if (auto done = numbers(kLeafConst, leaves_, constants_); !done) return done;
  if (auto done = numbers(kNumFeatures, leaves_, counts_); !done) return done;
  const std::size_t total = std::accumulate(counts_.begin(), counts_.end(), std::size_t{0});
  if (auto done = numbers(kLeafFeatures, total, linear_features_); !done) return done;
  if (auto done = numbers(kLeafCoeff, total, coefficients_); !done) return done;
  for (const std::uint32_t feature : linear_features_) {
    if (feature < forest_.features) continue;
    return fault(fields_[kLeafFeatures],
                 std::to_string(feature) + " is none of " + std::to_string(forest_.features) + " features");
  }
  return {};
}

core::Result<void> TreeReader::add_leaves(trees::Tree& tree) {
  if (forest_.values.size() + leaves_ >= trees::kNone) {
    return fault(title_, ErrorCode::too_large, "there are more leaves than can be numbered");
  }
  std::size_t at = 0;  // in linear_features_
  for (std::size_t l = 0; l < leaves_; ++l) {
    trees::Node node;
    node.feature = trees::kNone;
    node.yes = static_cast<std::uint32_t>(l);
    node.no = static_cast<std::uint32_t>(forest_.values.size());
    double value = values_[l];
    if (linear_ && counts_[l] == 0) {
      value = constants_[l];
    } else if (linear_) {
      trees::LinearLeaf leaf;
      leaf.constant = constants_[l];
      const auto from = static_cast<std::ptrdiff_t>(at);
      at += counts_[l];
      const auto to = static_cast<std::ptrdiff_t>(at);
      leaf.features.assign(linear_features_.begin() + from, linear_features_.begin() + to);
      leaf.coefficients.assign(coefficients_.begin() + from, coefficients_.begin() + to);
      node.set = static_cast<std::uint32_t>(forest_.linear.size());
      forest_.linear.push_back(std::move(leaf));
    }
    forest_.values.push_back(value);
    tree.nodes.push_back(node);
  }
  return {};
}

}  // namespace pelton::formats::lightgbm
