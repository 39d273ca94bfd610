#pragma once

#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "model/schema.hpp"

namespace pelton::codec::v2 {

/// The element types of the Open Inference Protocol V2.
/// Source: https://github.com/kserve/open-inference-protocol (specification/protocol/inference_rest.md,
/// "Tensor Data Types"); BF16 is Triton's.
enum class Datatype : std::uint8_t {
  boolean,
  uint8,
  uint16,
  uint32,
  uint64,
  int8,
  int16,
  int32,
  int64,
  fp16,
  bf16,
  fp32,
  fp64,
  bytes,
};

std::string_view to_string(Datatype type) noexcept;
std::optional<Datatype> parse_datatype(std::string_view name) noexcept;
/// As Triton's model configuration spells it: "TYPE_FP32", "TYPE_STRING".
std::string_view config_name(Datatype type) noexcept;
/// Every name, for messages.
std::string_view datatype_names() noexcept;

/// Bytes of an element; 0 for BYTES, whose elements tell their own length.
std::size_t size_of(Datatype type) noexcept;

constexpr bool is_floating(Datatype type) noexcept { return type >= Datatype::fp16 && type <= Datatype::fp64; }

/// What an element of a type of numbers may be: any value from `lowest` to `highest`, whole numbers only or not.
struct NumberRange {
  double lowest;
  double highest;
  bool whole;
};
NumberRange range_of(Datatype type) noexcept;

/// The datatype that a model's own type is told by.
Datatype datatype_of(model::ElementType type) noexcept;

/// The double that a half-precision (IEEE 754 binary16) or bfloat16 bit pattern stands for: exact.
double from_fp16(std::uint16_t bits) noexcept;
inline double from_bf16(std::uint16_t bits) noexcept {
  return static_cast<double>(std::bit_cast<float>(std::uint32_t{bits} << 16));
}

/// `value` as an element of the type holds it: rounded to nearest, ties to even; infinite beyond its range.
/// Types of whole numbers keep it as it is.
double rounded_to(Datatype type, double value) noexcept;

}  // namespace pelton::codec::v2
