#include "operators/pattern.hpp"

#include <re2/re2.h>

#include <string>

#include "core/printable.hpp"

namespace pelton::operators {
namespace {

re2::StringPiece piece(std::string_view text) { return {text.data(), text.size()}; }

/// An empty text is somewhere, too: where it is, matches are measured from.
std::string_view somewhere(std::string_view text) { return text.data() == nullptr ? std::string_view("") : text; }

}  // namespace

Pattern::Pattern(const Node& node, std::string_view expression, Choice choice) {
  re2::RE2::Options options;
  options.set_longest_match(choice == Choice::longest);
  options.set_log_errors(false);
  expression_ = std::make_unique<const re2::RE2>(piece(expression), options);
  if (!expression_->ok()) {
    node.malformed("has the regular expression \"" + core::printable(expression) +
                   "\", which RE2 does not take: " + core::printable(expression_->error()));
  }
  // Repeats within repeats make much of a short text: many such nodes would take all memory.
  constexpr std::size_t kSmall = 4096;
  constexpr std::size_t kStepsPerByte = 64;
  if (static_cast<std::size_t>(expression_->ProgramSize()) > kSmall + kStepsPerByte * expression.size()) {
    node.refuse("has the regular expression \"" + core::printable(expression) + "\", which is too large compiled");
  }
}

Pattern::Pattern(Pattern&&) noexcept = default;
Pattern& Pattern::operator=(Pattern&&) noexcept = default;
Pattern::~Pattern() = default;

bool Pattern::matches_all_of(std::string_view text) const {
  return re2::RE2::FullMatch(piece(somewhere(text)), *expression_);
}

std::optional<Pattern::Range> Pattern::find(std::string_view text, std::size_t from) const {
  text = somewhere(text);
  re2::StringPiece match;
  if (!expression_->Match(piece(text), from, text.size(), re2::RE2::UNANCHORED, &match, 1)) return std::nullopt;
  const auto begin = static_cast<std::size_t>(match.data() - text.data());
  return Range{begin, begin + match.size()};
}

}  // namespace pelton::operators
