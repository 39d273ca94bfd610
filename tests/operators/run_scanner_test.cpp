#include "operators/run_scanner.hpp"

#include <gtest/gtest.h>

#include <random>

#include "operators/pattern.hpp"

namespace pelton::operators {
namespace {

using Texts = std::vector<std::string_view>;

Node any_node() {
  return Node(1, {}, {}, [](std::string_view) { return std::optional<AttributeValue>(); });
}

std::string random_text(std::mt19937& random) {
  static const std::vector<std::string> kPieces{"a",  "b", "Z", "0",  "_", " ",  ".", "-",
                                                "\\", "]", "^", "\n", "é", "漢", "𐐀"};
  std::string text;
  for (std::size_t n = random() % 20; n > 0; --n) text += kPieces[random() % kPieces.size()];
  return text;
}

Texts runs(const RunScanner& scanner, std::string_view text) {
  Texts result;
  scanner.scan(text, [&](std::string_view run) { result.push_back(run); });
  return result;
}

/// Successive matches by RE2 itself.
Texts matches(const Pattern& pattern, std::string_view text) {
  Texts result;
  std::size_t from = 0;
  while (const auto match = pattern.find(text, from)) {
    result.push_back(text.substr(match->begin, match->end - match->begin));
    from = match->end;
  }
  return result;
}

TEST(RunScanner, GivesWhatTheExpressionMatches) {
  std::mt19937 random(7);
  for (const char* expression :
       {"[a-zA-Z0-9_]+", "\\b\\w\\w+\\b", "\\w+", "\\b\\w+", "\\w{2,}\\b", "\\w\\w\\w*", "[^ ]+", "[^\\s.]+", "\\S+",
        "\\W+", "a+", "aa+", "[a\\]^-]+", "[^a-b\\n]+", "\\D{3,}", "\\.+", "[\\w.]+", "[\\\\]+"}) {
    SCOPED_TRACE(expression);
    const auto scanner = RunScanner::of_tokens(any_node(), expression);
    ASSERT_TRUE(scanner);
    const Pattern pattern(any_node(), expression, Pattern::Choice::longest);
    for (int i = 0; i < 300; ++i) {
      const std::string text = random_text(random);
      EXPECT_EQ(runs(*scanner, text), matches(pattern, text)) << text;
    }
  }
}

TEST(RunScanner, LeavesOtherExpressionsToRe2) {
  for (const char* expression :
       {"",       ".",     "[a-c]",  "a*",           "a{0,}",  "a{2,3}", "ab+", "(a)+", "a|b+",
        "^a+",    "a+$",   "\\pL+",  "[[:alpha:]]+", "(?i)a+", "[é]+",   "é+",  "a+?",  "\\ba+",
        "\\x41+", "[]a]+", "[^]a]+", "\\b",          "\\Ba+",  "a\\b",   "[a",  "\\"}) {
    EXPECT_FALSE(RunScanner::of_tokens(any_node(), expression)) << expression;
  }
}

TEST(RunScanner, CutsAtAnyOfItsSeparators) {
  const std::vector<std::string> separators{" ", "[.]", "-+", "\\n", "\\]"};
  const auto scanner = RunScanner::of_separators(any_node(), separators);
  ASSERT_TRUE(scanner);
  EXPECT_EQ(runs(*scanner, " a.b--c\n]é x"), (Texts{"a", "b", "c", "é", "x"}));
  for (const char* other : {"", "ab", "a*", "\\b", "é", "."}) {
    const std::vector<std::string> with_other{" ", other};
    EXPECT_FALSE(RunScanner::of_separators(any_node(), with_other)) << other;
  }
}

}  // namespace
}  // namespace pelton::operators
