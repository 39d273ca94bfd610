#pragma once

#include "trees/tree_kernels.hpp"

/// A row's codes, over the including file's `Isa::rank_one`. In an unnamed namespace, as all kernel texts.
namespace pelton::trees {
namespace {

/// Writes the row's code for every column. Code is uint8_t or uint16_t, as CodeColumns::largest has it.
template <class T, class Code>
[[gnu::always_inline]] inline void code_row(const RankView& ranks, const CodeColumns& columns, const double* row,
                                            Code* codes) {
  const T* pool;
  if constexpr (sizeof(T) == sizeof(float)) {
    pool = ranks.floats;
  } else {
    pool = ranks.doubles;
  }
  const T zero_threshold = static_cast<T>(ranks.zero_threshold);
  const std::uint32_t largest = columns.largest;
  const std::uint32_t* first_column = columns.first_column.data();
  for (std::size_t a = 0; a < ranks.count; ++a) {
    const RankAxis& axis = ranks.axes[a];
    const CodeColumn* column = columns.columns.data() + first_column[a];
    const CodeColumn* const end = columns.columns.data() + first_column[a + 1];
    T x = static_cast<T>(row[axis.feature]);
    x = x <= zero_threshold && x >= -zero_threshold ? T(0) : x;
    bool missing = x != x;
    if (axis.gap != Axis::Gap::nan) {
      if (axis.gap == Axis::Gap::none) {
        x = missing ? T(0) : x;
        missing = false;
      } else {
        missing = missing || x == T(0);
      }
    }
    if (missing) [[unlikely]] {
      for (Code* to = codes + first_column[a]; column != end; ++column, ++to) {
        *to = static_cast<Code>(column->missing_yes ? 0 : largest);
      }
      continue;
    }
    Code* to = codes + first_column[a];
    if (axis.kind == Axis::Kind::ordered) {
      const std::uint32_t rank = Isa::rank_one(axis.table, pool, x);
      for (; column != end; ++column, ++to) {
        const std::uint32_t code = rank > column->first ? rank - column->first : 0;
        *to = static_cast<Code>(code < largest ? code : largest);
      }
      continue;
    }
    const bool never = axis.key == CategorySet::Key::whole_nonnegative && x < T(0);
    if (axis.key != CategorySet::Key::exact) x = T(__builtin_trunc(static_cast<double>(x)));
    const std::uint32_t reached = Isa::rank_one(axis.table, pool, x);
    const T* const values = axis.table.levels == 0 ? nullptr : pool + axis.table.offset[axis.table.levels - 1];
    const bool known = !never && reached != 0 && values[reached - 1] == x;
    const std::uint32_t rank = known ? reached - 1 : axis.table.size;
    for (; column != end; ++column, ++to) {
      const bool member = (columns.member_bits[column->members + rank / 64] >> (rank % 64) & 1) != 0;
      *to = static_cast<Code>(member ? 0 : largest);
    }
  }
}

}  // namespace
}  // namespace pelton::trees
