#include "codec/field_errors.hpp"

namespace pelton::codec {

namespace {

constexpr std::size_t kLongestToken = 100;

}  // namespace

std::string_view shortened(std::string_view text) noexcept {
  if (text.size() <= kLongestToken) return text;
  std::size_t size = kLongestToken;
  while (size > 0 && (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80) --size;
  return text.substr(0, size);
}

void FieldErrors::tell_line(FieldError& error) const {
  error.detail = "line " + std::to_string(line_) + ": " + error.detail;
}

Problem FieldErrors::take_problem() {
  Problem problem;
  const FieldError& first = errors_.front();
  const std::size_t count = errors_.size() + more_;
  std::string& detail = problem.detail;
  if (!first.pointer.empty()) detail.append(first.pointer).append(": ");
  detail += first.detail;
  if (count > 1) {
    detail.append(" (and ").append(counted(count - 1, "further error")).append(")");
  }
  problem.more = more_;
  problem.errors = std::exchange(errors_, {});
  more_ = 0;
  return problem;
}

void append_pointer(std::string& pointer, std::string_view token) {
  pointer += '/';
  const std::string_view shown = shortened(token);
  for (const char c : shown) {
    if (c == '~') {
      pointer += "~0";
    } else if (c == '/') {
      pointer += "~1";
    } else {
      pointer += c;
    }
  }
  if (shown.size() < token.size()) pointer += "…";
}

void append_pointer(std::string& pointer, std::size_t index) { pointer.append("/").append(std::to_string(index)); }

std::string in_quotes(std::string_view name) {
  std::string text = "\"";
  const std::string_view shown = shortened(name);
  text += shown;
  if (shown.size() < name.size()) text += "…";
  return text += '"';
}

std::string counted(std::size_t count, std::string_view noun) {
  std::string text = std::to_string(count);
  text.append(" ").append(noun);
  if (count != 1) text += 's';
  return text;
}

}  // namespace pelton::codec
