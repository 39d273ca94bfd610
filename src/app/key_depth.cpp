#include "app/key_depth.hpp"

#include <algorithm>

namespace pelton::app {

namespace {

/// One past the end of the string that begins at `from`, of whichever of TOML's four kinds.
std::size_t end_of_string(std::string_view toml, std::size_t from) noexcept {
  const char quote = toml[from];
  const bool triple = toml.substr(from, 3) == std::string_view(quote == '"' ? "\"\"\"" : "'''");
  const std::string_view end = triple ? toml.substr(from, 3) : toml.substr(from, 1);
  for (std::size_t i = from + end.size(); i < toml.size(); ++i) {
    if (toml[i] == '\\' && quote == '"') {
      ++i;
    } else if (toml.substr(i, end.size()) == end) {
      i += end.size();
      // Up to two quotes may stand right before the three that end it.
      for (int more = 0; triple && more < 2 && i < toml.size() && toml[i] == quote; ++more) ++i;
      return i;
    } else if (toml[i] == '\n' && !triple) {
      return i;  // not TOML
    }
  }
  return toml.size();
}

}  // namespace

std::optional<std::size_t> find_deep_key(std::string_view toml) noexcept {
  std::size_t names = 1;
  for (std::size_t i = 0; i < toml.size(); ++i) {
    switch (toml[i]) {
      case '"':
      case '\'': i = end_of_string(toml, i) - 1; break;
      case '#': i = std::min(toml.find('\n', i), toml.size()) - 1; break;
      case '.':
        if (++names > kMostKeyNames) return i;
        break;
      case '\n':
      case '=':
      case ',':
      case '[':
      case ']':
      case '{':
      case '}': names = 1; break;
      default: break;
    }
  }
  return std::nullopt;
}

}  // namespace pelton::app
