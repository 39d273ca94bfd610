#pragma once

// GCC 12's own intrinsics begin from registers it calls uninitialised (PR 105593).
#ifndef __clang__
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include <immintrin.h>

#include <cstddef>

#include "math/lane_inline.hpp"

/// Sixteen floats in one AVX-512 register; float_lanes_scalar.hpp says what each name means. Included by
/// kernels_avx512.cpp only.
namespace pelton::math {
namespace {

struct FloatMask {
  __mmask16 bits;
};

struct FloatLanes {
  __m512 v;

  static constexpr std::size_t kTileRows = 6;  ///< rows by panels whose sums stay in registers
  static constexpr std::size_t kTilePanels = 4;
  static constexpr std::size_t kSingleRowPanels = 8;  ///< panels that hide an fma's latency for one row

  PELTON_LANE static __mmask16 first(std::size_t n) { return static_cast<__mmask16>((1U << n) - 1U); }
  PELTON_LANE static FloatLanes joined(__m256 low, __m256 high) {
    return {_mm512_insertf32x8(_mm512_castps256_ps512(low), high, 1)};
  }

  PELTON_LANE static FloatLanes all(float x) { return {_mm512_set1_ps(x)}; }
  PELTON_LANE static FloatLanes load(const float* p) { return {_mm512_loadu_ps(p)}; }
  PELTON_LANE static FloatLanes load(const float* p, std::size_t n) { return {_mm512_maskz_loadu_ps(first(n), p)}; }
  PELTON_LANE static FloatLanes load(const double* p) {
    return joined(_mm512_cvtpd_ps(_mm512_loadu_pd(p)), _mm512_cvtpd_ps(_mm512_loadu_pd(p + 8)));
  }
  PELTON_LANE static FloatLanes load(const double* p, std::size_t n) {
    const unsigned mask = first(n);
    const __m512d low = _mm512_maskz_loadu_pd(static_cast<__mmask8>(mask), p);
    const __m512d high = _mm512_maskz_loadu_pd(static_cast<__mmask8>(mask >> 8U), p + 8);
    return joined(_mm512_cvtpd_ps(low), _mm512_cvtpd_ps(high));
  }
  PELTON_LANE void store(float* p) const { _mm512_storeu_ps(p, v); }

  PELTON_LANE friend FloatLanes operator+(FloatLanes a, FloatLanes b) { return {_mm512_add_ps(a.v, b.v)}; }
  PELTON_LANE friend FloatLanes operator-(FloatLanes a, FloatLanes b) { return {_mm512_sub_ps(a.v, b.v)}; }
  PELTON_LANE friend FloatLanes operator*(FloatLanes a, FloatLanes b) { return {_mm512_mul_ps(a.v, b.v)}; }
  PELTON_LANE friend FloatMask operator<(FloatLanes a, FloatLanes b) {
    return {_mm512_cmp_ps_mask(a.v, b.v, _CMP_LT_OQ)};
  }
};

PELTON_LANE FloatLanes fma(FloatLanes a, FloatLanes b, FloatLanes c) { return {_mm512_fmadd_ps(a.v, b.v, c.v)}; }
PELTON_LANE FloatLanes max(FloatLanes a, FloatLanes b) { return {_mm512_max_ps(a.v, b.v)}; }
PELTON_LANE FloatLanes select(FloatMask m, FloatLanes a, FloatLanes b) {
  return {_mm512_mask_blend_ps(m.bits, b.v, a.v)};
}
PELTON_LANE FloatLanes round(FloatLanes a) { return {_mm512_roundscale_ps(a.v, 0x08)}; }

PELTON_LANE FloatLanes power_of_two(FloatLanes k) {
  const __m512 counted = _mm512_add_ps(k.v, _mm512_set1_ps(0x1.8p23F + 127));
  return {_mm512_castsi512_ps(_mm512_slli_epi32(_mm512_castps_si512(counted), 23))};
}

PELTON_LANE float sum(FloatLanes a) {
  const __m256 eight = _mm256_add_ps(_mm512_castps512_ps256(a.v), _mm512_extractf32x8_ps(a.v, 1));
  const __m128 four = _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
  const __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
  return _mm_cvtss_f32(_mm_add_ss(two, _mm_shuffle_ps(two, two, 1)));
}

}  // namespace
}  // namespace pelton::math
#ifndef __clang__
#pragma GCC diagnostic pop
#endif
