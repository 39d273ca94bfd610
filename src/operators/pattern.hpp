#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>

#include "operators/node.hpp"

namespace re2 {
class RE2;
}

namespace pelton::operators {

/// A regular expression in RE2's syntax (github.com/google/re2/wiki/Syntax) over UTF-8. It takes time in
/// proportion to the text, whatever the expression. Immutable: any number of threads may use it.
class Pattern {
 public:
  /// Which of the matches that begin first is meant: the one that alternatives and repeats prefer, or
  /// the longest.
  enum class Choice { preferred, longest };

  /// Refuses the node where RE2 does not take the expression.
  Pattern(const Node& node, std::string_view expression, Choice choice);
  Pattern(Pattern&&) noexcept;
  Pattern& operator=(Pattern&&) noexcept;
  ~Pattern();

  bool matches_all_of(std::string_view text) const;

  struct Range {
    std::size_t begin = 0;
    std::size_t end = 0;
  };
  /// The first match in `text` from byte `from` on (at most its size). What stands before is seen by \b.
  std::optional<Range> find(std::string_view text, std::size_t from) const;

 private:
  std::unique_ptr<const re2::RE2> expression_;
};

}  // namespace pelton::operators
