#pragma once

#include <immintrin.h>

#include <cstddef>
#include <cstdint>

#include "math/lane_inline.hpp"

/// Eight doubles in two AVX2 registers; lanes_scalar.hpp says what each name means. Included by
/// kernels_avx2.cpp only.
namespace pelton::math {
namespace {

struct Mask {
  __m256d lo, hi;
  PELTON_LANE friend Mask operator&(Mask a, Mask b) { return {_mm256_and_pd(a.lo, b.lo), _mm256_and_pd(a.hi, b.hi)}; }
  PELTON_LANE friend Mask operator|(Mask a, Mask b) { return {_mm256_or_pd(a.lo, b.lo), _mm256_or_pd(a.hi, b.hi)}; }
  PELTON_LANE friend Mask operator~(Mask a) {
    const __m256d ones = _mm256_castsi256_pd(_mm256_set1_epi64x(-1));
    return {_mm256_xor_pd(a.lo, ones), _mm256_xor_pd(a.hi, ones)};
  }
  PELTON_LANE static Mask first(std::size_t n) {
    const __m256i count = _mm256_set1_epi64x(static_cast<long long>(n));
    return {_mm256_castsi256_pd(_mm256_cmpgt_epi64(count, _mm256_setr_epi64x(0, 1, 2, 3))),
            _mm256_castsi256_pd(_mm256_cmpgt_epi64(count, _mm256_setr_epi64x(4, 5, 6, 7)))};
  }
};

struct Lanes {
  __m256d lo, hi;

  static constexpr std::size_t kTileRows = 3;  ///< rows by panels whose sums stay in registers
  static constexpr std::size_t kTilePanels = 2;
  static constexpr std::size_t kSingleRowPanels = 4;  ///< panels that hide an fma's latency for one row

  PELTON_LANE static Lanes all(double x) { return {_mm256_set1_pd(x), _mm256_set1_pd(x)}; }
  PELTON_LANE static Lanes load(const double* p) { return {_mm256_loadu_pd(p), _mm256_loadu_pd(p + 4)}; }
  PELTON_LANE static Lanes load(const float* p) {
    return {_mm256_cvtps_pd(_mm_loadu_ps(p)), _mm256_cvtps_pd(_mm_loadu_ps(p + 4))};
  }
  PELTON_LANE static Lanes load(const double* p, std::size_t n) {
    const Mask m = Mask::first(n);
    return {_mm256_maskload_pd(p, _mm256_castpd_si256(m.lo)), _mm256_maskload_pd(p + 4, _mm256_castpd_si256(m.hi))};
  }
  PELTON_LANE void store(double* p) const {
    _mm256_storeu_pd(p, lo);
    _mm256_storeu_pd(p + 4, hi);
  }
  PELTON_LANE void store(double* p, std::size_t n) const {
    const Mask m = Mask::first(n);
    _mm256_maskstore_pd(p, _mm256_castpd_si256(m.lo), lo);
    _mm256_maskstore_pd(p + 4, _mm256_castpd_si256(m.hi), hi);
  }

  PELTON_LANE friend Lanes operator+(Lanes a, Lanes b) {
    return {_mm256_add_pd(a.lo, b.lo), _mm256_add_pd(a.hi, b.hi)};
  }
  PELTON_LANE friend Lanes operator-(Lanes a, Lanes b) {
    return {_mm256_sub_pd(a.lo, b.lo), _mm256_sub_pd(a.hi, b.hi)};
  }
  PELTON_LANE friend Lanes operator*(Lanes a, Lanes b) {
    return {_mm256_mul_pd(a.lo, b.lo), _mm256_mul_pd(a.hi, b.hi)};
  }
  PELTON_LANE friend Lanes operator/(Lanes a, Lanes b) {
    return {_mm256_div_pd(a.lo, b.lo), _mm256_div_pd(a.hi, b.hi)};
  }
  PELTON_LANE friend Mask operator<(Lanes a, Lanes b) {
    return {_mm256_cmp_pd(a.lo, b.lo, _CMP_LT_OQ), _mm256_cmp_pd(a.hi, b.hi, _CMP_LT_OQ)};
  }
  PELTON_LANE friend Mask operator<=(Lanes a, Lanes b) {
    return {_mm256_cmp_pd(a.lo, b.lo, _CMP_LE_OQ), _mm256_cmp_pd(a.hi, b.hi, _CMP_LE_OQ)};
  }
  PELTON_LANE friend Mask operator>(Lanes a, Lanes b) { return b < a; }
  PELTON_LANE friend Mask operator>=(Lanes a, Lanes b) { return b <= a; }
  PELTON_LANE friend Mask operator==(Lanes a, Lanes b) {
    return {_mm256_cmp_pd(a.lo, b.lo, _CMP_EQ_OQ), _mm256_cmp_pd(a.hi, b.hi, _CMP_EQ_OQ)};
  }
};

PELTON_LANE Lanes fma(Lanes a, Lanes b, Lanes c) {
  return {_mm256_fmadd_pd(a.lo, b.lo, c.lo), _mm256_fmadd_pd(a.hi, b.hi, c.hi)};
}
PELTON_LANE Lanes fnma(Lanes a, Lanes b, Lanes c) {
  return {_mm256_fnmadd_pd(a.lo, b.lo, c.lo), _mm256_fnmadd_pd(a.hi, b.hi, c.hi)};
}
PELTON_LANE Lanes min(Lanes a, Lanes b) { return {_mm256_min_pd(a.lo, b.lo), _mm256_min_pd(a.hi, b.hi)}; }
PELTON_LANE Lanes max(Lanes a, Lanes b) { return {_mm256_max_pd(a.lo, b.lo), _mm256_max_pd(a.hi, b.hi)}; }
PELTON_LANE Lanes select(Mask m, Lanes a, Lanes b) {
  return {_mm256_blendv_pd(b.lo, a.lo, m.lo), _mm256_blendv_pd(b.hi, a.hi, m.hi)};
}
PELTON_LANE Lanes sqrt(Lanes a) { return {_mm256_sqrt_pd(a.lo), _mm256_sqrt_pd(a.hi)}; }
template <int kMode>
PELTON_LANE Lanes round_to(Lanes a) {
  return {_mm256_round_pd(a.lo, kMode | _MM_FROUND_NO_EXC), _mm256_round_pd(a.hi, kMode | _MM_FROUND_NO_EXC)};
}
PELTON_LANE Lanes round(Lanes a) { return round_to<_MM_FROUND_TO_NEAREST_INT>(a); }
PELTON_LANE Lanes floor(Lanes a) { return round_to<_MM_FROUND_TO_NEG_INF>(a); }
PELTON_LANE Lanes ceil(Lanes a) { return round_to<_MM_FROUND_TO_POS_INF>(a); }
PELTON_LANE Lanes trunc(Lanes a) { return round_to<_MM_FROUND_TO_ZERO>(a); }
PELTON_LANE Lanes to_float(Lanes a) {
  return {_mm256_cvtps_pd(_mm256_cvtpd_ps(a.lo)), _mm256_cvtps_pd(_mm256_cvtpd_ps(a.hi))};
}

PELTON_LANE __m256i ints(__m256d x) { return _mm256_castpd_si256(x); }
PELTON_LANE __m256d doubles(__m256i x) { return _mm256_castsi256_pd(x); }
PELTON_LANE __m256i all_bits(std::uint64_t x) { return _mm256_set1_epi64x(static_cast<long long>(x)); }

PELTON_LANE Lanes bit_and(Lanes a, std::uint64_t mask) {
  const __m256d m = doubles(all_bits(mask));
  return {_mm256_and_pd(a.lo, m), _mm256_and_pd(a.hi, m)};
}
PELTON_LANE Lanes bit_or(Lanes a, Lanes b) { return {_mm256_or_pd(a.lo, b.lo), _mm256_or_pd(a.hi, b.hi)}; }
PELTON_LANE Lanes bit_xor(Lanes a, Lanes b) { return {_mm256_xor_pd(a.lo, b.lo), _mm256_xor_pd(a.hi, b.hi)}; }
PELTON_LANE Lanes bits_add(Lanes a, std::uint64_t b) {
  return {doubles(_mm256_add_epi64(ints(a.lo), all_bits(b))), doubles(_mm256_add_epi64(ints(a.hi), all_bits(b)))};
}
PELTON_LANE Lanes bits_left(Lanes a, int by) {
  return {doubles(_mm256_slli_epi64(ints(a.lo), by)), doubles(_mm256_slli_epi64(ints(a.hi), by))};
}
PELTON_LANE Lanes bits_right(Lanes a, int by) {
  return {doubles(_mm256_srli_epi64(ints(a.lo), by)), doubles(_mm256_srli_epi64(ints(a.hi), by))};
}

PELTON_LANE Lanes power_of_two(Lanes k) { return bits_left(k + Lanes::all(0x1.8p52 + 1023), 52); }
PELTON_LANE Lanes scale(Lanes p, Lanes k) {
  const Lanes half = floor(k * Lanes::all(0.5));
  return p * power_of_two(half) * power_of_two(k - half);
}

PELTON_LANE double sum(Lanes a) {
  const __m256d four = _mm256_add_pd(a.lo, a.hi);
  const __m128d two = _mm_add_pd(_mm256_castpd256_pd128(four), _mm256_extractf128_pd(four, 1));
  return _mm_cvtsd_f64(_mm_add_sd(two, _mm_unpackhi_pd(two, two)));
}

PELTON_LANE Lanes sum_each(const Lanes (&rows)[8]) {
  const auto quarter = [](Lanes a, Lanes b, Lanes c, Lanes d) {
    const __m256d fa = _mm256_add_pd(a.lo, a.hi), fb = _mm256_add_pd(b.lo, b.hi);
    const __m256d fc = _mm256_add_pd(c.lo, c.hi), fd = _mm256_add_pd(d.lo, d.hi);
    const __m256d ac = _mm256_add_pd(_mm256_permute2f128_pd(fa, fc, 0x20), _mm256_permute2f128_pd(fa, fc, 0x31));
    const __m256d bd = _mm256_add_pd(_mm256_permute2f128_pd(fb, fd, 0x20), _mm256_permute2f128_pd(fb, fd, 0x31));
    return _mm256_add_pd(_mm256_unpacklo_pd(ac, bd), _mm256_unpackhi_pd(ac, bd));
  };
  return {quarter(rows[0], rows[1], rows[2], rows[3]), quarter(rows[4], rows[5], rows[6], rows[7])};
}

}  // namespace
}  // namespace pelton::math
