#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "operators/node.hpp"

namespace pelton::operators {

/// Characters of a UTF-8 text: bytes that are not the later ones of a sequence.
inline std::size_t characters(std::string_view text) noexcept {
  std::size_t count = 0;
  for (const char c : text) count += (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  return count;
}

/// Cuts texts into the longest runs of characters of one class, a byte at a time: what the expressions
/// that tokenizers mostly have come to ("[a-zA-Z0-9_]+", "\b\w\w+\b", separators " " and "[.]"), many times
/// as fast as an automaton.
class RunScanner {
 public:
  /// For an expression whose successive matches, the longest each, are the runs of at least some
  /// length; nothing for any other expression, and for what RE2 does not take.
  static std::optional<RunScanner> of_tokens(const Node& node, std::string_view expression);
  /// For separators each of which is one character of a class or a run of them: what stands between
  /// them, where it is not empty.
  static std::optional<RunScanner> of_separators(const Node& node, std::span<const std::string> expressions);

  /// Shorter runs are left out.
  void require(std::size_t least_characters) noexcept {
    least_ = least_ < least_characters ? least_characters : least_;
  }

  /// take(std::string_view) for every run of a well-formed text, in order.
  template <class Take>
  void scan(std::string_view text, const Take& take) const {
    const char* at = text.data();
    const char* const end = at + text.size();
    while (true) {
      while (at != end && !is_member(*at)) ++at;
      if (at == end) return;
      const char* const begin = at;
      while (at != end && is_member(*at)) ++at;
      const std::string_view run(begin, static_cast<std::size_t>(at - begin));
      if (least_ <= 1 || characters(run) >= least_) take(run);
    }
  }

 private:
  bool is_member(char c) const noexcept { return members_[static_cast<unsigned char>(c)]; }

  std::array<bool, 256> members_{};
  std::size_t least_ = 1;
};

}  // namespace pelton::operators
