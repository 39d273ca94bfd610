#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/byte_reader.hpp"

namespace pelton::formats::onnx {

/// How a field's value is encoded (protobuf encoding guide, "message structure").
enum class WireType : std::uint8_t { varint = 0, fixed64 = 1, bytes = 2, fixed32 = 5 };

/// One field of a protobuf message.
struct WireField {
  std::uint32_t number = 0;
  WireType type = WireType::varint;
  std::uint64_t value = 0;   ///< of a varint or fixed field: its bits
  std::string_view payload;  ///< of a bytes field: what it holds; of the others: the encoded value itself
};

/// Walks the fields of one protobuf message without copying anything.
///
/// Groups (deprecated, and used by no ONNX message) and anything that runs past the end make the
/// message malformed. The bytes must outlive the views handed out.
class WireReader {
 public:
  explicit WireReader(std::string_view message) noexcept : message_(message), reader_(message) {}

  /// The next field; false at the end or where the message is malformed.
  [[nodiscard]] bool next(WireField& field) noexcept;
  /// Passes over the fields that follow with the number (below 16) and fixed32 type of `field`, back to back:
  /// how a list is written unpacked. Each is a byte of tag and four of value.
  [[nodiscard]] std::string_view take_fixed32_run(const WireField& field) noexcept;
  /// Whether `next` stopped for what is wrong rather than at the end.
  bool malformed() const noexcept { return malformed_; }
  /// Bytes read so far.
  std::size_t position() const noexcept { return reader_.position(); }

 private:
  bool read(WireField& field) noexcept;

  std::string_view message_;
  core::ByteReader reader_;
  bool malformed_ = false;
};

}  // namespace pelton::formats::onnx
