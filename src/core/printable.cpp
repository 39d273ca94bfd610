#include "core/printable.hpp"

#include "core/utf8.hpp"

namespace pelton::core {

namespace {

/// Whether a well-formed character is a control: U+0000 to U+001F, U+007F to U+009F.
bool is_control(std::string_view character) noexcept {
  const auto first = static_cast<unsigned char>(character.front());
  if (first == 0xC2) return static_cast<unsigned char>(character[1]) < 0xA0;
  return first < 0x20 || first == 0x7F;
}

}  // namespace

std::string printable(std::string_view text, std::size_t longest) {
  std::string shown;
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    const bool plain = length > 0 && !is_control(text.substr(0, length));
    const std::string_view character = plain ? text.substr(0, length) : "?";
    if (longest - shown.size() < character.size()) return shown + "…";
    shown += character;
    text.remove_prefix(length > 0 ? length : 1);
  }
  return shown;
}

}  // namespace pelton::core
