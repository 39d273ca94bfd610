#include "codec/v2/datatype.hpp"

#include <array>
#include <limits>

namespace pelton::codec::v2 {

namespace {

struct Spelling {
  std::string_view name;
  std::string_view config;
  std::size_t size;
  NumberRange range;
};

constexpr double kInfinity = std::numeric_limits<double>::infinity();

template <class Integer>
constexpr NumberRange whole() {
  return {static_cast<double>(std::numeric_limits<Integer>::min()),
          static_cast<double>(std::numeric_limits<Integer>::max()), true};
}
constexpr NumberRange any_number() { return {-kInfinity, kInfinity, false}; }

/// By Datatype. Of the 64-bit types the limit is the least double beyond; conversions look closer.
constexpr std::array<Spelling, 14> kSpellings{{
    {"BOOL", "TYPE_BOOL", 1, {0, 1, true}},
    {"UINT8", "TYPE_UINT8", 1, whole<std::uint8_t>()},
    {"UINT16", "TYPE_UINT16", 2, whole<std::uint16_t>()},
    {"UINT32", "TYPE_UINT32", 4, whole<std::uint32_t>()},
    {"UINT64", "TYPE_UINT64", 8, whole<std::uint64_t>()},
    {"INT8", "TYPE_INT8", 1, whole<std::int8_t>()},
    {"INT16", "TYPE_INT16", 2, whole<std::int16_t>()},
    {"INT32", "TYPE_INT32", 4, whole<std::int32_t>()},
    {"INT64", "TYPE_INT64", 8, whole<std::int64_t>()},
    {"FP16", "TYPE_FP16", 2, any_number()},
    {"BF16", "TYPE_BF16", 2, any_number()},
    {"FP32", "TYPE_FP32", 4, any_number()},
    {"FP64", "TYPE_FP64", 8, any_number()},
    {"BYTES", "TYPE_STRING", 0, any_number()},
}};

const Spelling& spelling(Datatype type) noexcept { return kSpellings[static_cast<std::size_t>(type)]; }

/// Rounds to a format of `digits` binary digits whose least normal number is 2^least: nearest, ties to even.
double rounded(double value, int digits, int least, double highest) noexcept {
  if (value == 0 || !std::isfinite(value)) return value;
  int exponent = 0;
  std::frexp(value, &exponent);  // value is below 2^exponent in magnitude
  const int unit = std::max(exponent, least + 1) - digits;
  const double result = std::ldexp(std::nearbyint(std::ldexp(value, -unit)), unit);
  return std::fabs(result) > highest ? std::copysign(kInfinity, value) : result;
}

}  // namespace

std::string_view to_string(Datatype type) noexcept { return spelling(type).name; }
std::string_view config_name(Datatype type) noexcept { return spelling(type).config; }
std::size_t size_of(Datatype type) noexcept { return spelling(type).size; }
NumberRange range_of(Datatype type) noexcept { return spelling(type).range; }

std::optional<Datatype> parse_datatype(std::string_view name) noexcept {
  for (std::size_t i = 0; i < kSpellings.size(); ++i) {
    if (kSpellings[i].name == name) return static_cast<Datatype>(i);
  }
  return std::nullopt;
}

std::string_view datatype_names() noexcept {
  return "BOOL, UINT8, UINT16, UINT32, UINT64, INT8, INT16, INT32, INT64, FP16, BF16, FP32, FP64, BYTES";
}

Datatype datatype_of(model::ElementType type) noexcept {
  switch (type) {
    case model::ElementType::float32: return Datatype::fp32;
    case model::ElementType::float64: return Datatype::fp64;
    case model::ElementType::int64: return Datatype::int64;
    case model::ElementType::boolean: return Datatype::boolean;
    case model::ElementType::string: return Datatype::bytes;
  }
  return Datatype::fp64;
}

double from_fp16(std::uint16_t bits) noexcept {
  const int exponent = bits >> 10 & 0x1F;
  const int fraction = bits & 0x3FF;
  double magnitude;
  if (exponent == 0x1F) {
    magnitude = fraction == 0 ? kInfinity : std::numeric_limits<double>::quiet_NaN();
  } else if (exponent == 0) {
    magnitude = std::ldexp(fraction, -24);
  } else {
    magnitude = std::ldexp(fraction + 0x400, exponent - 25);
  }
  return (bits & 0x8000) != 0 ? -magnitude : magnitude;
}

double rounded_to(Datatype type, double value) noexcept {
  switch (type) {
    case Datatype::fp16: return rounded(value, 11, -14, 65504.0);
    case Datatype::bf16: return rounded(value, 8, -126, 0x1.FEp127);
    case Datatype::fp32: return static_cast<double>(static_cast<float>(value));
    default: return value;
  }
}

}  // namespace pelton::codec::v2
