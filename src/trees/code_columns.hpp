#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "trees/axis.hpp"

/// A row as a few small integers, for kernels that look at one row at a time: every split becomes
/// "codes[column] < limit".
namespace pelton::trees {

/// One code of a row. A long axis takes several columns, each for a slice of its limits; splits that
/// send missing values to opposite sides take columns of their own.
struct CodeColumn {
  std::uint32_t axis = 0;
  std::uint32_t first = 0;        ///< ordered: the code is rank − first, held within 0 and the largest code
  std::uint32_t members = kNone;  ///< category: index of its bits; the code is 0 for members, else the largest
  bool missing_yes = false;       ///< a missing value has code 0, else the largest
};

/// A split in codes.
struct CodeSplit {
  std::uint32_t column = 0;
  std::uint32_t limit = 0;  ///< from 1 to the largest code: yes if code < limit
};

struct CodeColumns {
  std::uint32_t largest = 0;                ///< code
  std::vector<CodeColumn> columns;          ///< axis after axis
  std::vector<std::uint32_t> first_column;  ///< of each axis, and the end
  std::vector<std::uint64_t> member_bits;   ///< of category columns, words_of(axis) each
  std::vector<std::uint32_t> member_words;  ///< of each axis
  std::vector<CodeSplit> splits;            ///< one a node of the forest, as RankedForest::splits

  std::size_t bytes() const noexcept {
    return columns.size() * sizeof(CodeColumn) + member_bits.size() * sizeof(std::uint64_t);
  }
};

/// Codes from 0 to `largest` for a ranked forest; nothing where they would take more than `most_columns`, or
/// the bits of category columns (columns · categories) too much memory.
std::optional<CodeColumns> make_code_columns(const Forest& forest, const RankedForest& ranked, std::uint32_t largest,
                                             std::size_t most_columns);

}  // namespace pelton::trees
