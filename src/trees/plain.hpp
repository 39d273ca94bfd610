#pragma once

#include <cstdint>

#include "trees/forest.hpp"

/// The plain evaluation: one node at a time, straight from the definition. The reference that every
/// kernel is tested against, and what runs where no layout fits. All forests must have passed `check`.
namespace pelton::trees {

/// A row's value as the forest looks at it: rounded to its input precision, small ones flushed to 0.
double read_value(const Forest& forest, double x) noexcept;

/// Whether a value (from read_value) goes to the yes child.
bool goes_yes(const Forest& forest, const Node& node, double x) noexcept;

/// Whether a value that is not missing stands for a member.
bool is_member(const CategorySet& set, double x) noexcept;

/// The leaf node that a row [features] ends in.
const Node& find_leaf(const Forest& forest, const Tree& tree, const double* row) noexcept;

/// Value `k` (below the tree's width) of a leaf for a row.
double leaf_value(const Forest& forest, const Node& leaf, std::uint32_t k, const double* row) noexcept;

/// The raw margins of a row: `out` [outputs].
void plain_margins(const Forest& forest, const double* row, double* out) noexcept;

}  // namespace pelton::trees
