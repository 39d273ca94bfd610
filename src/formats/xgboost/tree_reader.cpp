#include "formats/xgboost/tree_reader.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "formats/xgboost/members.hpp"
#include "formats/xgboost/parameters.hpp"

namespace pelton::formats::xgboost {

namespace {

using trees::kNone;

/// XGBoost never takes this or a greater number for a category (common/categorical.h, OutOfRangeCat).
constexpr std::int32_t kNoCategory = 16'777'216;

/// Elements of lists of leaves' values.
constexpr std::size_t kMost = std::numeric_limits<std::int32_t>::max();

}  // namespace

bool TreeReader::read(FileTree& tree) {
  if (!read_arrays(tree) || !check_lengths() || !mark_categorical() || !find_reached()) return false;
  return make_nodes(tree);
}

bool TreeReader::read_arrays(FileTree& tree) {
  width_ = 1;
  nodes_stated_ = -1;
  has_leaf_weights_ = false;
  for (auto* array : {&left_, &right_, &feature_, &default_left_, &split_type_, &categories_, &category_nodes_}) {
    array->clear();
  }
  for (auto* array : {&condition_, &base_weights_, &leaf_weights_}) array->clear();
  category_starts_.clear();
  category_counts_.clear();
  return read_members(reader_, [&](std::string_view name) { return read_array(name, tree); });
}

bool TreeReader::read_array(std::string_view name, FileTree& tree) {
  if (name == "left_children") return reader_.read_numbers(left_, most_);
  if (name == "right_children") return reader_.read_numbers(right_, most_);
  if (name == "split_indices") return reader_.read_numbers(feature_, most_);
  if (name == "split_conditions") return reader_.read_numbers(condition_, most_);
  if (name == "default_left") return reader_.read_numbers(default_left_, most_);
  if (name == "split_type") return reader_.read_numbers(split_type_, most_);
  if (name == "categories") return reader_.read_numbers(categories_, most_);
  if (name == "categories_nodes") return reader_.read_numbers(category_nodes_, most_);
  if (name == "categories_segments") return reader_.read_numbers(category_starts_, most_);
  if (name == "categories_sizes") return reader_.read_numbers(category_counts_, most_);
  if (name == "base_weights" && may_have_vectors_) return reader_.read_numbers(base_weights_, kMost);
  if (name == "leaf_weights") {
    has_leaf_weights_ = true;
    return reader_.read_numbers(leaf_weights_, kMost);
  }
  if (name == "tree_param") return read_parameters();
  if (name == "id") {
    std::int64_t id = 0;
    if (!reader_.read_integer(id)) return false;
    tree.id = id;
    return true;
  }
  return reader_.skip();
}

bool TreeReader::read_parameters() {
  return read_members(reader_, [&](std::string_view name) {
    std::int64_t value = 0;
    if (name == "size_leaf_vector") {
      if (!read_count(reader_, value)) return false;
      width_ = static_cast<std::size_t>(std::max<std::int64_t>(1, value));  // 0 before XGBoost 2.0
      return width_ <= kMost || reader_.fail("a size_leaf_vector beyond 31 bits");
    }
    if (name == "num_nodes") return read_count(reader_, nodes_stated_);
    return reader_.skip();
  });
}

bool TreeReader::check_lengths() {
  const std::size_t n = left_.size();
  if (n == 0) return reader_.fail("a tree without nodes");
  if (nodes_stated_ >= 0 && static_cast<std::uint64_t>(nodes_stated_) != n) {
    return reader_.fail("a tree of num_nodes " + std::to_string(nodes_stated_) + " has " + std::to_string(n) +
                        " left_children");
  }
  if (n > nodes_left_) return reader_.fail(core::ErrorCode::too_large, "too many nodes");
  nodes_left_ -= n;
  const auto fits = [&](const char* name, std::size_t size) {
    return size == n || reader_.fail(std::string("a tree of ") + std::to_string(n) + " nodes has " +
                                     std::to_string(size) + " " + name);
  };
  if (!fits("right_children", right_.size()) || !fits("split_indices", feature_.size()) ||
      !fits("split_conditions", condition_.size()) || !fits("default_left", default_left_.size())) {
    return false;
  }
  if (!split_type_.empty() && !fits("split_type", split_type_.size())) return false;
  return check_leaf_vectors();
}

/// Whether the values of vector leaves are there.
bool TreeReader::check_leaf_vectors() {
  if (width_ == 1) {
    may_have_vectors_ = false;
    base_weights_.clear();
    return true;
  }
  if (!may_have_vectors_) return reader_.fail("a tree with vector leaves among trees without");
  // XGBoost 2.0 to 3.0 keeps a vector for every node (base_weights), later ones for every leaf.
  const std::vector<float>& values = has_leaf_weights_ ? leaf_weights_ : base_weights_;
  const std::size_t vectors = values.size() / width_;
  if (vectors * width_ != values.size() || (!has_leaf_weights_ && vectors != left_.size())) {
    return reader_.fail(std::string(has_leaf_weights_ ? "leaf_weights" : "base_weights") +
                        " do not fit leaves of size_leaf_vector " + std::to_string(width_));
  }
  return true;
}

bool TreeReader::mark_categorical() {
  segment_.clear();
  const std::size_t count = category_nodes_.size();
  if (category_starts_.size() != count || category_counts_.size() != count) {
    return reader_.fail("categories_nodes, categories_segments and categories_sizes differ in length");
  }
  if (count == 0) return true;
  segment_.assign(left_.size(), kNone);
  std::int64_t total = 0;
  const auto available = static_cast<std::int64_t>(categories_.size());
  for (std::size_t s = 0; s < count; ++s) {
    const std::int32_t node = category_nodes_[s];
    const std::int64_t start = category_starts_[s];
    const std::int64_t size = category_counts_[s];
    if (node < 0 || static_cast<std::size_t>(node) >= left_.size() ||
        segment_[static_cast<std::size_t>(node)] != kNone) {
      return reader_.fail("categories_nodes[" + std::to_string(s) + "] is no node, or one named before");
    }
    // Segments do not overlap in what XGBoost writes: all together they are no longer than `categories`.
    if (start < 0 || size < 0 || start > available || size > available - start || total > available - size) {
      return node_fault(static_cast<std::size_t>(node), "its categories are not there");
    }
    total += size;
    segment_[static_cast<std::size_t>(node)] = static_cast<std::uint32_t>(s);
  }
  return true;
}

/// Marks what the root leads to: pruning leaves deleted nodes behind, which no other node names.
bool TreeReader::find_reached() {
  place_.assign(left_.size(), kNone);
  place_[0] = 0;
  open_.assign(1, 0);
  while (!open_.empty()) {
    const std::uint32_t i = open_.back();
    open_.pop_back();
    if (is_leaf(i)) continue;
    if (!reach(i, left_[i]) || !reach(i, right_[i])) return false;
  }
  std::uint32_t next = 0;
  for (std::uint32_t& place : place_) {
    if (place != kNone) place = next++;
  }
  return true;
}

bool TreeReader::reach(std::size_t parent, std::int32_t child) {
  if (child < 0 || static_cast<std::size_t>(child) >= left_.size()) {
    return node_fault(parent, "its child " + std::to_string(child) + " is not there");
  }
  if (place_[static_cast<std::size_t>(child)] != kNone) {
    return node_fault(parent, "its child " + std::to_string(child) + " has another parent");
  }
  place_[static_cast<std::size_t>(child)] = 0;
  open_.push_back(static_cast<std::uint32_t>(child));
  return true;
}

bool TreeReader::make_nodes(FileTree& tree) {
  tree.width = static_cast<std::uint32_t>(width_);
  const auto reached = [](std::uint32_t place) { return place != kNone; };
  const auto count = static_cast<std::size_t>(std::count_if(place_.begin(), place_.end(), reached));
  const std::size_t leaves = (count + 1) / 2;
  if (has_leaf_weights_ && width_ > 1 && leaves > leaf_weights_.size() / width_) {
    return reader_.fail("fewer leaf_weights than leaves");
  }
  tree.nodes.reserve(count);
  tree.values.reserve(leaves * width_);
  for (std::size_t i = 0; i < left_.size(); ++i) {
    if (place_[i] == kNone) continue;
    trees::Node node;
    if (!(is_leaf(i) ? make_leaf(i, tree, node) : make_split(i, tree, node))) return false;
    tree.nodes.push_back(node);
  }
  return true;
}

bool TreeReader::make_leaf(std::size_t i, FileTree& tree, trees::Node& node) {
  node.feature = kNone;
  node.yes = static_cast<std::uint32_t>(i);
  node.no = static_cast<std::uint32_t>(tree.values.size());
  if (width_ == 1) {
    tree.values.push_back(condition_[i]);
    return true;
  }
  const std::vector<float>& values = has_leaf_weights_ ? leaf_weights_ : base_weights_;
  // Leaves of the later form say in place of a right child which vector is theirs.
  const std::int64_t vector = has_leaf_weights_ ? right_[i] : static_cast<std::int64_t>(i);
  if (vector < 0 || static_cast<std::uint64_t>(vector) >= values.size() / width_) {
    return node_fault(i, "its leaf_weights are not there");
  }
  const auto first = values.begin() + static_cast<std::ptrdiff_t>(static_cast<std::size_t>(vector) * width_);
  tree.values.insert(tree.values.end(), first, first + static_cast<std::ptrdiff_t>(width_));
  return true;
}

bool TreeReader::make_split(std::size_t i, FileTree& tree, trees::Node& node) {
  if (feature_[i] < 0) return node_fault(i, "splits on feature " + std::to_string(feature_[i]));
  node.feature = static_cast<std::uint32_t>(feature_[i]);
  const std::uint32_t left = place_[static_cast<std::size_t>(left_[i])];
  const std::uint32_t right = place_[static_cast<std::size_t>(right_[i])];
  const bool default_left = default_left_[i] != 0;
  if (!is_categorical(i)) {
    // No value is less than NaN, and none less than -inf.
    node.threshold =
        std::isnan(condition_[i]) ? -std::numeric_limits<double>::infinity() : static_cast<double>(condition_[i]);
    node.yes = left;
    node.no = right;
    node.missing = default_left ? trees::Missing::to_yes : trees::Missing::to_no;
    return true;
  }
  // A category of the set goes right.
  node.test = trees::Test::in_set;
  node.yes = right;
  node.no = left;
  node.missing = default_left ? trees::Missing::to_no : trees::Missing::to_yes;
  node.set = static_cast<std::uint32_t>(tree.sets.size());
  return make_set(i, tree.sets.emplace_back());
}

bool TreeReader::make_set(std::size_t i, trees::CategorySet& set) {
  set.key = trees::CategorySet::Key::whole_nonnegative;
  const std::uint32_t segment = segment_.empty() ? kNone : segment_[i];
  if (segment == kNone) return true;  // no category: all go left
  const auto first = categories_.begin() + category_starts_[segment];
  const auto last = first + category_counts_[segment];
  set.members.reserve(static_cast<std::size_t>(last - first));
  for (auto category = first; category != last; ++category) {
    if (*category < 0) return node_fault(i, "has a negative category");
    if (*category < kNoCategory) set.members.push_back(static_cast<double>(*category));
  }
  std::sort(set.members.begin(), set.members.end());
  set.members.erase(std::unique(set.members.begin(), set.members.end()), set.members.end());
  return true;
}

bool TreeReader::node_fault(std::size_t node, const std::string& what) {
  return reader_.fail("node " + std::to_string(node) + ": " + what);
}

}  // namespace pelton::formats::xgboost
