#include "formats/lightgbm/lines.hpp"

#include <algorithm>
#include <cstring>

#include "core/printable.hpp"

namespace pelton::formats::lightgbm {

namespace {

/// Where the line that begins at `at` ends, its line feed not counted.
std::size_t line_end(std::string_view text, std::size_t at) noexcept {
  const void* found = std::memchr(text.data() + at, '\n', text.size() - at);
  return found == nullptr ? text.size() : static_cast<std::size_t>(static_cast<const char*>(found) - text.data());
}

}  // namespace

bool Lines::peek(Line& line) const noexcept {
  if (at_ >= text_.size()) return false;
  std::string_view text = text_.substr(at_, line_end(text_, at_) - at_);
  if (text.ends_with('\r')) text.remove_suffix(1);
  const std::size_t equals = std::min(text.find('='), text.size());
  line = {text, text.substr(0, equals), text.substr(std::min(equals + 1, text.size())), number_};
  return true;
}

void Lines::skip() noexcept {
  if (at_ >= text_.size()) return;
  at_ = std::min(line_end(text_, at_) + 1, text_.size());
  ++number_;
}

core::Error fault(const Line& line, core::ErrorCode code, const std::string& what) {
  constexpr std::size_t kMostKey = 40;  // a damaged line may be one long word
  return {code, "line " + std::to_string(line.number) + ", " + core::printable(line.key, kMostKey) + ": " + what};
}

core::Error fault(const Line& line, const std::string& what) { return fault(line, core::ErrorCode::malformed, what); }

std::string quoted(std::string_view text) {
  constexpr std::size_t kMost = 40;
  return "\"" + core::printable(text, kMost) + "\"";
}

}  // namespace pelton::formats::lightgbm
