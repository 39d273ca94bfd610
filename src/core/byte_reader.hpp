#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <type_traits>

namespace pelton::core {

/// Reads little-endian values from a span, never beyond its end.
///
/// Every read says whether there was enough left; after a refusal the position is unchanged. The
/// bytes are the caller's and must outlive the views handed out.
class ByteReader {
 public:
  explicit ByteReader(std::span<const std::byte> bytes) noexcept : bytes_(bytes) {}
  explicit ByteReader(std::string_view text) noexcept : bytes_(std::as_bytes(std::span(text.data(), text.size()))) {}

  std::size_t position() const noexcept { return at_; }
  std::size_t remaining() const noexcept { return bytes_.size() - at_; }
  bool done() const noexcept { return at_ == bytes_.size(); }

  /// The next value in memory order (little-endian on every machine Pelton runs on).
  template <class T>
  requires std::is_trivially_copyable_v<T>
  [[nodiscard]] bool read(T& value) noexcept {
    if (remaining() < sizeof(T)) return false;
    std::memcpy(&value, bytes_.data() + at_, sizeof(T));
    at_ += sizeof(T);
    return true;
  }

  /// A view of the next `size` bytes.
  [[nodiscard]] bool read_bytes(std::uint64_t size, std::string_view& view) noexcept {
    if (remaining() < size) return false;
    view = {reinterpret_cast<const char*>(bytes_.data() + at_), static_cast<std::size_t>(size)};
    at_ += static_cast<std::size_t>(size);
    return true;
  }

  [[nodiscard]] bool skip(std::uint64_t size) noexcept {
    std::string_view ignored;
    return read_bytes(size, ignored);
  }

  /// A base-128 varint of at most ten bytes (protobuf's encoding).
  [[nodiscard]] bool read_varint(std::uint64_t& value) noexcept {
    std::uint64_t result = 0;
    for (std::size_t i = 0; i < 10 && at_ + i < bytes_.size(); ++i) {
      const auto byte = static_cast<std::uint64_t>(bytes_[at_ + i]);
      if (i == 9 && byte > 1) return false;
      result |= (byte & 0x7F) << (7 * i);
      if (byte < 0x80) {
        at_ += i + 1;
        value = result;
        return true;
      }
    }
    return false;
  }

 private:
  std::span<const std::byte> bytes_;
  std::size_t at_ = 0;
};

}  // namespace pelton::core
