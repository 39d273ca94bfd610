#include "operators/run_scanner.hpp"

#include <algorithm>

#include "operators/pattern.hpp"

namespace pelton::operators {
namespace {

constexpr std::size_t kAsciiCharacters = 0x80;

bool is_ascii(char c) { return static_cast<unsigned char>(c) < kAsciiCharacters; }

bool is_one_of(char c, std::string_view set) { return set.find(c) != std::string_view::npos; }

/// Length of an escape that stands for one character or class of ASCII, or the complement of one: 0 if
/// `text` begins with none.
std::size_t escape_length(std::string_view text) {
  if (text.size() < 2 || text[0] != '\\') return 0;
  return is_one_of(text[1], "tnfrvadwsDWS!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~") ? 2 : 0;
}

/// Length of a class in brackets, of ASCII characters and ranges only: all characters beyond ASCII belong
/// to it, or none. 0 if `text` begins with none.
std::size_t bracket_length(std::string_view text) {
  if (text.size() < 3 || text[0] != '[') return 0;
  std::size_t i = text[1] == '^' ? 2 : 1;
  if (i < text.size() && text[i] == ']') return 0;
  while (i < text.size() && text[i] != ']') {
    if (!is_ascii(text[i]) || text[i] == '[') return 0;
    const std::size_t step = text[i] == '\\' ? escape_length(text.substr(i)) : 1;
    if (step == 0) return 0;
    i += step;
  }
  return i < text.size() ? i + 1 : 0;
}

/// Length of the part of an expression that stands for one character: 0 where it is not so simple.
std::size_t class_length(std::string_view text) {
  if (text.empty()) return 0;
  if (text[0] == '[') return bracket_length(text);
  if (text[0] == '\\') return escape_length(text);
  return is_ascii(text[0]) && !is_one_of(text[0], "^$.|?*+(){}") ? 1 : 0;
}

/// Bytes of the characters that an expression for one character matches.
std::array<bool, 256> members(const Node& node, std::string_view one_character) {
  const Pattern pattern(node, one_character, Pattern::Choice::longest);
  std::array<bool, 256> result{};
  for (std::size_t c = 0; c < kAsciiCharacters; ++c) {
    const char character = static_cast<char>(c);
    result[c] = pattern.matches_all_of({&character, 1});
  }
  std::fill(result.begin() + kAsciiCharacters, result.end(), pattern.matches_all_of("\u00E9"));
  return result;
}

/// How often the last part of an expression is repeated at least, where that is without a bound above.
std::optional<std::size_t> least_repeats(std::string_view quantifier) {
  if (quantifier == "*") return 0;
  if (quantifier == "+") return 1;
  const bool counted = quantifier.size() == 4 && quantifier[0] == '{' && quantifier.substr(2) == ",}";
  if (counted && quantifier[1] >= '0' && quantifier[1] <= '9') return static_cast<std::size_t>(quantifier[1] - '0');
  return std::nullopt;
}

bool take_word_boundary(std::string_view& text, bool at_end) {
  constexpr std::string_view kBoundary = "\\b";
  if (at_end ? !text.ends_with(kBoundary) : !text.starts_with(kBoundary)) return false;
  if (at_end) {
    text.remove_suffix(kBoundary.size());
  } else {
    text.remove_prefix(kBoundary.size());
  }
  return true;
}

}  // namespace

std::optional<RunScanner> RunScanner::of_tokens(const Node& node, std::string_view expression) {
  const bool bounded_before = take_word_boundary(expression, false);
  const bool bounded_after = take_word_boundary(expression, true);
  const std::string_view one(expression.substr(0, class_length(expression)));
  if (one.empty()) return std::nullopt;
  std::size_t written = 0;  // how often the class is written
  while (expression.starts_with(one)) {
    expression.remove_prefix(one.size());
    ++written;
  }
  const std::optional<std::size_t> repeats = least_repeats(expression);
  if (!repeats || written + *repeats < 2) return std::nullopt;  // matches of nothing, or cut from runs
  RunScanner scanner;
  scanner.members_ = members(node, one);
  // A word boundary is at the ends of runs of word characters and nowhere within them.
  if ((bounded_before || bounded_after) && scanner.members_ != members(node, "\\w")) return std::nullopt;
  scanner.require(written - 1 + *repeats);
  return scanner;
}

std::optional<RunScanner> RunScanner::of_separators(const Node& node, std::span<const std::string> expressions) {
  RunScanner scanner;
  scanner.members_.fill(true);
  for (const std::string& expression : expressions) {
    const std::size_t length = class_length(expression);
    const std::string_view rest = std::string_view(expression).substr(length);
    if (length == 0 || (!rest.empty() && rest != "+")) return std::nullopt;
    const std::array<bool, 256> cuts = members(node, expression.substr(0, length));
    for (std::size_t c = 0; c < cuts.size(); ++c) scanner.members_[c] &= !cuts[c];
  }
  return scanner;
}

}  // namespace pelton::operators
