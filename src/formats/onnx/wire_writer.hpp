#pragma once

#include <bit>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "formats/onnx/wire.hpp"

namespace pelton::formats::onnx {

/// Writes the fields of one protobuf message in the order of the calls. The same calls give the same
/// bytes; nothing is left out for being zero.
class WireWriter {
 public:
  void integer(std::uint32_t field, std::int64_t value) {
    tag(field, WireType::varint);
    varint(static_cast<std::uint64_t>(value));
  }
  void number(std::uint32_t field, float value) {
    tag(field, WireType::fixed32);
    const auto bits = std::bit_cast<std::uint32_t>(value);
    bytes_.append(reinterpret_cast<const char*>(&bits), sizeof(bits));
  }
  void text(std::uint32_t field, std::string_view value) {
    tag(field, WireType::bytes);
    varint(value.size());
    bytes_.append(value);
  }
  void message(std::uint32_t field, const WireWriter& message) { text(field, message.bytes_); }

  std::string take() { return std::move(bytes_); }

 private:
  void tag(std::uint32_t field, WireType type) { varint(std::uint64_t{field} << 3 | static_cast<std::uint64_t>(type)); }
  void varint(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7) bytes_ += static_cast<char>(value | 0x80);
    bytes_ += static_cast<char>(value);
  }

  std::string bytes_;
};

}  // namespace pelton::formats::onnx
