#pragma once

#include "trees/tree_kernels.hpp"

/// Rows' codes, over the including file's Isa: rank64 (64 values of one axis) and rank_axes (a value each of
/// up to 64 axes). In an unnamed
/// namespace, as all kernel texts.
namespace pelton::trees {
namespace {

template <class T>
[[gnu::always_inline]] inline const T* rank_pool(const RankView& ranks) {
  if constexpr (sizeof(T) == sizeof(float)) {
    return ranks.floats;
  } else {
    return ranks.doubles;
  }
}

/// A row's value as the forest looks at it.
template <class T>
[[gnu::always_inline]] inline T read_value(const RankView& ranks, double value) {
  const T x = static_cast<T>(value);
  const T zero_threshold = static_cast<T>(ranks.zero_threshold);
  const T size = x < T(0) ? -x : x;
  return size <= zero_threshold ? T(0) : x;
}

/// A value as an axis looks at it: what is ranked, and whether it is missing. A category that is never
/// known becomes NaN, whose rank is 0.
template <class T>
[[gnu::always_inline]] inline bool prepare(const RankAxis& axis, T& x) {
  const bool nan = x != x;
  bool missing = nan;
  if (axis.gap == Axis::Gap::none) {
    x = nan ? T(0) : x;
    missing = false;
  } else if (axis.gap == Axis::Gap::nan_or_zero) {
    missing = nan || x == T(0);
  }
  if (axis.kind == Axis::Kind::category) {
    if (axis.key == CategorySet::Key::whole_nonnegative && x < T(0)) x = T(__builtin_nan(""));
    if (axis.key != CategorySet::Key::exact) x = T(__builtin_trunc(static_cast<double>(x)));
  }
  return missing;
}

/// From "how many of the axis' values are <= x" to the rank.
template <class T>
[[gnu::always_inline]] inline std::uint32_t settle_rank(const RankAxis& axis, const T* pool, T x,
                                                        std::uint32_t reached) {
  if (axis.kind == Axis::Kind::ordered) return reached;
  const bool known = reached != 0 && pool[axis.table.offset[axis.table.levels - 1] + reached - 1] == x;
  return known ? reached - 1 : axis.table.size;
}

/// The codes of one row in the columns of one axis.
template <class Code>
[[gnu::always_inline]] inline void write_codes(const CodeColumns& columns, std::size_t axis, std::uint32_t rank,
                                               bool missing, Code* codes) {
  for (std::uint32_t c = columns.first_column[axis]; c < columns.first_column[axis + 1]; ++c) {
    const CodeColumn& column = columns.columns[c];
    std::uint32_t code = rank > column.first ? rank - column.first : 0;
    if (column.members != kNone) {
      const bool member = (columns.member_bits[column.members + rank / 64] >> (rank % 64) & 1) != 0;
      code = member ? 0 : columns.largest;
    }
    if (missing) [[unlikely]]
      code = column.missing_yes ? 0 : columns.largest;
    codes[c] = static_cast<Code>(code < columns.largest ? code : columns.largest);
  }
}

template <class T, class Code>
[[gnu::always_inline]] inline void code_row(const RankView& ranks, const CodeColumns& columns, const double* row,
                                            Code* codes) {
  const T* const pool = rank_pool<T>(ranks);
  for (std::size_t first = 0; first < ranks.count; first += 64) {
    const std::size_t some = ranks.count - first < 64 ? ranks.count - first : 64;
    const RankAxis* const axes = ranks.axes + first;
    T x[64];
    std::uint32_t reached[64];
    std::uint64_t missing = 0;
    for (std::size_t a = 0; a < some; ++a) {
      x[a] = read_value<T>(ranks, row[axes[a].feature]);
      missing |= static_cast<std::uint64_t>(prepare(axes[a], x[a])) << a;
    }
    Isa::rank_axes(axes, some, pool, x, reached);
    for (std::size_t a = 0; a < some; ++a) {
      write_codes(columns, first + a, settle_rank(axes[a], pool, x[a], reached[a]), (missing >> a & 1) != 0, codes);
    }
  }
}

/// The codes of many rows, axis by axis so that an axis' values stay near. Codes of row r begin at
/// codes[r · columns].
template <class T, class Code>
inline void code_rows(const RankView& ranks, const CodeColumns& columns, RowsView rows, Code* codes) {
  const T* const pool = rank_pool<T>(ranks);
  const std::size_t stride = columns.columns.size();
  for (std::size_t a = 0; a < ranks.count; ++a) {
    const RankAxis& axis = ranks.axes[a];
    for (std::size_t first = 0; first < rows.count; first += 64) {
      const std::size_t some = rows.count - first < 64 ? rows.count - first : 64;
      const double* const from = rows.data + first * rows.stride + axis.feature;
      alignas(64) T x[64]{};
      alignas(64) std::uint32_t reached[64];
      std::uint64_t missing = 0;
      for (std::size_t r = 0; r < some; ++r) {
        x[r] = read_value<T>(ranks, from[r * rows.stride]);
        missing |= static_cast<std::uint64_t>(prepare(axis, x[r])) << r;
      }
      Isa::rank64(axis.table, pool, x, reached);
      for (std::size_t r = 0; r < some; ++r) {
        write_codes(columns, a, settle_rank(axis, pool, x[r], reached[r]), (missing >> r & 1) != 0,
                    codes + (first + r) * stride);
      }
    }
  }
}

}  // namespace
}  // namespace pelton::trees
