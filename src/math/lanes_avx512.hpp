#pragma once

// GCC 12's own intrinsics begin from registers it calls uninitialised (PR 105593).
#ifndef __clang__
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wuninitialized"
#pragma GCC diagnostic ignored "-Wmaybe-uninitialized"
#endif
#include <immintrin.h>

#include <cstddef>
#include <cstdint>

#include "math/lane_inline.hpp"

/// Eight doubles in one AVX-512 register; lanes_scalar.hpp says what each name means. Included by
/// kernels_avx512.cpp only.
namespace pelton::math {
namespace {

struct Mask {
  __mmask8 bits;
  PELTON_LANE friend Mask operator&(Mask a, Mask b) { return {static_cast<__mmask8>(a.bits & b.bits)}; }
  PELTON_LANE friend Mask operator|(Mask a, Mask b) { return {static_cast<__mmask8>(a.bits | b.bits)}; }
  PELTON_LANE friend Mask operator~(Mask a) { return {static_cast<__mmask8>(~a.bits)}; }
  PELTON_LANE static Mask first(std::size_t n) { return {static_cast<__mmask8>((1U << n) - 1U)}; }
};

struct Lanes {
  __m512d v;

  static constexpr std::size_t kTileRows = 6;  ///< rows by panels whose sums stay in registers
  static constexpr std::size_t kTilePanels = 4;
  static constexpr std::size_t kSingleRowPanels = 8;  ///< panels that hide an fma's latency for one row

  PELTON_LANE static Lanes all(double x) { return {_mm512_set1_pd(x)}; }
  PELTON_LANE static Lanes load(const double* p) { return {_mm512_loadu_pd(p)}; }
  PELTON_LANE static Lanes load(const float* p) { return {_mm512_cvtps_pd(_mm256_loadu_ps(p))}; }
  PELTON_LANE static Lanes load(const double* p, std::size_t n) {
    return {_mm512_maskz_loadu_pd(Mask::first(n).bits, p)};
  }
  PELTON_LANE void store(double* p) const { _mm512_storeu_pd(p, v); }
  PELTON_LANE void store(double* p, std::size_t n) const { _mm512_mask_storeu_pd(p, Mask::first(n).bits, v); }

  PELTON_LANE friend Lanes operator+(Lanes a, Lanes b) { return {_mm512_add_pd(a.v, b.v)}; }
  PELTON_LANE friend Lanes operator-(Lanes a, Lanes b) { return {_mm512_sub_pd(a.v, b.v)}; }
  PELTON_LANE friend Lanes operator*(Lanes a, Lanes b) { return {_mm512_mul_pd(a.v, b.v)}; }
  PELTON_LANE friend Lanes operator/(Lanes a, Lanes b) { return {_mm512_div_pd(a.v, b.v)}; }
  PELTON_LANE friend Mask operator<(Lanes a, Lanes b) { return {_mm512_cmp_pd_mask(a.v, b.v, _CMP_LT_OQ)}; }
  PELTON_LANE friend Mask operator<=(Lanes a, Lanes b) { return {_mm512_cmp_pd_mask(a.v, b.v, _CMP_LE_OQ)}; }
  PELTON_LANE friend Mask operator>(Lanes a, Lanes b) { return b < a; }
  PELTON_LANE friend Mask operator>=(Lanes a, Lanes b) { return b <= a; }
  PELTON_LANE friend Mask operator==(Lanes a, Lanes b) { return {_mm512_cmp_pd_mask(a.v, b.v, _CMP_EQ_OQ)}; }
};

PELTON_LANE Lanes fma(Lanes a, Lanes b, Lanes c) { return {_mm512_fmadd_pd(a.v, b.v, c.v)}; }
PELTON_LANE Lanes fnma(Lanes a, Lanes b, Lanes c) { return {_mm512_fnmadd_pd(a.v, b.v, c.v)}; }
PELTON_LANE Lanes min(Lanes a, Lanes b) { return {_mm512_min_pd(a.v, b.v)}; }
PELTON_LANE Lanes max(Lanes a, Lanes b) { return {_mm512_max_pd(a.v, b.v)}; }
PELTON_LANE Lanes select(Mask m, Lanes a, Lanes b) { return {_mm512_mask_blend_pd(m.bits, b.v, a.v)}; }
PELTON_LANE Lanes sqrt(Lanes a) { return {_mm512_sqrt_pd(a.v)}; }
PELTON_LANE Lanes round(Lanes a) { return {_mm512_roundscale_pd(a.v, 0x08)}; }
PELTON_LANE Lanes floor(Lanes a) { return {_mm512_roundscale_pd(a.v, 0x09)}; }
PELTON_LANE Lanes ceil(Lanes a) { return {_mm512_roundscale_pd(a.v, 0x0A)}; }
PELTON_LANE Lanes trunc(Lanes a) { return {_mm512_roundscale_pd(a.v, 0x0B)}; }
PELTON_LANE Lanes to_float(Lanes a) { return {_mm512_cvtps_pd(_mm512_cvtpd_ps(a.v))}; }

PELTON_LANE __m512i ints(Lanes x) { return _mm512_castpd_si512(x.v); }
PELTON_LANE Lanes doubles(__m512i x) { return {_mm512_castsi512_pd(x)}; }
PELTON_LANE __m512i all_bits(std::uint64_t x) { return _mm512_set1_epi64(static_cast<long long>(x)); }

PELTON_LANE Lanes bit_and(Lanes a, std::uint64_t mask) { return doubles(_mm512_and_si512(ints(a), all_bits(mask))); }
PELTON_LANE Lanes bit_or(Lanes a, Lanes b) { return {_mm512_or_pd(a.v, b.v)}; }
PELTON_LANE Lanes bit_xor(Lanes a, Lanes b) { return {_mm512_xor_pd(a.v, b.v)}; }
PELTON_LANE Lanes bits_add(Lanes a, std::uint64_t b) { return doubles(_mm512_add_epi64(ints(a), all_bits(b))); }
PELTON_LANE Lanes bits_left(Lanes a, int by) { return doubles(_mm512_slli_epi64(ints(a), static_cast<unsigned>(by))); }
PELTON_LANE Lanes bits_right(Lanes a, int by) { return doubles(_mm512_srli_epi64(ints(a), static_cast<unsigned>(by))); }

PELTON_LANE Lanes power_of_two(Lanes k) { return bits_left(k + Lanes::all(0x1.8p52 + 1023), 52); }
PELTON_LANE Lanes scale(Lanes p, Lanes k) { return {_mm512_scalef_pd(p.v, k.v)}; }

PELTON_LANE double sum(Lanes a) {
  const __m256d four = _mm256_add_pd(_mm512_castpd512_pd256(a.v), _mm512_extractf64x4_pd(a.v, 1));
  const __m128d two = _mm_add_pd(_mm256_castpd256_pd128(four), _mm256_extractf128_pd(four, 1));
  return _mm_cvtsd_f64(_mm_add_sd(two, _mm_unpackhi_pd(two, two)));
}

PELTON_LANE Lanes sum_each(const Lanes (&rows)[8]) {
  // Halves of two rows side by side, added: four sums of lanes (i, i + 4) each.
  const auto halves = [](Lanes a, Lanes b) {
    return _mm512_add_pd(_mm512_shuffle_f64x2(a.v, b.v, 0x44), _mm512_shuffle_f64x2(a.v, b.v, 0xEE));
  };
  // Quarters of four rows, added: 128-bit blocks hold rows a, b, c, d.
  const auto quarters = [](__m512d ab, __m512d cd) {
    return _mm512_add_pd(_mm512_shuffle_f64x2(ab, cd, 0x88), _mm512_shuffle_f64x2(ab, cd, 0xDD));
  };
  const __m512d even = quarters(halves(rows[0], rows[2]), halves(rows[4], rows[6]));
  const __m512d odd = quarters(halves(rows[1], rows[3]), halves(rows[5], rows[7]));
  return {_mm512_add_pd(_mm512_unpacklo_pd(even, odd), _mm512_unpackhi_pd(even, odd))};
}

}  // namespace
}  // namespace pelton::math
#ifndef __clang__
#pragma GCC diagnostic pop
#endif
