#pragma once

#include <immintrin.h>

#include "trees/code_text.hpp"
#include "trees/finish_text.hpp"
#include "trees/tree_kernels.hpp"

/// The kernels of lane_layout.hpp, one row at a time.
namespace pelton::trees {
namespace {

/// A row's codes in registers: 64 to a register.
template <std::size_t kTables>
struct CodeTables {
  explicit CodeTables(const std::uint8_t* codes) {
    for (std::size_t i = 0; i < kTables; ++i) part[i] = _mm512_load_si512(codes + 64 * i);
  }
  /// The codes of 64 columns.
  [[gnu::always_inline]] __m512i at(__m512i columns) const {
    if constexpr (kTables == 1) {
      return _mm512_permutexvar_epi8(columns, part[0]);
    } else if constexpr (kTables == 2) {
      return _mm512_permutex2var_epi8(part[0], columns, part[1]);
    } else {
      const __m512i low = _mm512_permutex2var_epi8(part[0], columns, part[1]);
      const __m512i high = _mm512_permutex2var_epi8(part[2], columns, part[3]);
      return _mm512_mask_mov_epi8(low, _mm512_movepi8_mask(columns), high);
    }
  }
  /// The codes of 32 columns.
  [[gnu::always_inline]] __m256i at(__m256i columns) const {
    return _mm512_castsi512_si256(at(_mm512_castsi256_si512(columns)));
  }
  __m512i part[kTables];
};

/// Sets those of 16 values to 0 that are no larger than the threshold; which of them are NaN.
[[gnu::always_inline]] inline std::uint64_t settle_values(float* x, float zero_threshold) {
  const __m512 values = _mm512_load_ps(x);
  const __mmask16 zero = _mm512_cmp_ps_mask(_mm512_abs_ps(values), _mm512_set1_ps(zero_threshold), _CMP_LE_OQ);
  _mm512_store_ps(x, _mm512_mask_mov_ps(values, zero, _mm512_setzero_ps()));
  return _mm512_cmp_ps_mask(values, values, _CMP_UNORD_Q);
}
[[gnu::always_inline]] inline std::uint64_t settle_values(double* x, double zero_threshold) {
  std::uint64_t missing = 0;
  for (std::size_t half = 0; half < 16; half += 8) {
    const __m512d values = _mm512_load_pd(x + half);
    const __mmask8 zero = _mm512_cmp_pd_mask(_mm512_abs_pd(values), _mm512_set1_pd(zero_threshold), _CMP_LE_OQ);
    _mm512_store_pd(x + half, _mm512_mask_mov_pd(values, zero, _mm512_setzero_pd()));
    missing |= static_cast<std::uint64_t>(_mm512_cmp_pd_mask(values, values, _CMP_UNORD_Q)) << half;
  }
  return missing;
}

/// code_row for packed columns: all values first, then all ranks, then all codes, so that no axis waits
/// for the one before.
template <class T>
[[gnu::always_inline]] inline void code_row_packed(const RankView& ranks, const PackedColumns& packed,
                                                   std::size_t columns, const double* row, std::uint8_t* codes) {
  const T* const pool = rank_pool<T>(ranks);
  alignas(64) T x[64];
  alignas(64) std::uint16_t rank[64];
  const T zero_threshold = static_cast<T>(ranks.zero_threshold);
  std::uint64_t missing = 0;
  for (std::size_t a = 0; a < packed.axes; ++a) x[a] = static_cast<T>(row[packed.feature[a]]);
  for (std::size_t a = packed.axes; a % 16 != 0; ++a) x[a] = T(0);
  for (std::size_t a = 0; a < packed.axes; a += 16) missing |= settle_values(x + a, zero_threshold) << a;
  for (std::size_t a = 0; a < packed.axes; ++a) {
    const auto lanes = all_lanes(x[a]);
    std::uint32_t group = count_reached(pool + packed.top[a], lanes);
    group = group < packed.last[a] ? group : packed.last[a];
    rank[a] = static_cast<std::uint16_t>(16 * group + count_reached(pool + packed.bottom[a] + 16 * group, lanes));
  }
  // A missing value has rank 0 here; columns where it must have the largest code are told by their bit.
  const __m512i low = _mm512_load_si512(rank);
  const __m512i high = _mm512_load_si512(rank + 32);
  for (std::size_t c = 0; c < columns; c += 32) {
    const __m512i axis = _mm512_load_si512(packed.axis + c);
    const __m512i mine = _mm512_permutex2var_epi16(low, axis, high);
    const __m512i code = _mm512_subs_epu16(mine, _mm512_load_si512(packed.first + c));
    __m256i bytes = _mm512_cvtusepi16_epi8(code);
    if (missing != 0) [[unlikely]] {
      for (std::size_t i = 0; i < 32; ++i) {
        if ((missing >> packed.axis[c + i] & 1) != 0 && (packed.missing_no[c / 32] >> i & 1) != 0) {
          bytes = _mm256_mask_mov_epi8(bytes, __mmask32{1} << i, _mm256_set1_epi8(-1));
        }
      }
    }
    _mm256_store_si256(reinterpret_cast<__m256i*>(codes + c), bytes);
  }
}

[[gnu::always_inline]] inline std::uint64_t select_lanes(std::uint64_t yes, std::uint64_t a, std::uint64_t b) {
  return b ^ (yes & (a ^ b));
}

/// The answers of each tree at its split of a level, of kSplits masks of 64 trees; yes[0] is the root's.
template <std::size_t kSplits>
[[gnu::always_inline]] inline std::uint64_t level_lanes(const std::uint64_t* masks, const std::uint64_t* yes) {
  if constexpr (kSplits == 1) {
    return masks[0];
  } else if constexpr (kSplits == 2) {
    return select_lanes(yes[0], masks[0], masks[1]);
  } else if constexpr (kSplits <= 8) {
    return select_lanes(yes[0], level_lanes<kSplits / 2>(masks, yes + 1),
                        level_lanes<kSplits / 2>(masks + kSplits / 2, yes + 1));
  } else {
    // select(yes, a, b) is the ternary table 0xCA.
    constexpr std::size_t kVectors = kSplits / 8;
    __m512i level[kVectors];
    for (std::size_t v = 0; v < kVectors; ++v) level[v] = _mm512_load_si512(masks + 8 * v);
    std::size_t depth = 0;
    for (std::size_t half = kVectors / 2; half > 0; half /= 2, ++depth) {
      const __m512i by = _mm512_set1_epi64(static_cast<long long>(yes[depth]));
      for (std::size_t v = 0; v < half; ++v) level[v] = _mm512_ternarylogic_epi64(by, level[v], level[v + half], 0xCA);
    }
    const __m256i four =
        _mm256_ternarylogic_epi64(_mm256_set1_epi64x(static_cast<long long>(yes[depth])),
                                  _mm512_castsi512_si256(level[0]), _mm512_extracti64x4_epi64(level[0], 1), 0xCA);
    const __m128i two = _mm_ternarylogic_epi64(_mm_set1_epi64x(static_cast<long long>(yes[depth + 1])),
                                               _mm256_castsi256_si128(four), _mm256_extracti128_si256(four, 1), 0xCA);
    return select_lanes(yes[depth + 2], static_cast<std::uint64_t>(_mm_cvtsi128_si64(two)),
                        static_cast<std::uint64_t>(_mm_extract_epi64(two, 1)));
  }
}

template <std::size_t kDepth, std::size_t kLevel = 0>
[[gnu::always_inline]] inline void leaf_lanes(const std::uint64_t* masks, std::uint64_t* yes, __m512i& numbers) {
  if constexpr (kLevel < kDepth) {
    // Levels of the heap begin at 2^level; those of whole vectors lie on cache lines.
    yes[kLevel] = level_lanes<(std::size_t{1} << kLevel)>(masks + (std::size_t{1} << kLevel), yes);
    numbers = _mm512_mask_add_epi8(numbers, ~yes[kLevel], numbers, _mm512_set1_epi8(1 << (kDepth - 1 - kLevel)));
    leaf_lanes<kDepth, kLevel + 1>(masks, yes, numbers);
  }
}

/// Values that are added up while another group is looked at: one addition waits for the next, so they
/// hide behind the splits, half of them here and half in read_values.
inline constexpr std::size_t kHalf = kLaneTrees / 2;

/// Finds the last split of each tree of a group that the row comes to; adds the first half of `values`.
template <std::size_t kTables, std::size_t kLevels, class Sum>
[[gnu::always_inline]] inline Sum find_ends(const CodeTables<kTables>& codes, const TreeLaneSplit* splits, Sum sum,
                                            const Sum* values, std::uint8_t* ends) {
  constexpr std::size_t kSplits = (std::size_t{1} << kLevels) - 1;
  alignas(64) std::uint64_t masks[kSplits + 1];
#pragma GCC unroll 16
  for (std::size_t s = 0; s < kSplits; ++s) {
    const __m512i asked = codes.at(_mm512_load_si512(splits[s].columns));
    masks[s + 1] = _mm512_cmplt_epu8_mask(asked, _mm512_load_si512(splits[s].limits));
    if (s < kHalf) sum += values[s];
  }
  for (std::size_t t = kSplits; t < kHalf; ++t) sum += values[t];
  std::uint64_t yes[kLevels + 1];
  __m512i numbers = _mm512_setzero_si512();
  leaf_lanes<kLevels>(masks, yes, numbers);
  _mm512_store_si512(ends, numbers);
  return sum;
}

template <std::size_t kTables, class Sum>
[[gnu::always_inline]] inline Sum find_ends(std::size_t depth, const CodeTables<kTables>& codes,
                                            const TreeLaneSplit* splits, Sum sum, const Sum* values,
                                            std::uint8_t* ends) {
  switch (depth) {
    case 1: return find_ends<kTables, 0>(codes, splits, sum, values, ends);
    case 2: return find_ends<kTables, 1>(codes, splits, sum, values, ends);
    case 3: return find_ends<kTables, 2>(codes, splits, sum, values, ends);
    case 4: return find_ends<kTables, 3>(codes, splits, sum, values, ends);
    case 5: return find_ends<kTables, 4>(codes, splits, sum, values, ends);
    case 6: return find_ends<kTables, 5>(codes, splits, sum, values, ends);
    default: return find_ends<kTables, 6>(codes, splits, sum, values, ends);
  }
}

/// Asks each tree's last split: the values of its leaves. Adds the second half of `before`.
template <class Sum>
[[gnu::always_inline]] inline Sum read_values(const TreeLanes& group, const LastSplit<Sum>* splits,
                                              const std::uint8_t* codes, const std::uint8_t* ends, Sum sum,
                                              const Sum* before, Sum* values) {
  const LastSplit<Sum>* tree = splits + group.ends;
  const std::size_t stride = std::size_t{1} << (group.depth - 1);
  const auto value = [&](std::size_t t) {
    const LastSplit<Sum>& last = tree[ends[t]];
    tree += stride;
    return last.leaves[codes[last.column] < last.limit ? 0 : 1];
  };
  if (group.trees == kLaneTrees) [[likely]] {
#pragma GCC unroll 8
    for (std::size_t t = 0; t < kLaneTrees; t += 2) {
      values[t] = value(t);
      values[t + 1] = value(t + 1);
      sum += before[kHalf + t / 2];
    }
    return sum;
  }
  for (std::size_t t = 0; t < group.trees; ++t) values[t] = value(t);
  for (std::size_t t = group.trees; t < kLaneTrees; ++t) values[t] = Sum(-0.0);  // −0 changes no sum
  for (std::size_t t = kHalf; t < kLaneTrees; ++t) sum += before[t];
  return sum;
}

template <class Sum>
[[gnu::always_inline]] inline const Sum* leaves_of(const LaneLayout& layout) {
  if constexpr (sizeof(Sum) == sizeof(float)) {
    return layout.floats.data();
  } else {
    return layout.doubles.data();
  }
}

template <class Sum>
[[gnu::always_inline]] inline const LastSplit<Sum>* ends_of(const LaneLayout& layout) {
  if constexpr (sizeof(Sum) == sizeof(float)) {
    return layout.float_ends.data();
  } else {
    return layout.double_ends.data();
  }
}

/// Trees in lanes with one output, three groups under way: one finds its last splits while the one
/// before reads its values and those of the one before that are added up.
template <std::size_t kTables, class Sum>
inline void sum_tree_lanes(const LaneLayout& layout, const std::uint8_t* row_codes, Sum* sums) {
  const CodeTables<kTables> codes(row_codes);
  const LastSplit<Sum>* const splits = ends_of<Sum>(layout);
  alignas(64) std::uint8_t ends[2][kLaneTrees];
  alignas(64) Sum values[2][kLaneTrees];
  for (Sum& value : values[0]) value = Sum(-0.0);
  for (Sum& value : values[1]) value = Sum(-0.0);
  Sum sum = sums[0];
  const std::size_t groups = layout.groups.size();
  for (std::size_t g = 0; g < groups; ++g) {
    const TreeLanes& group = layout.groups[g];
    // values[g % 2] are those of group g − 2, which make room for those of group g − 1 in the other half.
    sum = find_ends<kTables>(group.depth, codes, layout.tree_splits.data() + group.splits, sum, values[g % 2],
                             ends[g % 2]);
    if (g > 0) {
      sum = read_values(layout.groups[g - 1], splits, row_codes, ends[(g - 1) % 2], sum, values[g % 2],
                        values[(g + 1) % 2]);
    }
  }
  if (groups == 0) return;
  // Two groups are left: the last but one has its values, unless it was never there (−0), the last none.
  for (const Sum value : values[groups % 2]) sum += value;
  Sum last[kLaneTrees];
  read_values(layout.groups[groups - 1], splits, row_codes, ends[(groups - 1) % 2], Sum(0), values[0], last);
  for (const Sum value : last) sum += value;
  sums[0] = sum;
}

/// Trees in lanes with several outputs: values are added tree by tree.
template <std::size_t kTables, class Sum>
inline void sum_tree_lanes_apart(const LaneLayout& layout, const std::uint8_t* row_codes, Sum* sums) {
  const CodeTables<kTables> codes(row_codes);
  alignas(64) std::uint8_t ends[kLaneTrees];
  alignas(64) Sum values[kLaneTrees]{};
  const std::uint32_t* output = layout.outputs.data();
  for (const TreeLanes& group : layout.groups) {
    find_ends<kTables>(group.depth, codes, layout.tree_splits.data() + group.splits, Sum(0), values, ends);
    read_values(group, ends_of<Sum>(layout), row_codes, ends, Sum(0), values, values);
    for (std::size_t t = 0; t < group.trees; ++t) sums[*output++] += values[t];
  }
}

/// Which of 32 leaves is left, after all splits were asked.
template <std::size_t kTables>
[[gnu::always_inline]] inline std::size_t exit_leaf(const CodeTables<kTables>& codes,
                                                    const NodeLanes<std::uint32_t>& tree) {
  const __m256i asked = codes.at(_mm256_load_si256(reinterpret_cast<const __m256i*>(tree.columns)));
  const __mmask32 no = _mm256_cmpge_epu8_mask(asked, _mm256_load_si256(reinterpret_cast<const __m256i*>(tree.limits)));
  const __m512i all = _mm512_set1_epi32(-1);
  const __m512i low = _mm512_mask_mov_epi32(all, static_cast<__mmask16>(no), _mm512_load_si512(tree.keep));
  const __m512i both =
      _mm512_mask_and_epi32(low, static_cast<__mmask16>(no >> 16), low, _mm512_load_si512(tree.keep + 16));
  const __m256i eight = _mm256_and_si256(_mm512_castsi512_si256(both), _mm512_extracti64x4_epi64(both, 1));
  __m128i four = _mm_and_si128(_mm256_castsi256_si128(eight), _mm256_extracti128_si256(eight, 1));
  four = _mm_and_si128(four, _mm_shuffle_epi32(four, 0x4E));
  const auto two = static_cast<std::uint64_t>(_mm_cvtsi128_si64(four));
  return static_cast<std::size_t>(__builtin_ctzll(two & two >> 32));
}

template <std::size_t kTables>
[[gnu::always_inline]] inline std::size_t exit_leaf(const CodeTables<kTables>& codes,
                                                    const NodeLanes<std::uint64_t>& tree) {
  const __m512i asked = codes.at(_mm512_load_si512(tree.columns));
  const __mmask64 no = _mm512_cmpge_epu8_mask(asked, _mm512_load_si512(tree.limits));
  __m512i left = _mm512_set1_epi64(-1);
  for (std::size_t v = 0; v < 8; ++v) {
    left =
        _mm512_mask_and_epi64(left, static_cast<__mmask8>(no >> (8 * v)), left, _mm512_load_si512(tree.keep + 8 * v));
  }
  const __m256i four = _mm256_and_si256(_mm512_castsi512_si256(left), _mm512_extracti64x4_epi64(left, 1));
  const __m128i two = _mm_and_si128(_mm256_castsi256_si128(four), _mm256_extracti128_si256(four, 1));
  return static_cast<std::size_t>(
      __builtin_ctzll(static_cast<std::uint64_t>(_mm_cvtsi128_si64(two) & _mm_extract_epi64(two, 1))));
}

template <std::size_t kTables, class Sum, class Bits>
inline void sum_node_lanes(const LaneLayout& layout, const core::AlignedBuffer<NodeLanes<Bits>>& trees,
                           const std::uint8_t* row_codes, std::size_t outputs, Sum* sums) {
  const CodeTables<kTables> codes(row_codes);
  const Sum* leaves = leaves_of<Sum>(layout);
  if (outputs == 1) {
    Sum sum = sums[0];
    for (std::size_t t = 0; t < trees.size(); ++t, leaves += NodeLanes<Bits>::kSplits) {
      sum += leaves[exit_leaf<kTables>(codes, trees[t])];
    }
    sums[0] = sum;
    return;
  }
  for (std::size_t t = 0; t < trees.size(); ++t, leaves += NodeLanes<Bits>::kSplits) {
    sums[layout.outputs[t]] += leaves[exit_leaf<kTables>(codes, trees[t])];
  }
}

template <std::size_t kTables, class Sum>
[[gnu::always_inline]] inline void sum_lanes(const LaneLayout& layout, const std::uint8_t* codes, std::size_t outputs,
                                             Sum* sums) {
  switch (layout.kind) {
    case LaneLayout::Kind::trees:
      if (outputs == 1) return sum_tree_lanes<kTables, Sum>(layout, codes, sums);
      return sum_tree_lanes_apart<kTables, Sum>(layout, codes, sums);
    case LaneLayout::Kind::nodes32: return sum_node_lanes<kTables, Sum>(layout, layout.nodes32, codes, outputs, sums);
    case LaneLayout::Kind::nodes64: return sum_node_lanes<kTables, Sum>(layout, layout.nodes64, codes, outputs, sums);
  }
}

template <class Input, class Sum>
void score_lanes(const LaneView& view, RowsView rows, MarginsView out, std::byte* scratch) {
  alignas(64) std::uint8_t codes[kMostLaneColumns];
  const LaneLayout& layout = *view.layout;
  const std::size_t columns = layout.codes.columns.size();
  Sum* const sums = reinterpret_cast<Sum*>(scratch);
  for (std::size_t i = columns; i < kMostLaneColumns; ++i) codes[i] = 0;
  for (std::size_t r = 0; r < rows.count; ++r) {
    const double* const row = rows.data + r * rows.stride;
    if (layout.packed.fits) {
      code_row_packed<Input>(view.ranks, layout.packed, columns, row, codes);
    } else {
      code_row<Input>(view.ranks, layout.codes, row, codes);
    }
    start_sums(view.finish, view.outputs, sums);
    if (columns <= 64) {
      sum_lanes<1>(layout, codes, view.outputs, sums);
    } else if (columns <= 128) {
      sum_lanes<2>(layout, codes, view.outputs, sums);
    } else {
      sum_lanes<4>(layout, codes, view.outputs, sums);
    }
    finish_sums(view.finish, view.outputs, sums, out.data + r * out.stride);
  }
}

TreeKernels::ScoreLanes choose_lanes(Precisions precisions) {
  if (precisions.input == Precision::float32) {
    return precisions.sum == Precision::float32 ? score_lanes<float, float> : score_lanes<float, double>;
  }
  return precisions.sum == Precision::float32 ? score_lanes<double, float> : score_lanes<double, double>;
}

}  // namespace
}  // namespace pelton::trees
