#include "core/letter_case.hpp"

#include <gtest/gtest.h>

namespace pelton::core {
namespace {

TEST(LetterCase, MapsLettersOfEveryScript) {
  EXPECT_EQ(to_lower(U'A'), U'a');
  EXPECT_EQ(to_upper(U'z'), U'Z');
  EXPECT_EQ(to_lower(U'É'), U'é');
  EXPECT_EQ(to_lower(U'Σ'), U'σ');
  EXPECT_EQ(to_upper(U'ς'), U'Σ');
  EXPECT_EQ(to_lower(U'Ж'), U'ж');
  EXPECT_EQ(to_upper(U'ÿ'), U'Ÿ');                    // U+0178, far from its other case
  EXPECT_EQ(to_lower(U'\u212A'), U'k');               // the Kelvin sign
  EXPECT_EQ(to_lower(U'\U00010400'), U'\U00010428');  // beyond 16 bits
  EXPECT_EQ(to_upper(U'\U0001E943'), U'\U0001E921');  // the last one
}

TEST(LetterCase, LeavesWhatHasNoOtherCaseOfOneLetter) {
  for (const char32_t c : {U'0', U' ', U'[', U'@', U'ß', U'ŉ', U'漢', U'\U0010FFFF', U'\0'}) {
    EXPECT_EQ(to_lower(c), c) << static_cast<unsigned>(c);
    EXPECT_EQ(to_upper(c), c) << static_cast<unsigned>(c);
  }
}

TEST(LetterCase, MapsEveryOtherLetterWhereCasesAlternate) {
  EXPECT_EQ(to_lower(U'\u0100'), U'\u0101');
  EXPECT_EQ(to_lower(U'\u0101'), U'\u0101');
  EXPECT_EQ(to_upper(U'\u0101'), U'\u0100');
  EXPECT_EQ(to_upper(U'\u0100'), U'\u0100');
}

TEST(LetterCase, CasesOfADigraphMeet) {
  EXPECT_EQ(to_lower(U'\u01C5'), U'\u01C6');  // ǅ, a title case
  EXPECT_EQ(to_upper(U'\u01C5'), U'\u01C4');
  EXPECT_EQ(to_lower(U'\u0130'), U'i');  // İ
}

}  // namespace
}  // namespace pelton::core
