#include "core/utf8.hpp"

#include <gtest/gtest.h>

#include <string>

namespace pelton::core {
namespace {

TEST(Utf8, EveryScalarValueRoundTrips) {
  for (char32_t scalar = 1; scalar <= 0x10FFFF; ++scalar) {
    if (scalar >= 0xD800 && scalar <= 0xDFFF) continue;
    char bytes[4];
    const std::size_t length = encode_utf8(scalar, bytes);
    ASSERT_EQ(utf8_length({bytes, length}), length) << static_cast<unsigned>(scalar);
    for (std::size_t cut = 1; cut < length; ++cut) ASSERT_EQ(utf8_length({bytes, cut}), 0U);
  }
}

TEST(Utf8, RefusesWhatIsNotShortestOrNotAScalar) {
  for (const char* bad :
       {"\xC0\x80", "\xC1\xBF", "\xE0\x80\x80", "\xE0\x9F\xBF", "\xF0\x80\x80\x80", "\xF0\x8F\xBF\xBF", "\xED\xA0\x80",
        "\xED\xBF\xBF", "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\x80", "\xBF", "\xFE", "\xFF", "\xE2\x28\xA1"}) {
    EXPECT_EQ(utf8_length(bad), 0U) << std::string(bad);
    EXPECT_FALSE(is_utf8(std::string("plain text ") + bad));
  }
}

TEST(Utf8, LooksAtEveryByteOfALongText) {
  std::string text(100, 'a');
  EXPECT_TRUE(is_utf8(text));
  for (std::size_t i = 0; i < text.size(); ++i) {
    std::string broken = text;
    broken[i] = '\xFF';
    EXPECT_FALSE(is_utf8(broken)) << i;
  }
}

}  // namespace
}  // namespace pelton::core
