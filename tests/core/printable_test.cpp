#include "core/printable.hpp"

#include <gtest/gtest.h>

#include <string>

namespace pelton::core {
namespace {

TEST(Printable, LeavesTextAlone) {
  EXPECT_EQ(printable(""), "");
  EXPECT_EQ(printable("sepal length (cm)"), "sepal length (cm)");
  EXPECT_EQ(printable("Köln → 東京 \xC2\xA0"), "Köln → 東京 \xC2\xA0");
}

TEST(Printable, ReplacesWhatATerminalMayObey) {
  EXPECT_EQ(printable("\x1B[2J\r\n\t\x07\x7F"), "?[2J?????");
  EXPECT_EQ(printable(std::string("a\0b", 3)), "a?b");
  // C1 controls, as UTF-8 (CSI is U+009B) and as lone bytes; what is no UTF-8.
  EXPECT_EQ(printable("\xC2\x9B"
                      "2J\xC2\x80\xC2\x9F"),
            "?2J??");
  EXPECT_EQ(printable("\x9B"
                      "2J\xC3\xFF\xE2\x82"),
            "?2J????");
}

TEST(Printable, CutsAtACharacter) {
  const std::string longest(80, 'a');
  EXPECT_EQ(printable(longest), longest);
  EXPECT_EQ(printable(longest + 'a'), longest + "…");
  EXPECT_EQ(printable("aaé", 3), "aa…");
  EXPECT_EQ(printable("aaé", 4), "aaé");
  EXPECT_EQ(all_printable(longest + longest + '\n'), longest + longest + '?');
}

}  // namespace
}  // namespace pelton::core
