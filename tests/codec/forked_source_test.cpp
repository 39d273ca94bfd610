#include "codec/forked_source.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "codec/text_source.hpp"
#include "pieced_text.hpp"

namespace pelton::codec {
namespace {

std::string all_of(ByteSource& source, std::size_t most) {
  std::string text;
  std::string piece(most, '\0');
  for (;;) {
    const auto got = source.read(piece.data(), most);
    if (!got || *got == 0) return text;
    text.append(piece, 0, *got);
  }
}

TEST(TextSource, GivesTheTextInPieces) {
  TextSource source("abcdefg", 3);
  char piece[8];
  EXPECT_EQ(*source.read(piece, 8), 3U);
  EXPECT_EQ(*source.read(piece, 2), 2U);
  EXPECT_EQ(all_of(source, 8), "fg");
}

TEST(ForkedSource, GivesBothReadersAll) {
  TextSource source("0123456789", 4);
  ForkedSource forked(source);
  char piece[4];
  EXPECT_EQ(*forked.first().read(piece, 3), 3U);
  EXPECT_EQ(*forked.second().read(piece, 2), 2U);
  EXPECT_EQ(std::string(piece, 2), "01");
  EXPECT_EQ(all_of(forked.second(), 4), "23456789");
  EXPECT_EQ(all_of(forked.first(), 1), "3456789");
}

TEST(ForkedSource, PassesErrorsOn) {
  BrokenSource source;
  ForkedSource forked(source);
  char piece[4];
  EXPECT_FALSE(forked.first().read(piece, 4).has_value());
  EXPECT_FALSE(forked.second().read(piece, 4).has_value());
}

}  // namespace
}  // namespace pelton::codec
