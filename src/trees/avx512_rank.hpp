#pragma once

#ifndef __clang__
// GCC 12's own intrinsics read a variable they never set, where its value does not matter (bug 105593).
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#pragma GCC diagnostic ignored "-Wuninitialized"
#endif

#include <immintrin.h>

#include "trees/tree_kernels.hpp"

/// Ranks by 16-ary search: sixteen pivots are compared at once, and their number is the next group.
namespace pelton::trees {
namespace {

/// How many of 16 values are <= x.
[[gnu::always_inline]] inline std::uint32_t count_reached(const float* values, __m512 x) {
  return static_cast<std::uint32_t>(__builtin_popcount(_mm512_cmp_ps_mask(_mm512_load_ps(values), x, _CMP_LE_OQ)));
}
[[gnu::always_inline]] inline std::uint32_t count_reached(const double* values, __m512d x) {
  const unsigned low = _mm512_cmp_pd_mask(_mm512_load_pd(values), x, _CMP_LE_OQ);
  const unsigned high = _mm512_cmp_pd_mask(_mm512_load_pd(values + 8), x, _CMP_LE_OQ);
  return static_cast<std::uint32_t>(__builtin_popcount(low | high << 8));
}
[[gnu::always_inline]] inline __m512 all_lanes(float x) { return _mm512_set1_ps(x); }
[[gnu::always_inline]] inline __m512d all_lanes(double x) { return _mm512_set1_pd(x); }

template <std::size_t kLevels, class T>
[[gnu::always_inline]] inline std::uint32_t rank_levels(const SearchTable& table, const T* pool, T x) {
  const auto lanes = all_lanes(x);
  std::uint32_t at = 0;
  for (std::size_t level = 0; level < kLevels; ++level) {
    at = 16 * at + count_reached(pool + table.offset[level] + 16 * at, lanes);
    // Beyond the last pivot of the last group: stay in it.
    if (level + 1 < kLevels && at >= table.groups[level + 1]) at = table.groups[level + 1] - 1;
  }
  return at;
}

template <class T>
[[gnu::always_inline]] inline std::uint32_t rank_of(const SearchTable& table, const T* pool, T x) {
  switch (table.levels) {
    case 0: return 0;
    case 1: return rank_levels<1>(table, pool, x);
    case 2: return rank_levels<2>(table, pool, x);
    case 3: return rank_levels<3>(table, pool, x);
    case 4: return rank_levels<4>(table, pool, x);
    case 5: return rank_levels<5>(table, pool, x);
    case 6: return rank_levels<6>(table, pool, x);
    default: return rank_levels<7>(table, pool, x);
  }
}

/// Many searches side by side, level by level, so that one's wait for memory is another's work.
/// `table_of(i)` is where value i is looked up; at most 64 of them.
template <class T, class TableOf>
[[gnu::always_inline]] inline void rank_together(TableOf table_of, std::size_t count, const T* pool, const T* x,
                                                 std::uint32_t* ranks) {
  std::uint32_t most = 0;
  for (std::size_t i = 0; i < count; ++i) {
    ranks[i] = 0;
    if (table_of(i).levels > most) most = table_of(i).levels;
  }
  for (std::uint32_t level = 0; level < most; ++level) {
    for (std::size_t i = 0; i < count; ++i) {
      const SearchTable& table = table_of(i);
      if (level >= table.levels) continue;
      std::uint32_t at = ranks[i];
      at = 16 * at + count_reached(pool + table.offset[level] + 16 * at, all_lanes(x[i]));
      if (level + 1 < table.levels) {
        if (at >= table.groups[level + 1]) at = table.groups[level + 1] - 1;
        const T* const next = pool + table.offset[level + 1] + 16 * at;
        __builtin_prefetch(next);
        if (sizeof(T) == sizeof(double)) __builtin_prefetch(next + 8);
      }
      ranks[i] = at;
    }
  }
}

template <class T>
inline void rank64_avx512(const SearchTable& table, const T* pool, const T* x, std::uint32_t* ranks) {
  if (table.levels == 2) {
    for (std::size_t r = 0; r < 64; ++r) ranks[r] = rank_levels<2>(table, pool, x[r]);
    return;
  }
  rank_together([&table](std::size_t) -> const SearchTable& { return table; }, 64, pool, x, ranks);
}

/// The ranks of up to 64 axes' values.
template <class T>
inline void rank_axes_avx512(const RankAxis* axes, std::size_t count, const T* pool, const T* x, std::uint32_t* ranks) {
  rank_together([axes](std::size_t a) -> const SearchTable& { return axes[a].table; }, count, pool, x, ranks);
}

}  // namespace
}  // namespace pelton::trees
