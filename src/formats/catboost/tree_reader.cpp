#include "formats/catboost/tree_reader.hpp"

#include <cmath>
#include <limits>
#include <optional>
#include <string>

#include "core/printable.hpp"
#include "formats/catboost/members.hpp"

namespace pelton::formats::catboost {

using core::ErrorCode;
using document::Kind;

bool TreeReader::read_all(bool (TreeReader::*read_tree)()) {
  if (reader_.kind() == Kind::null) return reader_.read_null();
  if (!reader_.enter_array()) return false;
  const Iterations& chosen = options_.iterations;
  const std::size_t last = chosen.best ? std::numeric_limits<std::size_t>::max()
                                       : chosen.last.value_or(std::numeric_limits<std::size_t>::max());
  for (; reader_.next_element(); ++rounds_) {
    if (rounds_ >= options_.limits.trees) {
      return reader_.fail(ErrorCode::too_large,
                          "there are more than " + std::to_string(options_.limits.trees) + " trees");
    }
    if (rounds_ < chosen.first || rounds_ >= last) {
      reader_.skip();
    } else if (!(this->*read_tree)()) {
      return false;
    }
  }
  return !reader_.failed();
}

bool TreeReader::add_nodes(std::size_t count) {
  nodes_ += count;
  if (nodes_ <= options_.limits.tree_nodes && forest_.values.size() < trees::kNone - leaf_values_.size()) return true;
  return reader_.fail(ErrorCode::too_large, "there are more splits and leaves than are read");
}

bool TreeReader::set_width(std::size_t width) {
  if (width == 0 || width > options_.limits.classes) return reader_.fail("a leaf has no value, or too many");
  if (width_ == 0) width_ = static_cast<std::uint32_t>(width);
  return width_ == width ||
         reader_.fail("a leaf has " + std::to_string(width) + " values, others have " + std::to_string(width_));
}

/// CatBoost's own kinds of splits; those beside the two that Pelton carries out are refused by name.
bool TreeReader::check_type(std::string_view type, Split& split, bool& known) {
  split.one_hot = type == "OneHotFeature";
  known = split.one_hot || type == "FloatFeature";
  return known || reader_.fail(ErrorCode::unsupported, "a split of type " + core::printable(type) +
                                                           " is not carried out; FloatFeature and OneHotFeature are");
}

/// A category's hash, which files write as a signed number.
bool TreeReader::read_category(double& hash) {
  std::int64_t value = 0;
  if (!reader_.read_integer(value)) return false;
  if (value < INT32_MIN || value > UINT32_MAX) return reader_.fail("is no hash of a category");
  hash = static_cast<double>(static_cast<std::uint32_t>(value));
  return true;
}

bool TreeReader::read_split(Split& split) {
  std::optional<std::uint32_t> number, category;
  std::optional<double> border, hash;
  bool known = false;
  if (!reader_.enter_object()) return false;
  for (std::string_view name; reader_.next_member(name);) {
    if (name == "split_type") {
      std::string_view type;
      if (reader_.read_string(type)) check_type(type, split, known);
    } else if (name == "border") {
      float value = 0;
      if (reader_.read_float(value)) border = static_cast<double>(value);
    } else if (name == "float_feature_index") {
      read_index(reader_, options_.limits.features, number);
    } else if (name == "cat_feature_index") {
      read_index(reader_, options_.limits.features, category);
    } else if (name == "value") {
      double value = 0;
      if (read_category(value)) hash = value;
    } else {
      reader_.skip();
    }
  }
  if (reader_.failed()) return false;
  const auto& feature = split.one_hot ? category : number;
  const auto& value = split.one_hot ? hash : border;
  if (!known || !feature || !value) return reader_.fail("a split lacks its type, feature or value");
  if (std::isnan(*value)) return reader_.fail("a border is NaN");
  split.feature = *feature;
  split.value = *value;
  return true;
}

/// `right` is where a value above the border, or the category itself, goes.
trees::Node TreeReader::make_node(const Split& split, std::uint32_t left, std::uint32_t right) {
  trees::Node node;
  node.feature = split.feature;
  node.threshold = split.value;
  node.test = split.one_hot ? trees::Test::equal : trees::Test::less_equal;
  node.yes = split.one_hot ? right : left;
  node.no = split.one_hot ? left : right;
  node.missing = split.one_hot ? trees::Missing::to_no : trees::Missing::to_yes;
  if (split.one_hot) ++one_hot_;
  return node;
}

bool TreeReader::read_splits() {
  splits_.clear();
  if (reader_.kind() == Kind::null) return reader_.read_null();
  constexpr std::size_t kMostLevels = 32;
  if (!reader_.enter_array()) return false;
  while (reader_.next_element()) {
    if (splits_.size() == kMostLevels) return reader_.fail(ErrorCode::too_large, "a tree has more than 32 levels");
    if (!read_split(splits_.emplace_back())) return false;
  }
  return !reader_.failed();
}

bool TreeReader::read_oblivious_tree() {
  splits_.clear();
  leaf_values_.clear();
  if (!reader_.enter_object()) return false;
  for (std::string_view name; reader_.next_member(name);) {
    if (name == "splits") {
      read_splits();
    } else if (name == "leaf_values") {
      reader_.read_numbers(leaf_values_, options_.limits.tree_nodes);
    } else {
      reader_.skip();
    }
  }
  return !reader_.failed() && build_oblivious();
}

/// A row's leaf is Σ bit i << i over the splits in their order. The last one is put at the root, so
/// that the leaves stand from left to right by their number.
bool TreeReader::build_oblivious() {
  const std::size_t levels = splits_.size();
  const std::size_t leaves = std::size_t{1} << levels;
  if (leaf_values_.empty() || leaf_values_.size() % leaves != 0) {
    return reader_.fail("a tree of " + std::to_string(levels) + " levels has " + std::to_string(leaf_values_.size()) +
                        " leaf values");
  }
  const std::size_t width = leaf_values_.size() / leaves;
  if (!set_width(width) || !add_nodes(2 * leaves - 1)) return false;
  trees::Tree tree;
  tree.width = width_;
  tree.nodes.reserve(2 * leaves - 1);
  for (std::size_t level = 0; level < levels; ++level) {
    for (std::size_t i = 0; i < std::size_t{1} << level; ++i) {
      const auto left = static_cast<std::uint32_t>(2 * tree.nodes.size() + 1);
      tree.nodes.push_back(make_node(splits_[levels - 1 - level], left, left + 1));
    }
  }
  for (std::size_t i = 0; i < leaves; ++i) {
    trees::Node leaf;
    leaf.feature = trees::kNone;
    leaf.yes = static_cast<std::uint32_t>(i);
    leaf.no = static_cast<std::uint32_t>(forest_.values.size() + i * width);
    tree.nodes.push_back(leaf);
  }
  forest_.values.insert(forest_.values.end(), leaf_values_.begin(), leaf_values_.end());
  forest_.trees.push_back(std::move(tree));
  return true;
}

/// Nodes are objects within objects: the open ones are kept in a list of our own.
bool TreeReader::read_nested_tree() {
  parts_.assign(1, Part{});
  open_.assign(1, 0);
  leaf_values_.clear();
  if (!reader_.enter_object()) return false;
  while (!open_.empty()) {
    std::string_view name;
    if (!reader_.next_member(name)) {
      if (reader_.failed() || !end_node()) return false;
    } else if (name == "left" || name == "right") {
      if (!begin_child(name)) return false;
    } else if (name == "split") {
      if (!read_split(parts_[open_.back()].split)) return false;
      parts_[open_.back()].has_split = true;
    } else if (name == "value") {
      if (!read_leaf_value(open_.back())) return false;
    } else {
      reader_.skip();
    }
  }
  if (!add_nodes(parts_.size())) return false;
  trees::Tree tree;
  tree.width = width_;
  tree.nodes.reserve(parts_.size());
  for (const Part& part : parts_) {
    if (part.has_split) {
      tree.nodes.push_back(make_node(part.split, part.left, part.right));
      continue;
    }
    trees::Node leaf;
    leaf.feature = trees::kNone;
    leaf.no = static_cast<std::uint32_t>(forest_.values.size() + part.value);
    tree.nodes.push_back(leaf);
  }
  forest_.values.insert(forest_.values.end(), leaf_values_.begin(), leaf_values_.end());
  number_leaves(tree);
  forest_.trees.push_back(std::move(tree));
  return true;
}

bool TreeReader::begin_child(std::string_view name) {
  Part& parent = parts_[open_.back()];
  std::uint32_t& link = name == "left" ? parent.left : parent.right;
  if (link != trees::kNone) return reader_.fail("a node has two children on one side");
  if (parts_.size() >= options_.limits.tree_nodes) {
    return reader_.fail(ErrorCode::too_large, "there are more splits and leaves than are read");
  }
  link = static_cast<std::uint32_t>(parts_.size());
  open_.push_back(link);
  parts_.emplace_back();
  return reader_.enter_object();
}

bool TreeReader::end_node() {
  const Part& part = parts_[open_.back()];
  open_.pop_back();
  const bool left = part.left != trees::kNone;
  const bool right = part.right != trees::kNone;
  const bool value = part.value != trees::kNone;
  if (part.has_split ? left && right && !value : value && !left && !right) return true;
  return reader_.fail("a node is neither a split with left and right nor a value");
}

bool TreeReader::read_leaf_value(std::uint32_t node) {
  if (parts_[node].value != trees::kNone) return reader_.fail("a leaf has two values");
  std::vector<double> values(1);
  const bool read = reader_.kind() == Kind::array ? reader_.read_numbers(values, options_.limits.classes)
                                                  : reader_.read_double(values[0]);
  if (!read || !set_width(values.size())) return false;
  parts_[node].value = static_cast<std::uint32_t>(leaf_values_.size());
  leaf_values_.insert(leaf_values_.end(), values.begin(), values.end());
  return leaf_values_.size() < trees::kNone || reader_.fail(ErrorCode::too_large, "a tree has too many values");
}

/// Left before right, as CatBoost lays trees out when it fits them; but where a split stands on the left and a leaf on
/// the right, the leaf comes first.
void TreeReader::number_leaves(trees::Tree& tree) {
  std::uint32_t number = 0;
  open_.assign(1, 0);
  while (!open_.empty()) {
    trees::Node& node = tree.nodes[open_.back()];
    const Part& part = parts_[open_.back()];
    open_.pop_back();
    if (node.is_leaf()) {
      node.yes = number++;
    } else if (parts_[part.left].has_split && !parts_[part.right].has_split) {
      open_.push_back(part.left);
      open_.push_back(part.right);
    } else {
      open_.push_back(part.right);
      open_.push_back(part.left);
    }
  }
}

}  // namespace pelton::formats::catboost
