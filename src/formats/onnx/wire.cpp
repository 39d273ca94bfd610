#include "formats/onnx/wire.hpp"

namespace pelton::formats::onnx {

bool WireReader::next(WireField& field) noexcept {
  if (malformed_ || reader_.done()) return false;
  malformed_ = !read(field);
  return !malformed_;
}

std::string_view WireReader::take_fixed32_run(const WireField& field) noexcept {
  constexpr std::size_t kStride = 1 + sizeof(std::uint32_t);
  const auto tag = static_cast<char>(field.number << 3 | static_cast<std::uint32_t>(WireType::fixed32));
  const std::string_view rest = message_.substr(reader_.position());
  std::size_t size = 0;
  while (rest.size() - size >= kStride && rest[size] == tag) size += kStride;
  std::string_view run;
  static_cast<void>(reader_.read_bytes(size, run));  // there are that many
  return run;
}

bool WireReader::read(WireField& field) noexcept {
  constexpr std::uint64_t kMaxTag = (std::uint64_t{1} << 32) - 1;
  std::uint64_t tag = 0;
  if (!reader_.read_varint(tag) || tag > kMaxTag || tag >> 3 == 0) return false;
  field.number = static_cast<std::uint32_t>(tag >> 3);
  field.type = static_cast<WireType>(tag & 7);
  const std::size_t begin = reader_.position();
  switch (field.type) {
    case WireType::varint:
      if (!reader_.read_varint(field.value)) return false;
      break;
    case WireType::fixed64:
      if (!reader_.read(field.value)) return false;
      break;
    case WireType::fixed32: {
      std::uint32_t bits = 0;
      if (!reader_.read(bits)) return false;
      field.value = bits;
      break;
    }
    case WireType::bytes: {
      std::uint64_t size = 0;
      return reader_.read_varint(size) && reader_.read_bytes(size, field.payload);
    }
    default: return false;
  }
  field.payload = message_.substr(begin, reader_.position() - begin);
  return true;
}

}  // namespace pelton::formats::onnx
