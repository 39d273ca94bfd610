#include "core/text_buffer.hpp"

#include <array>
#include <cassert>
#include <cmath>
#include <new>

#include "core/utf8.hpp"

namespace pelton::core {

void TextBuffer::grow(std::size_t n) {
  if (n > static_cast<std::size_t>(-1) / 4 - size_) throw std::bad_alloc();
  std::size_t target = capacity_ < 256 ? 256 : capacity_ * 2;
  if (target < size_ + n) target = size_ + n;
  std::unique_ptr<char[]> fresh(new char[target]);
  if (size_ != 0) std::memcpy(fresh.get(), data_.get(), size_);
  data_ = std::move(fresh);
  capacity_ = target;
}

namespace {

template <class Float>
void append_shortest(TextBuffer& out, Float value) {
  assert(std::isfinite(value));
  constexpr std::size_t kLongest = 40;
  char* const first = out.room(kLongest);
  char* const last = std::to_chars(first, first + kLongest - 2, value).ptr;
  std::size_t size = static_cast<std::size_t>(last - first);
  bool floating = false;
  for (const char* p = first; p != last; ++p) floating |= *p == '.' || *p == 'e';
  if (!floating) {
    first[size++] = '.';
    first[size++] = '0';
  }
  out.advance(size);
}

}  // namespace

void append_json_number(TextBuffer& out, double value) { append_shortest(out, value); }
void append_json_number(TextBuffer& out, float value) { append_shortest(out, value); }

void append_json_string(TextBuffer& out, std::string_view text) {
  static constexpr std::string_view kHex = "0123456789abcdef";
  out.append('"');
  std::size_t i = 0;
  while (i < text.size()) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c >= 0x80) {
      const std::size_t length = utf8_length(text.substr(i));
      if (length == 0) {
        out.append("\xEF\xBF\xBD");
        ++i;
      } else {
        out.append(text.substr(i, length));
        i += length;
      }
      continue;
    }
    switch (c) {
      case '"': out.append("\\\""); break;
      case '\\': out.append("\\\\"); break;
      case '\n': out.append("\\n"); break;
      case '\r': out.append("\\r"); break;
      case '\t': out.append("\\t"); break;
      default:
        if (c < 0x20 || c == 0x7F) {
          const std::array<char, 6> escaped{'\\', 'u', '0', '0', kHex[c >> 4], kHex[c & 15]};
          out.append({escaped.data(), escaped.size()});
        } else {
          out.append(static_cast<char>(c));
        }
    }
    ++i;
  }
  out.append('"');
}

}  // namespace pelton::core
