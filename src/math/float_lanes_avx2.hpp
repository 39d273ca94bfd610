#pragma once

#include <immintrin.h>

#include <cstddef>

#include "math/lane_inline.hpp"

/// Sixteen floats in two AVX2 registers; float_lanes_scalar.hpp says what each name means. Included by
/// kernels_avx2.cpp only.
namespace pelton::math {
namespace {

struct FloatMask {
  __m256 lo, hi;
};

struct FloatLanes {
  __m256 lo, hi;

  static constexpr std::size_t kTileRows = 3;  ///< rows by panels whose sums stay in registers
  static constexpr std::size_t kTilePanels = 2;
  static constexpr std::size_t kSingleRowPanels = 4;  ///< panels that hide an fma's latency for one row

  PELTON_LANE static __m256i first(std::size_t n) {
    return _mm256_cmpgt_epi32(_mm256_set1_epi32(static_cast<int>(n)), _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7));
  }
  PELTON_LANE static __m256 joined(__m128 low, __m128 high) {
    return _mm256_insertf128_ps(_mm256_castps128_ps256(low), high, 1);
  }
  PELTON_LANE static __m256 rounded(const double* p) {
    return joined(_mm256_cvtpd_ps(_mm256_loadu_pd(p)), _mm256_cvtpd_ps(_mm256_loadu_pd(p + 4)));
  }

  PELTON_LANE static FloatLanes all(float x) { return {_mm256_set1_ps(x), _mm256_set1_ps(x)}; }
  PELTON_LANE static FloatLanes load(const float* p) { return {_mm256_loadu_ps(p), _mm256_loadu_ps(p + 8)}; }
  PELTON_LANE static FloatLanes load(const float* p, std::size_t n) {
    if (n < 8) return {_mm256_maskload_ps(p, first(n)), _mm256_setzero_ps()};
    return {_mm256_loadu_ps(p), _mm256_maskload_ps(p + 8, first(n - 8))};
  }
  PELTON_LANE static FloatLanes load(const double* p) { return {rounded(p), rounded(p + 8)}; }
  PELTON_LANE static FloatLanes load(const double* p, std::size_t n) {
    alignas(32) double values[16] = {};
    for (std::size_t i = 0; i < n; ++i) values[i] = p[i];
    return load(values);
  }
  PELTON_LANE void store(float* p) const {
    _mm256_storeu_ps(p, lo);
    _mm256_storeu_ps(p + 8, hi);
  }

  PELTON_LANE friend FloatLanes operator+(FloatLanes a, FloatLanes b) {
    return {_mm256_add_ps(a.lo, b.lo), _mm256_add_ps(a.hi, b.hi)};
  }
  PELTON_LANE friend FloatLanes operator-(FloatLanes a, FloatLanes b) {
    return {_mm256_sub_ps(a.lo, b.lo), _mm256_sub_ps(a.hi, b.hi)};
  }
  PELTON_LANE friend FloatLanes operator*(FloatLanes a, FloatLanes b) {
    return {_mm256_mul_ps(a.lo, b.lo), _mm256_mul_ps(a.hi, b.hi)};
  }
  PELTON_LANE friend FloatMask operator<(FloatLanes a, FloatLanes b) {
    return {_mm256_cmp_ps(a.lo, b.lo, _CMP_LT_OQ), _mm256_cmp_ps(a.hi, b.hi, _CMP_LT_OQ)};
  }
};

PELTON_LANE FloatLanes fma(FloatLanes a, FloatLanes b, FloatLanes c) {
  return {_mm256_fmadd_ps(a.lo, b.lo, c.lo), _mm256_fmadd_ps(a.hi, b.hi, c.hi)};
}
PELTON_LANE FloatLanes max(FloatLanes a, FloatLanes b) {
  return {_mm256_max_ps(a.lo, b.lo), _mm256_max_ps(a.hi, b.hi)};
}
PELTON_LANE FloatLanes select(FloatMask m, FloatLanes a, FloatLanes b) {
  return {_mm256_blendv_ps(b.lo, a.lo, m.lo), _mm256_blendv_ps(b.hi, a.hi, m.hi)};
}
PELTON_LANE FloatLanes round(FloatLanes a) {
  constexpr int kMode = _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC;
  return {_mm256_round_ps(a.lo, kMode), _mm256_round_ps(a.hi, kMode)};
}

PELTON_LANE __m256 power_of_two(__m256 k) {
  const __m256 counted = _mm256_add_ps(k, _mm256_set1_ps(0x1.8p23F + 127));
  return _mm256_castsi256_ps(_mm256_slli_epi32(_mm256_castps_si256(counted), 23));
}
PELTON_LANE FloatLanes power_of_two(FloatLanes k) { return {power_of_two(k.lo), power_of_two(k.hi)}; }

PELTON_LANE float sum(FloatLanes a) {
  const __m256 eight = _mm256_add_ps(a.lo, a.hi);
  const __m128 four = _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
  const __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
  return _mm_cvtss_f32(_mm_add_ss(two, _mm_shuffle_ps(two, two, 1)));
}

}  // namespace
}  // namespace pelton::math
