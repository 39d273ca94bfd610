#include "core/text_buffer.hpp"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <random>
#include <string>

namespace pelton::core {
namespace {

std::string json(double value) {
  TextBuffer out;
  append_json_number(out, value);
  return std::string(out.view());
}
std::string json(float value) {
  TextBuffer out;
  append_json_number(out, value);
  return std::string(out.view());
}
std::string json(std::string_view text) {
  TextBuffer out;
  append_json_string(out, text);
  return std::string(out.view());
}

TEST(JsonNumber, IsAlwaysRecognisableAsFloatingPoint) {
  EXPECT_EQ(json(2.0), "2.0");
  EXPECT_EQ(json(-0.0), "-0.0");
  EXPECT_EQ(json(0.1), "0.1");
  EXPECT_EQ(json(1e22), "1e+22");
  EXPECT_EQ(json(5e-324), "5e-324");
  EXPECT_EQ(json(123456789.0), "123456789.0");
  EXPECT_EQ(json(0.1f), "0.1");
}

TEST(JsonNumber, ReadsBackToTheSameBits) {
  std::mt19937_64 random(3);
  for (int i = 0; i < 20'000; ++i) {
    const auto value = std::bit_cast<double>(random());
    if (!std::isfinite(value)) continue;
    const std::string text = json(value);
    EXPECT_EQ(std::bit_cast<std::uint64_t>(std::strtod(text.c_str(), nullptr)), std::bit_cast<std::uint64_t>(value))
        << text;
    EXPECT_LE(text.size(), 26U);
  }
}

TEST(JsonString, EscapesWhatJsonForbids) {
  EXPECT_EQ(json("a\"b\\c\n\r\t"), R"("a\"b\\c\n\r\t")");
  EXPECT_EQ(json(std::string_view("\0\x1f\x7f", 3)), R"("\u0000\u001f\u007f")");
  EXPECT_EQ(json("h\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80"), "\"h\xC3\xA9 \xE2\x82\xAC \xF0\x9F\x98\x80\"");
}

TEST(JsonString, BytesThatAreNotUtf8BecomeReplacementCharacters) {
  EXPECT_EQ(json("a\xFF"), "\"a\xEF\xBF\xBD\"");
  EXPECT_EQ(json("\xED\xA0\x80"), "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"") << "a surrogate";
  EXPECT_EQ(json("\xC3"), "\"\xEF\xBF\xBD\"") << "cut off";
}

TEST(TextBuffer, GrowsAndKeepsWhatItHeld) {
  TextBuffer out;
  std::string expected;
  for (int i = 0; i < 10'000; ++i) {
    out.append_integer(i);
    out.append(',');
    expected += std::to_string(i) + ",";
  }
  EXPECT_EQ(out.view(), expected);
  out.truncate(3);
  EXPECT_EQ(out.view(), "0,1");
  out.clear();
  EXPECT_TRUE(out.empty());
}

TEST(TextBuffer, WritesTheExtremesOfIntegers) {
  TextBuffer out;
  out.append_integer(std::numeric_limits<std::int64_t>::min());
  out.append(' ');
  out.append_integer(std::numeric_limits<std::uint64_t>::max());
  EXPECT_EQ(out.view(), "-9223372036854775808 18446744073709551615");
}

}  // namespace
}  // namespace pelton::core
