#include "codec/decimal.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <bit>
#include <charconv>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <random>
#include <string>

#include "support.hpp"

namespace pelton::codec {
namespace {

struct NumberVector {
  std::string text;
  std::uint64_t bits;
};

/// Literals with the bits of their nearest double, as CPython's float() gives them (David Gay's exact
/// conversion): least and greatest, halfway cases, more digits than a double holds, small and large
/// integers, and those that made other converters stumble.
std::vector<NumberVector> known_numbers() {
  return {
      {"0", 0x0000000000000000},
      {"-0", 0x8000000000000000},
      {"0.0", 0x0000000000000000},
      {"-0.0", 0x8000000000000000},
      {"0e0", 0x0000000000000000},
      {"0E+999999", 0x0000000000000000},
      {"-0e-999999999999999999999", 0x8000000000000000},
      {"1", 0x3FF0000000000000},
      {"-1", 0xBFF0000000000000},
      {"1.25", 0x3FF4000000000000},
      {"2.5e1", 0x4039000000000000},
      {"2.5E+1", 0x4039000000000000},
      {"250e-1", 0x4039000000000000},
      {"0.1", 0x3FB999999999999A},
      {"0.3", 0x3FD3333333333333},
      {"123456", 0x40FE240000000000},
      {"1234567", 0x4132D68700000000},
      {"12345678", 0x41678C29C0000000},
      {"123456789", 0x419D6F3454000000},
      {"1700000000", 0x41D954FC40000000},
      {"0.1234567", 0x3FBF9ADBB8F8DA72},
      {"1.2345678901234567", 0x3FF3C0CA428C59FB},
      {"-0.12345678901234567", 0xBFBF9ADD3746F65E},
      {"3.141592653589793", 0x400921FB54442D18},
      {"2.718281828459045235360287471352662497757", 0x4005BF0A8B145769},
      {"1.7976931348623157e308", 0x7FEFFFFFFFFFFFFF},
      {"1.7976931348623158e308", 0x7FEFFFFFFFFFFFFF},
      {"2.2250738585072014e-308", 0x0010000000000000},
      {"2.2250738585072011e-308", 0x000FFFFFFFFFFFFF},
      {"2.2250738585072012e-308", 0x0010000000000000},
      {"5e-324", 0x0000000000000001},
      {"4.9406564584124654e-324", 0x0000000000000001},
      {"2.4703282292062328e-324", 0x0000000000000001},
      {"2.4703282292062327e-324", 0x0000000000000000},
      {"-2.4703282292062327e-324", 0x8000000000000000},
      {"2e-324", 0x0000000000000000},
      {"1e-400", 0x0000000000000000},
      {"-1e-99999", 0x8000000000000000},
      {"9007199254740993", 0x4340000000000000},
      {"9007199254740993.0", 0x4340000000000000},
      {"9007199254740992.9999999999", 0x4340000000000000},
      {"9007199254740993.0000000001", 0x4340000000000001},
      {"9007199254740995", 0x4340000000000002},
      {"-9007199254740993e0", 0xC340000000000000},
      {"900719925474099300000e-5", 0x4340000000000000},
      {"1.00000000000000011102230246251565404236316680908203125", 0x3FF0000000000000},
      {"1.00000000000000011102230246251565404236316680908203124", 0x3FF0000000000000},
      {"1.00000000000000011102230246251565404236316680908203126", 0x3FF0000000000001},
      {"1.00000000000000033306690738754696212708950042724609375", 0x3FF0000000000002},
      {"0.500000000000000166533453693773481063544750213623046875", 0x3FE0000000000002},
      {"8.5", 0x4021000000000000},
      {"1e22", 0x4480F0CF064DD592},
      {"1e23", 0x44B52D02C7E14AF6},
      {"89255e-22", 0x3C6494AF6CE5221F},
      {"104110013277974872254e-225", 0x1560B661A31987AE},
      {"12345e-320", 0x00000000017D43BE},
      {"0.000000000000000000000000000000000001", 0x38754484932D2E72},
      {"0.0000000000000000000000000000000000000000000000000001", 0x352327FC58DA0F70},
      {"100000000000000000000000000000000000000000000000000", 0x4A511B0EC57E649A},
      {"1000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000e-84",
       0x412E848000000000},
      {"1.000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000",
       0x3FF0000000000000},
      {"9.5", 0x4023000000000000},
      {"99.99", 0x4058FF5C28F5C28F},
      {"0.00012345678901234567", 0x3F202E85BE180B74},
      {"0.000000012345678901234567", 0x3E4A831BD731A289},
      {"1234567.8", 0x4132D687CCCCCCCD},
      {"12345678.9", 0x41678C29DCCCCCCD},
      {"123456.78901234567", 0x40FE240C9FCB68CD},
      {"7.0064923216240854e-46", 0x3690000000000000},
      {"1.1754943508222875e-38", 0x3810000000000000},
      {"6.103515625e-05", 0x3F10000000000000},
      {"1e-05", 0x3EE4F8B588E368F1},
      {"1.5e-07", 0x3E8421F5F40D8376},
      {"18446744073709551615", 0x43F0000000000000},
      {"18446744073709551616", 0x43F0000000000000},
      {"9223372036854775807", 0x43E0000000000000},
      {"0.12345678901234567890123456789", 0x3FBF9ADD3746F65F},
      {"1234567.12345678901234567890", 0x4132D6871F9ADD37},
  };
}

TEST(ScanNumber, GivesTheNearestDoubleOfKnownLiterals) {
  for (const NumberVector& vector : known_numbers()) {
    for (const char padding : {'0', '9', '.', 'e', '-', ' ', '\0', '\xFF'}) {
      const PaddedBody body(vector.text, padding);
      const char* const last = body.view().data() + body.view().size();
      for (const ScannedNumber& number :
           {scan_number(body.view().data(), last), scan_number_exactly(body.view().data(), last)}) {
        EXPECT_EQ(number.fault, NumberFault::none) << vector.text;
        EXPECT_EQ(number.end, last) << vector.text;
        EXPECT_EQ(std::bit_cast<std::uint64_t>(number.value), vector.bits) << vector.text;
      }
    }
  }
}

TEST(ScanNumber, RefusesWhatNoDoubleHolds) {
  for (const std::string text : {"1e400", "-1e400", "1e309", "1.7976931348623159e308", "1.8e308", "123e99999999999999",
                                 "100000000000000000000e300", "0.00001e320"}) {
    const PaddedBody body(text);
    const ScannedNumber number = scan_number(body.view().data(), body.view().data() + text.size());
    EXPECT_EQ(number.fault, NumberFault::out_of_range) << text;
    EXPECT_EQ(number.end, body.view().data() + text.size()) << text;
  }
  const PaddedBody digits(std::string(400, '9'));
  EXPECT_EQ(scan_number(digits.view().data(), digits.view().data() + 400).fault, NumberFault::out_of_range);
}

TEST(ScanNumber, RefusesWhatIsNoNumberInJson) {
  for (const std::string text :
       {"",     "-",    "+1",    ".5",  "-.5",  "1.",       "-1.",       "1.e5",
        "1e",   "1E+",  "1e-",   "00",  "01",   "-01",      "00.5",      "--1",
        "1e1.", "0x1",  "1.5.2", "1-2", "1/2",  "e5",       "12345678.", "123456789012345678901234.",
        "0.e1", "1.2e", "- 1",   "١",   "1.e1", "1212306.", "-1212306.", "1212306.e1"}) {
    for (const char padding : {'0', '5', '.', 'e', ' ', '\0', '\xFF'}) {
      const PaddedBody body(text, padding);
      const char* const last = body.view().data() + text.size();
      const ScannedNumber number = scan_number_exactly(body.view().data(), last);
      EXPECT_TRUE(number.fault == NumberFault::malformed || number.end != last) << text;
      EXPECT_LE(number.end, last) << text;
      if (text.empty()) continue;
      const ScannedNumber fast = scan_number(body.view().data(), last);
      EXPECT_EQ(fast.fault, number.fault) << text;
      EXPECT_EQ(fast.end, number.end) << text;
    }
  }
}

TEST(ScanNumber, ReadsTenMillionDigits) {
  constexpr std::size_t kDigits = 10'000'000;
  const auto value_of = [](std::string text) {
    const PaddedBody body(text);
    const ScannedNumber number = scan_number(body.view().data(), body.view().data() + text.size());
    EXPECT_EQ(number.fault, NumberFault::none);
    EXPECT_EQ(number.end, body.view().data() + text.size());
    return number.value;
  };
  EXPECT_EQ(value_of("0." + std::string(kDigits, '3')), 1.0 / 3.0);
  EXPECT_EQ(value_of("0." + std::string(kDigits, '0') + "1e" + std::to_string(kDigits + 1)), 1.0);
  EXPECT_EQ(value_of("1" + std::string(kDigits, '0') + "e-" + std::to_string(kDigits)), 1.0);
  EXPECT_EQ(value_of("1." + std::string(kDigits, '0') + "1"), 1.0);
  EXPECT_EQ(value_of("1e" + std::string(kDigits, '0') + "2"), 100.0);
}

/// Both ways of reading against the standard library's conversion.
void expect_like_strtod(const std::string& text) {
  const double expected = std::strtod(text.c_str(), nullptr);
  const PaddedBody body(text);
  const char* const last = body.view().data() + text.size();
  for (const ScannedNumber& number :
       {scan_number(body.view().data(), last), scan_number_exactly(body.view().data(), last)}) {
    ASSERT_EQ(number.end, last) << text;
    if (std::isinf(expected)) {
      ASSERT_EQ(number.fault, NumberFault::out_of_range) << text;
    } else {
      ASSERT_EQ(number.fault, NumberFault::none) << text;
      ASSERT_EQ(std::bit_cast<std::uint64_t>(number.value), std::bit_cast<std::uint64_t>(expected)) << text;
    }
  }
}

TEST(ScanNumber, GivesBackTheBitsOfEveryPrintedDouble) {
  std::mt19937_64 random(20240611);
  for (int i = 0; i < 200'000; ++i) {
    // Any double; one near 1, as features are; one with few bits.
    double value = std::bit_cast<double>(random());
    if (i % 3 == 1) value = std::ldexp(static_cast<double>(random() >> 11), -static_cast<int>(random() % 100));
    if (i % 3 == 2) value = std::ldexp(static_cast<double>(random() >> 58), static_cast<int>(random() % 60) - 30);
    if (!std::isfinite(value)) continue;
    char text[400];
    for (const auto format : {std::chars_format::general, std::chars_format::fixed, std::chars_format::scientific}) {
      if (format == std::chars_format::fixed && (std::fabs(value) > 1e60 || std::fabs(value) < 1e-60)) continue;
      const char* const end = std::to_chars(text, text + sizeof text, value, format).ptr;
      const PaddedBody body(std::string_view(text, static_cast<std::size_t>(end - text)));
      const ScannedNumber number = scan_number(body.view().data(), body.view().data() + body.view().size());
      ASSERT_EQ(number.fault, NumberFault::none) << body.view();
      ASSERT_EQ(std::bit_cast<std::uint64_t>(number.value), std::bit_cast<std::uint64_t>(value)) << body.view();
    }
  }
}

TEST(ScanNumber, AgreesWithStrtodOnRandomLiterals) {
  std::mt19937 random(5);
  const auto digits = [&](int most) {
    std::string text;
    for (int left = static_cast<int>(random() % static_cast<unsigned>(most)) + 1; left > 0; --left) {
      text += static_cast<char>('0' + (random() % 4 == 0 ? 0 : random() % 10));
    }
    return text;
  };
  for (int i = 0; i < 200'000; ++i) {
    std::string text = random() % 2 == 0 ? "-" : "";
    std::string whole = digits(random() % 8 == 0 ? 30 : 9);
    whole.erase(0, std::min(whole.find_first_not_of('0'), whole.size() - 1));
    text += whole;
    if (random() % 4 != 0) text += '.' + digits(random() % 8 == 0 ? 40 : 20);
    if (random() % 4 == 0) text += (random() % 2 == 0 ? "e-" : "E") + digits(3);
    expect_like_strtod(text);
  }
}

TEST(ScanNumber, AgreesWithStrtodAroundHalfwayPoints) {
  std::mt19937_64 random(11);
  for (int i = 0; i < 20'000; ++i) {
    // An odd number of 54 bits lies halfway between two doubles; then its nearest neighbours.
    const std::uint64_t odd = (random() >> 10 | 1ULL << 53) | 1;
    expect_like_strtod(std::to_string(odd));
    expect_like_strtod(std::to_string(odd) + ".0");
    expect_like_strtod(std::to_string(odd) + ".00000000000000000000000001");
    expect_like_strtod(std::to_string(odd - 1) + ".99999999999999999999");
  }
}

TEST(SettleDecimal, NeverSettlesAHalfwayPoint) {
  // 2^53 + 1 lies halfway between two doubles, at any power of two that a power of ten can reach.
  double value = 0;
  EXPECT_FALSE(settle_decimal(9007199254740993, 0, value));
  EXPECT_FALSE(settle_decimal(18014398509481986, 0, value));
  EXPECT_FALSE(settle_decimal(45035996273704965, -1, value));
  EXPECT_TRUE(settle_decimal(9007199254740992, 0, value));
  EXPECT_EQ(value, 9007199254740992.0);
  EXPECT_TRUE(settle_decimal(0, -5, value));
  EXPECT_EQ(value, 0.0);
}

TEST(SettleDecimal, DeclinesPowersBeyondItsTable) {
  double value = 0;
  EXPECT_TRUE(settle_decimal(123, -80, value));
  EXPECT_EQ(value, 123e-80);
  EXPECT_TRUE(settle_decimal(123, 60, value));
  EXPECT_EQ(value, 123e60);
  EXPECT_FALSE(settle_decimal(123, -81, value));
  EXPECT_FALSE(settle_decimal(123, 61, value));
}

}  // namespace
}  // namespace pelton::codec
