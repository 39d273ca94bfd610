#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "formats/document/reader.hpp"
#include "formats/options.hpp"
#include "formats/xgboost/file.hpp"

namespace pelton::formats::xgboost {

/// Reads the trees of a file, one after the other. What a tree's arrays are read into is kept from one
/// tree to the next.
class TreeReader {
 public:
  TreeReader(document::Reader& reader, const Limits& limits)
      : reader_(reader), most_(limits.tree_nodes), nodes_left_(limits.tree_nodes) {}

  /// The tree at hand; false at a fault, which the reader then holds.
  bool read(FileTree& tree);

 private:
  bool read_arrays(FileTree& tree);
  bool read_array(std::string_view name, FileTree& tree);
  bool read_parameters();
  bool check_lengths();
  bool check_leaf_vectors();
  bool mark_categorical();
  bool find_reached();
  bool reach(std::size_t parent, std::int32_t child);
  bool make_nodes(FileTree& tree);
  bool make_leaf(std::size_t i, FileTree& tree, trees::Node& node);
  bool make_split(std::size_t i, FileTree& tree, trees::Node& node);
  bool make_set(std::size_t i, trees::CategorySet& set);
  bool node_fault(std::size_t node, const std::string& what);

  bool is_leaf(std::size_t i) const { return left_[i] == -1; }
  bool is_categorical(std::size_t i) const { return !split_type_.empty() && split_type_[i] == 1; }

  document::Reader& reader_;
  std::size_t most_;  ///< elements of a list that has one a node or category
  std::size_t nodes_left_;
  /// Until a tree's leaves have been seen to hold one value: then base_weights are of no interest.
  bool may_have_vectors_ = true;

  std::size_t width_ = 1;
  std::int64_t nodes_stated_ = 0;
  std::vector<std::int32_t> left_;
  std::vector<std::int32_t> right_;
  std::vector<std::int32_t> feature_;
  std::vector<float> condition_;
  std::vector<std::int32_t> default_left_;
  std::vector<float> base_weights_;
  std::vector<float> leaf_weights_;
  bool has_leaf_weights_ = false;
  std::vector<std::int32_t> split_type_;
  std::vector<std::int32_t> categories_;
  std::vector<std::int32_t> category_nodes_;
  std::vector<std::int64_t> category_starts_;
  std::vector<std::int64_t> category_counts_;

  std::vector<std::uint32_t> place_;    // in the tree made, by node of the file; kNone: not reached
  std::vector<std::uint32_t> segment_;  // by node: index into category_starts_; kNone: none
  std::vector<std::uint32_t> open_;
};

}  // namespace pelton::formats::xgboost
