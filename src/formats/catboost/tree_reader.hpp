#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "formats/document/reader.hpp"
#include "formats/options.hpp"
#include "trees/forest.hpp"

namespace pelton::formats::catboost {

/// Reads the trees of either kind, of the chosen rounds, into a forest. Its splits name features as
/// the file does, floats and categorical ones counted apart (the latter by Test::equal); Layout tells
/// which columns those are once the whole file is read.
class TreeReader {
 public:
  TreeReader(document::Reader& reader, const Options& options, trees::Forest& forest)
      : reader_(reader), options_(options), forest_(forest) {}

  /// The value of `oblivious_trees`: trees that ask one question a level.
  bool read_oblivious() { return read_all(&TreeReader::read_oblivious_tree); }
  /// The value of `trees`: nested nodes. Leaves are numbered from left to right, as CatBoost does when
  /// it reads such a file.
  bool read_nested() { return read_all(&TreeReader::read_nested_tree); }

  std::size_t rounds() const noexcept { return rounds_; }           ///< in the file
  std::uint32_t width() const noexcept { return width_; }           ///< values a leaf; 0: there was no tree
  std::size_t one_hot_splits() const noexcept { return one_hot_; }  ///< nodes that ask for a category

 private:
  struct Split {
    bool one_hot = false;
    std::uint32_t feature = 0;
    double value = 0;
  };

  bool read_all(bool (TreeReader::*read_tree)());
  bool read_split(Split& split);
  bool check_type(std::string_view type, Split& split, bool& known);
  bool read_category(double& hash);
  bool add_nodes(std::size_t count);
  bool set_width(std::size_t width);

  bool read_oblivious_tree();
  bool read_splits();
  bool build_oblivious();

  bool read_nested_tree();
  bool begin_child(std::string_view name);
  bool end_node();
  bool read_leaf_value(std::uint32_t node);
  void number_leaves(trees::Tree& tree);
  trees::Node make_node(const Split& split, std::uint32_t left, std::uint32_t right);

  document::Reader& reader_;
  const Options& options_;
  trees::Forest& forest_;
  std::size_t rounds_ = 0;
  std::size_t nodes_ = 0;
  std::size_t one_hot_ = 0;
  std::uint32_t width_ = 0;

  std::vector<Split> splits_;
  std::vector<double> leaf_values_;
  /// A node of a nested tree while it is read.
  struct Part {
    std::uint32_t left = trees::kNone, right = trees::kNone, value = trees::kNone;
    bool has_split = false;
    Split split;
  };
  std::vector<Part> parts_;
  std::vector<std::uint32_t> open_;
};

}  // namespace pelton::formats::catboost
