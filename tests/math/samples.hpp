#pragma once

#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <random>
#include <vector>

#include "core/cpu_features.hpp"
#include "math/kernels.hpp"

namespace pelton::math {

/// The instruction sets this machine can run, weakest first.
inline std::vector<core::Isa> available_isas() {
  std::vector<core::Isa> sets;
  for (const core::Isa isa : {core::Isa::scalar, core::Isa::avx2, core::Isa::avx512}) {
    if (isa <= core::detected_isa()) sets.push_back(isa);
  }
  return sets;
}

inline std::vector<double> special_values() {
  using Limits = std::numeric_limits<double>;
  std::vector<double> values{0.0,    0.5,    1.0,          1.5,          2.0,     2.5,     3.0,    6.0,         0.25,
                             1e-8,   1e-7,   0.3466,       0.7,          20.0,    40.0,    60.0,   127.5,       128.0,
                             255.0,  256.0,  709.7827128,  710.0,        745.133, 746.,    1e15,   0x1p52,      0x1p53,
                             0x1p63, 0x1p64, 2147483647.0, 2147483648.0, 1e300,   0x1p-54, 1e-300, 4294967295.5};
  values.insert(values.end(), {Limits::min(), Limits::denorm_min(), 1e-310, Limits::max(), Limits::infinity(),
                               Limits::quiet_NaN(), Limits::epsilon()});
  const std::size_t half = values.size();
  for (std::size_t i = 0; i < half; ++i) values.push_back(-values[i]);
  // A NaN with a payload, and a signalling one.
  for (const std::uint64_t bits : {0xFFF8000000001234ULL, 0x7FF0000000000001ULL}) {
    double value = 0;
    std::memcpy(&value, &bits, sizeof value);
    values.push_back(value);
  }
  return values;
}

/// Ordinary numbers, numbers of every size, and the special ones among them.
class Samples {
 public:
  explicit Samples(std::uint64_t seed) : random_(seed), special_(special_values()) {}

  double ordinary() { return std::normal_distribution<double>(0, 1)(random_); }
  double uniform(double low, double high) { return std::uniform_real_distribution<double>(low, high)(random_); }
  std::size_t below(std::size_t n) { return std::uniform_int_distribution<std::size_t>(0, n - 1)(random_); }
  double any() {
    switch (below(4)) {
      case 0: return special_[below(special_.size())];
      case 1: return std::ldexp(uniform(-2, 2), static_cast<int>(below(2100)) - 1075);
      case 2: return 50 * ordinary();
      default: return ordinary();
    }
  }
  std::vector<double> ordinary(std::size_t n) {
    std::vector<double> values(n);
    for (double& v : values) v = ordinary();
    return values;
  }
  std::vector<double> any(std::size_t n) {
    std::vector<double> values(n);
    for (double& v : values) v = any();
    return values;
  }

 private:
  std::mt19937_64 random_;
  std::vector<double> special_;
};

/// The bit patterns of values, so that NaN equals NaN and 0 differs from -0.
inline std::vector<std::uint64_t> bits(const std::vector<double>& values) {
  std::vector<std::uint64_t> patterns(values.size());
  if (!values.empty()) std::memcpy(patterns.data(), values.data(), values.size() * sizeof(double));
  return patterns;
}

/// The distance of `got` from `wanted` in units of the last place of a double at `wanted`.
inline long double ulps(double got, long double wanted) {
  if (std::isnan(wanted)) return std::isnan(got) ? 0 : 1e30L;
  const auto nearest = static_cast<double>(wanted);
  if (std::isinf(nearest) || std::isinf(got)) return nearest == got ? 0 : 1e30L;
  int exponent = 0;
  static_cast<void>(std::frexp(nearest == 0 ? std::numeric_limits<double>::denorm_min() : nearest, &exponent));
  return std::fabs(static_cast<long double>(got) - wanted) / std::ldexp(1.0L, std::max(exponent - 53, -1074));
}

}  // namespace pelton::math
