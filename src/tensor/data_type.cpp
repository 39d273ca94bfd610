#include "tensor/data_type.hpp"

#include <cmath>

namespace pelton::tensor {

namespace {

/// A type of ONNX's that no tensor has, by its number.
std::string_view other_type(std::int32_t number) noexcept {
  switch (number) {
    case 14: return "complex64";
    case 15: return "complex128";
    case 17: return "float8e4m3fn";
    case 18: return "float8e4m3fnuz";
    case 19: return "float8e5m2";
    case 20: return "float8e5m2fnuz";
    case 21: return "uint4";
    case 22: return "int4";
    case 23: return "float4e2m1";
    case 24: return "float8e8m0";
    case 25: return "uint2";
    case 26: return "int2";
    case 27: return "float6e2m3";
    case 28: return "float6e3m2";
    default: return "an element type of another kind";
  }
}

}  // namespace

std::string_view to_string(DataType type) noexcept {
  switch (type) {
    case DataType::undefined: return "undefined";
    case DataType::float32: return "float";
    case DataType::uint8: return "uint8";
    case DataType::int8: return "int8";
    case DataType::uint16: return "uint16";
    case DataType::int16: return "int16";
    case DataType::int32: return "int32";
    case DataType::int64: return "int64";
    case DataType::string: return "string";
    case DataType::boolean: return "bool";
    case DataType::float16: return "float16";
    case DataType::float64: return "double";
    case DataType::uint32: return "uint32";
    case DataType::uint64: return "uint64";
    case DataType::bfloat16: return "bfloat16";
  }
  return other_type(static_cast<std::int32_t>(type));
}

std::size_t element_bytes(DataType type) noexcept {
  switch (type) {
    case DataType::boolean:
    case DataType::uint8:
    case DataType::int8: return 1;
    case DataType::float16:
    case DataType::bfloat16:
    case DataType::uint16:
    case DataType::int16: return 2;
    case DataType::float32:
    case DataType::uint32:
    case DataType::int32: return 4;
    case DataType::float64:
    case DataType::uint64:
    case DataType::int64: return 8;
    case DataType::string: return sizeof(std::string_view);
    case DataType::undefined: break;
  }
  return 0;
}

Float16::Float16(float value) noexcept {
  const std::uint32_t word = std::bit_cast<std::uint32_t>(value);
  const std::uint16_t sign = static_cast<std::uint16_t>(word >> 16 & 0x8000U);
  const float magnitude = std::abs(value);
  constexpr float kSmallestNormal = 0x1p-14F;
  constexpr float kOverflow = 65520;  // halfway between the largest number, 65504, and the next there would be
  if (std::isnan(value)) {
    bits = static_cast<std::uint16_t>(sign | 0x7E00U);
  } else if (magnitude >= kOverflow) {
    bits = static_cast<std::uint16_t>(sign | 0x7C00U);
  } else if (magnitude < kSmallestNormal) {
    // Multiples of 2^-24; a carry makes the smallest normal number.
    bits = static_cast<std::uint16_t>(sign | static_cast<std::uint16_t>(std::nearbyint(magnitude * 0x1p24F)));
  } else {
    // 13 bits of the fraction go; rounding may carry into the exponent, as it should.
    const std::uint32_t even = word >> 13 & 1U;
    const std::uint32_t rounded = (word & 0x7FFFFFFFU) + 0xFFFU + even;
    bits = static_cast<std::uint16_t>(sign | ((rounded >> 13) - (112U << 10)));
  }
}

Float16::operator float() const noexcept {
  const int exponent = bits >> 10 & 0x1F;
  const int fraction = bits & 0x3FF;
  const float sign = (bits & 0x8000U) != 0 ? -1.0F : 1.0F;
  constexpr int kSpecial = 0x1F;
  if (exponent == kSpecial) return fraction != 0 ? std::nanf("") : sign * HUGE_VALF;
  if (exponent == 0) return sign * std::ldexp(static_cast<float>(fraction), -24);
  return sign * std::ldexp(static_cast<float>(1024 + fraction), exponent - 25);
}

BFloat16::BFloat16(float value) noexcept {
  const std::uint32_t word = std::bit_cast<std::uint32_t>(value);
  const std::uint32_t even = word >> 16 & 1U;
  bits = std::isnan(value) ? std::uint16_t{0x7FC0} : static_cast<std::uint16_t>((word + 0x7FFFU + even) >> 16);
}

}  // namespace pelton::tensor
