#pragma once

#include <immintrin.h>

#include "trees/tree_kernels.hpp"

/// Leaf values by byte permutation: the table of a tree is sliced into the lowest bytes of all its
/// leaves, the next bytes, …; a permutation looks one slice up for 64 rows at once, and interleaving
/// the slices gives the numbers, four rows of each 16 to a vector. Sums stay in that order
/// until they are read.
namespace pelton::trees {
namespace {

/// The leaf numbers of 64 rows.
[[gnu::always_inline]] inline __m512i leaf_numbers(const LeafBits& bits) {
  __m512i numbers = _mm512_setzero_si512();
  for (std::size_t plane = 0; plane < bits.count; ++plane) {
    const __mmask64 set = bits.planes[plane * bits.stride];
    numbers = _mm512_mask_add_epi8(numbers, set, numbers, _mm512_set1_epi8(static_cast<char>(1U << plane)));
  }
  return numbers;
}

/// One byte of each row's leaf value, from a slice of `leaves` (64, 128 or 256) bytes.
template <std::size_t kLeaves>
[[gnu::always_inline]] inline __m512i look_up(const std::byte* slice, __m512i numbers) {
  const auto part = [slice](std::size_t i) { return _mm512_load_si512(slice + 64 * i); };
  if constexpr (kLeaves == 64) {
    return _mm512_permutexvar_epi8(numbers, part(0));
  } else if constexpr (kLeaves == 128) {
    return _mm512_permutex2var_epi8(part(0), numbers, part(1));
  } else {
    const __m512i low = _mm512_permutex2var_epi8(part(0), numbers, part(1));
    const __m512i high = _mm512_permutex2var_epi8(part(2), numbers, part(3));
    return _mm512_mask_mov_epi8(low, _mm512_movepi8_mask(numbers), high);
  }
}

/// Four slices to four vectors of 32-bit values: of each 16 rows, rows 4 v to 4 v + 3 in vector v.
template <std::size_t kLeaves>
[[gnu::always_inline]] inline void join_slices(const std::byte* slices, __m512i numbers, __m512i (&joined)[4]) {
  const __m512i b0 = look_up<kLeaves>(slices, numbers);
  const __m512i b1 = look_up<kLeaves>(slices + kLeaves, numbers);
  const __m512i b2 = look_up<kLeaves>(slices + 2 * kLeaves, numbers);
  const __m512i b3 = look_up<kLeaves>(slices + 3 * kLeaves, numbers);
  const __m512i low01 = _mm512_unpacklo_epi8(b0, b1);
  const __m512i high01 = _mm512_unpackhi_epi8(b0, b1);
  const __m512i low23 = _mm512_unpacklo_epi8(b2, b3);
  const __m512i high23 = _mm512_unpackhi_epi8(b2, b3);
  joined[0] = _mm512_unpacklo_epi16(low01, low23);
  joined[1] = _mm512_unpackhi_epi16(low01, low23);
  joined[2] = _mm512_unpacklo_epi16(high01, high23);
  joined[3] = _mm512_unpackhi_epi16(high01, high23);
}

template <std::size_t kLeaves>
[[gnu::always_inline]] inline void add_joined(const std::byte* table, __m512i numbers, float* sums) {
  __m512i values[4];
  join_slices<kLeaves>(table, numbers, values);
  for (std::size_t v = 0; v < 4; ++v) {
    float* to = sums + 16 * v;
    _mm512_store_ps(to, _mm512_add_ps(_mm512_load_ps(to), _mm512_castsi512_ps(values[v])));
  }
}

template <std::size_t kLeaves>
[[gnu::always_inline]] inline void add_joined(const std::byte* table, __m512i numbers, double* sums) {
  __m512i low[4];
  __m512i high[4];
  join_slices<kLeaves>(table, numbers, low);
  join_slices<kLeaves>(table + 4 * kLeaves, numbers, high);
  for (std::size_t v = 0; v < 4; ++v) {
    double* to = sums + 16 * v;
    const __m512d first = _mm512_castsi512_pd(_mm512_unpacklo_epi32(low[v], high[v]));
    const __m512d second = _mm512_castsi512_pd(_mm512_unpackhi_epi32(low[v], high[v]));
    _mm512_store_pd(to, _mm512_add_pd(_mm512_load_pd(to), first));
    _mm512_store_pd(to + 8, _mm512_add_pd(_mm512_load_pd(to + 8), second));
  }
}

/// The numbers of 16 rows (4 v to 4 v + 3 of each 16) from those of 64, in the order of the sums.
[[gnu::always_inline]] inline void widen_numbers(__m512i low, __m512i high, __m512i (&wide)[4]) {
  const __m512i none = _mm512_setzero_si512();
  const __m512i first = _mm512_unpacklo_epi8(low, high);
  const __m512i second = _mm512_unpackhi_epi8(low, high);
  wide[0] = _mm512_unpacklo_epi16(first, none);
  wide[1] = _mm512_unpackhi_epi16(first, none);
  wide[2] = _mm512_unpacklo_epi16(second, none);
  wide[3] = _mm512_unpackhi_epi16(second, none);
}

/// Tables that are too long for permutations: leaves by address.
[[gnu::always_inline]] inline void gather_leaves(const std::byte* table, const __m512i (&numbers)[4], float* sums) {
  for (std::size_t v = 0; v < 4; ++v) {
    float* to = sums + 16 * v;
    _mm512_store_ps(to, _mm512_add_ps(_mm512_load_ps(to), _mm512_i32gather_ps(numbers[v], table, 4)));
  }
}
[[gnu::always_inline]] inline void gather_leaves(const std::byte* table, const __m512i (&numbers)[4], double* sums) {
  const __m512i none = _mm512_setzero_si512();
  for (std::size_t v = 0; v < 4; ++v) {
    double* to = sums + 16 * v;
    const __m512d first = _mm512_i64gather_pd(_mm512_unpacklo_epi32(numbers[v], none), table, 8);
    const __m512d second = _mm512_i64gather_pd(_mm512_unpackhi_epi32(numbers[v], none), table, 8);
    _mm512_store_pd(to, _mm512_add_pd(_mm512_load_pd(to), first));
    _mm512_store_pd(to + 8, _mm512_add_pd(_mm512_load_pd(to + 8), second));
  }
}

template <class T>
[[gnu::always_inline]] inline void add_leaves_vbmi(const LeafBits& bits, const std::byte* table, std::size_t leaves,
                                                   T* sums) {
  if (leaves > kMostSlicedLeaves) {
    __m512i numbers[4];
    widen_numbers(leaf_numbers({bits.planes, bits.stride, 8}),
                  leaf_numbers({bits.planes + 8 * bits.stride, bits.stride, bits.count - 8}), numbers);
    return gather_leaves(table, numbers, sums);
  }
  const __m512i numbers = leaf_numbers(bits);
  switch (leaves) {
    case 64: return add_joined<64>(table, numbers, sums);
    case 128: return add_joined<128>(table, numbers, sums);
    default: return add_joined<256>(table, numbers, sums);
  }
}

/// From the order of the interleaved vectors to the rows' own.
template <class T>
inline void read_sums_vbmi(const T* sums, T* in_row_order) {
  // Numbers of a row that share a 128-bit lane of a vector: 4 floats, 2 doubles.
  constexpr std::size_t kShare = 16 / sizeof(T);
  for (std::size_t v = 0; v < 64 / (4 * kShare); ++v) {
    for (std::size_t lane = 0; lane < 4; ++lane) {
      for (std::size_t i = 0; i < kShare; ++i) {
        in_row_order[16 * lane + kShare * v + i] = sums[v * 4 * kShare + kShare * lane + i];
      }
    }
  }
}

}  // namespace
}  // namespace pelton::trees
