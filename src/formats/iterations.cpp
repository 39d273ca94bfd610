#include "formats/iterations.hpp"

#include <charconv>

namespace pelton::formats {

namespace {

using core::Error;
using core::ErrorCode;

bool read_count(std::string_view text, std::size_t& count) {
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), count);
  return failure == std::errc() && end == text.data() + text.size();
}

}  // namespace

core::Result<Iterations> parse_iterations(std::string_view text) {
  Iterations iterations;
  if (text == "best") {
    iterations.best = true;
    return iterations;
  }
  const std::size_t colon = text.find(':');
  const std::string_view first = text.substr(0, colon);
  const std::string_view last = colon == std::string_view::npos ? "" : text.substr(colon + 1);
  std::size_t end = 0;
  const bool read = colon != std::string_view::npos && text.size() > 1 &&
                    (first.empty() || read_count(first, iterations.first)) && (last.empty() || read_count(last, end));
  if (!read) {
    return Error(ErrorCode::invalid_argument,
                 "\"" + std::string(text) + "\": expected A:B, A:, :B (rounds from A up to, not with, B) or best");
  }
  if (!last.empty()) iterations.last = end;
  if (iterations.last && *iterations.last <= iterations.first) {
    return Error(ErrorCode::invalid_argument, "\"" + std::string(text) + "\": the range holds no round");
  }
  return iterations;
}

std::string to_string(const Iterations& iterations) {
  if (iterations.best) return "best";
  std::string text = iterations.first == 0 ? "" : std::to_string(iterations.first);
  text += ':';
  if (iterations.last) text += std::to_string(*iterations.last);
  return text;
}

}  // namespace pelton::formats
