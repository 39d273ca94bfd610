#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace pelton::tensor {

/// Element types of tensors. The numbers are those of TensorProto.DataType
/// (github.com/onnx/onnx, onnx/onnx-ml.proto); a file may hold any other, which no tensor has.
enum class DataType : std::int32_t {
  undefined = 0,
  float32 = 1,
  uint8 = 2,
  int8 = 3,
  uint16 = 4,
  int16 = 5,
  int32 = 6,
  int64 = 7,
  string = 8,
  boolean = 9,
  float16 = 10,
  float64 = 11,
  uint32 = 12,
  uint64 = 13,
  bfloat16 = 16,
};

/// "float", "int64", …, as ONNX writes them.
std::string_view to_string(DataType type) noexcept;

/// Bytes of an element; 0 for undefined and unknown types.
std::size_t element_bytes(DataType type) noexcept;

/// Float or double: what models calculate with.
constexpr bool is_floating(DataType type) noexcept { return type == DataType::float32 || type == DataType::float64; }

/// IEEE 754 binary16: an element that is stored narrow and calculated with as float.
struct Float16 {
  std::uint16_t bits = 0;
  Float16() = default;
  /// Rounds to nearest, ties to even; beyond the largest it is infinite.
  explicit Float16(float value) noexcept;
  operator float() const noexcept;
};

/// The upper half of a float.
struct BFloat16 {
  std::uint16_t bits = 0;
  BFloat16() = default;
  /// Rounds to nearest, ties to even.
  explicit BFloat16(float value) noexcept;
  operator float() const noexcept { return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16); }
};

/// The DataType whose elements are held as T (bool as bool, string as string_view).
template <class T>
inline constexpr DataType kTypeOf = DataType::undefined;
template <>
inline constexpr DataType kTypeOf<float> = DataType::float32;
template <>
inline constexpr DataType kTypeOf<double> = DataType::float64;
template <>
inline constexpr DataType kTypeOf<Float16> = DataType::float16;
template <>
inline constexpr DataType kTypeOf<BFloat16> = DataType::bfloat16;
template <>
inline constexpr DataType kTypeOf<bool> = DataType::boolean;
template <>
inline constexpr DataType kTypeOf<std::int8_t> = DataType::int8;
template <>
inline constexpr DataType kTypeOf<std::int16_t> = DataType::int16;
template <>
inline constexpr DataType kTypeOf<std::int32_t> = DataType::int32;
template <>
inline constexpr DataType kTypeOf<std::int64_t> = DataType::int64;
template <>
inline constexpr DataType kTypeOf<std::uint8_t> = DataType::uint8;
template <>
inline constexpr DataType kTypeOf<std::uint16_t> = DataType::uint16;
template <>
inline constexpr DataType kTypeOf<std::uint32_t> = DataType::uint32;
template <>
inline constexpr DataType kTypeOf<std::uint64_t> = DataType::uint64;
template <>
inline constexpr DataType kTypeOf<std::string_view> = DataType::string;

}  // namespace pelton::tensor
