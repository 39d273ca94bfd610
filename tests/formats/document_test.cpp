#include <cmath>
#include <limits>
#include <memory>
#include <string>

#include "formats/document/dialect.hpp"
#include "formats/document/json_reader.hpp"
#include "formats/document/ubjson_reader.hpp"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace pelton::formats::document {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// Text with NUL bytes in it.
template <std::size_t n>
std::string bytes(const char (&literal)[n]) {
  return std::string(literal, n - 1);
}

/// Reads a member called "a" of the document's only object into `value` and finishes.
template <class Read>
core::Result<void> read_a(Reader& reader, Read read) {
  std::string_view name;
  if (!reader.enter_object()) return reader.error();
  while (reader.next_member(name)) name == "a" ? read(reader) : reader.skip();
  if (!reader.finish()) return reader.error();
  return {};
}

template <class T>
std::vector<T> numbers(Reader& reader) {
  std::vector<T> values;
  const auto read = read_a(reader, [&](Reader& r) { return r.read_numbers(values, 100); });
  EXPECT_TRUE(read) << read.error().message();
  return values;
}

std::string fault(Reader& reader) {
  const auto read = read_a(reader, [](Reader& r) {
    std::vector<std::int32_t> values;
    return r.read_numbers(values, 3);
  });
  return read ? "" : read.error().message();
}

std::string json_fault(const std::string& text) {
  const auto exact = std::make_unique<char[]>(text.size());  // so that a sanitizer sees a read beyond
  std::copy(text.begin(), text.end(), exact.get());
  JsonReader reader({exact.get(), text.size()});
  return fault(reader);
}

std::string ubjson_fault(const std::string& text) {
  const auto exact = std::make_unique<char[]>(text.size());
  std::copy(text.begin(), text.end(), exact.get());
  UbjsonReader reader({exact.get(), text.size()});
  return fault(reader);
}

TEST(JsonReader, ReadsFloatsInOneRounding) {
  // 1 + 2^-24 + 2^-60: by way of double it would round to even, down to 1.
  JsonReader reader(R"({"a": [1.000000059604644776, -5E-1, 1e-45, 16777217, NaN, -Infinity, 1e39, 1e-60]})");
  const std::vector<float> values = numbers<float>(reader);
  ASSERT_EQ(values.size(), 8U);
  EXPECT_EQ(values[0], 1.00000012F);
  EXPECT_EQ(values[1], -0.5F);
  EXPECT_EQ(values[2], std::numeric_limits<float>::denorm_min());
  EXPECT_EQ(values[3], 16777216.0F);
  EXPECT_TRUE(std::isnan(values[4]));
  EXPECT_EQ(values[5], -std::numeric_limits<float>::infinity());
  EXPECT_EQ(values[6], std::numeric_limits<float>::infinity());
  EXPECT_EQ(values[7], 0.0F);
}

TEST(JsonReader, ReadsDoublesAndWholeNumbers) {
  JsonReader doubles(R"({"a":[0.1,-0.0,1e308,2]})");
  EXPECT_THAT(numbers<double>(doubles), ElementsAre(0.1, -0.0, 1e308, 2.0));
  JsonReader whole(R"({"a":[1, -2147483648, 2.0, true, false]})");
  EXPECT_THAT(numbers<std::int32_t>(whole), ElementsAre(1, INT32_MIN, 2, 1, 0));
  JsonReader wide(R"({"a":[9223372036854775807]})");
  EXPECT_THAT(numbers<std::int64_t>(wide), ElementsAre(INT64_MAX));
}

TEST(JsonReader, PassesOverUnknownMembersOfAnyKind) {
  JsonReader reader(R"( {"x": {"y": [1, {"z": "]}\"\\"}], "n": null}, "s": "\u0041", "t": true, "a": [7] } )");
  EXPECT_THAT(numbers<std::int32_t>(reader), ElementsAre(7));
}

TEST(JsonReader, UndoesEscapesInNamesAndStrings) {
  JsonReader reader(R"({"\u0061": ["plain", "q\"\\\/\b\f\n\r\t", "\u00e9\u20AC\ud83d\ude00"]})");
  std::vector<std::string> values;
  ASSERT_TRUE(read_a(reader, [&](Reader& r) { return r.read_strings(values, 3); }));
  EXPECT_THAT(values, ElementsAre("plain", "q\"\\/\b\f\n\r\t", "é€😀"));
}

TEST(JsonReader, FaultsNameTheirPlace) {
  EXPECT_EQ(json_fault("{\"b\":1,\n \"a\": [1, x]}"), "a[1] (byte 18, line 2, column 11): expected a whole number");
  EXPECT_THAT(json_fault(R"({"a":[1.5]})"), HasSubstr("expected a whole number"));
  EXPECT_THAT(json_fault(R"({"a":[3000000000]})"), HasSubstr("beyond 32 bits"));
  EXPECT_THAT(json_fault(R"({"a":[1,2,3,4]})"), HasSubstr("more than 3 elements"));
  EXPECT_THAT(json_fault(R"({"a":{}})"), HasSubstr("expected an array"));
  EXPECT_THAT(json_fault(R"({"a":[1 2]})"), HasSubstr("',' or ']'"));
  EXPECT_THAT(json_fault(R"({"a":[1]} x)"), HasSubstr("something follows"));
  EXPECT_THAT(json_fault(R"({"x":[1}})"), HasSubstr("cannot stand here"));
  EXPECT_THAT(json_fault(R"({"x":"\q"})"), "");  // passed over, not read
  EXPECT_THAT(json_fault("{\"\\q\":1}"), HasSubstr("an escape that JSON does not have"));
  EXPECT_THAT(json_fault(R"({"\ud800":1})"), HasSubstr("ends in the middle"));
  EXPECT_THAT(json_fault(R"({"\ud800\u0041":1})"), HasSubstr("surrogate"));
  EXPECT_THAT(json_fault("{\"a\":" + std::string(100000, '[')), HasSubstr("expected a whole number"));
  EXPECT_THAT(json_fault("{\"x\":" + std::string(100000, '[')), HasSubstr("256 objects and arrays deep"));
}

TEST(JsonReader, EveryTruncationIsAFault) {
  const std::string whole = R"({"x": [{"y": -1.5e3}, "s\n", null, true], "a": [1, -2], "\u0041": NaN})";
  EXPECT_EQ(json_fault(whole), "");
  for (std::size_t n = 0; n < whole.size(); ++n) EXPECT_NE(json_fault(whole.substr(0, n)), "") << n;
}

const std::string kTyped = bytes(
    "{U\x01xS\x55\x03yes"
    "U\x01"
    "a[$l#U\x02\x00\x00\x00\x05\xff\xff\xff\xfe}");

TEST(UbjsonReader, ReadsTypedArraysAsAnyNumber) {
  UbjsonReader whole(kTyped);
  EXPECT_THAT(numbers<std::int32_t>(whole), ElementsAre(5, -2));
  UbjsonReader wide(kTyped);
  EXPECT_THAT(numbers<std::int64_t>(wide), ElementsAre(5, -2));
  UbjsonReader floats(kTyped);
  EXPECT_THAT(numbers<float>(floats), ElementsAre(5.0F, -2.0F));
  const std::string singles = bytes(
      "{i\x01"
      "a[$d#L\x00\x00\x00\x00\x00\x00\x00\x02\x3f\xc0\x00\x00\x80\x00\x00\x00}");
  UbjsonReader exact(singles);
  EXPECT_THAT(numbers<double>(exact), ElementsAre(1.5, -0.0));
}

TEST(UbjsonReader, ReadsCountedAndPlainArraysWithNoOps) {
  const std::string counted = bytes(
      "{#U\x01i\x01"
      "a[#U\x04i\x85TFU\xff");
  UbjsonReader one(counted);
  EXPECT_THAT(numbers<std::int32_t>(one), ElementsAre(-123, 1, 0, 255));
  const std::string plain = bytes(
      "{i\x01"
      "aN[NI\x01\x00N"
      "D\x3f\xf0\x00\x00\x00\x00\x00\x00]N}N");
  UbjsonReader two(plain);
  EXPECT_THAT(numbers<std::int32_t>(two), ElementsAre(256, 1));
}

TEST(UbjsonReader, PassesOverEveryKind) {
  const std::string text = bytes(
      "{i\x01p{#U\x01i\x01q[$U#U\x03\x01\x02\x03i\x01r[[Z]{i\x01sT}H"
      "i\x03"
      "1e9Cx]i\x01t[$S#U\x02i\x01ui\x00i\x01"
      "a[U\x07]}");
  UbjsonReader reader(text);
  EXPECT_THAT(numbers<std::int32_t>(reader), ElementsAre(7));
}

TEST(UbjsonReader, CountsBeyondTheBytesPresentAreFaults) {
  EXPECT_THAT(ubjson_fault(bytes("{i\x01"
                                 "a[$l#L\x00\x00\x00\x00\x00\x00\x00\x03\x00\x00\x00\x00}")),
              HasSubstr("ends in the middle"));
  EXPECT_THAT(ubjson_fault(bytes("{i\x01"
                                 "a[#L\x7f\xff\xff\xff\xff\xff\xff\xff")),
              HasSubstr("ends in the middle"));
  EXPECT_THAT(ubjson_fault(bytes("{i\x01"
                                 "a[#i\xff")),
              HasSubstr("negative"));
  EXPECT_THAT(ubjson_fault(bytes("{i\x01"
                                 "a[$Z#U\x05}")),
              HasSubstr("type 'Z'"));
  EXPECT_THAT(ubjson_fault(bytes("{i\x01"
                                 "a[$U#U\x04\x01\x02\x03\x04}")),
              HasSubstr("more than 3 elements"));
  EXPECT_THAT(ubjson_fault(bytes("{i\x01x?}")), HasSubstr("x (byte 4): a value of no known type"));
  EXPECT_THAT(ubjson_fault("{i\x01x" + std::string(100000, '[')), HasSubstr("256 objects and arrays deep"));
}

TEST(UbjsonReader, EveryTruncationIsAFault) {
  EXPECT_EQ(ubjson_fault(kTyped), "");
  for (std::size_t n = 0; n < kTyped.size(); ++n) EXPECT_NE(ubjson_fault(kTyped.substr(0, n)), "") << n;
}

TEST(Reader, KeepsTheFirstFaultAndReadsNoFurther) {
  JsonReader reader(R"({"a": 1, "b": 2})");
  ASSERT_TRUE(reader.enter_object());
  std::string_view name;
  ASSERT_TRUE(reader.next_member(name));
  EXPECT_FALSE(reader.fail(core::ErrorCode::unsupported, "not this"));
  double value;
  EXPECT_FALSE(reader.read_double(value));
  EXPECT_FALSE(reader.next_member(name));
  EXPECT_FALSE(reader.finish());
  EXPECT_EQ(reader.error().code(), core::ErrorCode::unsupported);
  EXPECT_THAT(reader.error().message(), HasSubstr("a (byte 5, line 1, column 6): not this"));
}

TEST(Reader, TellsItsProgress) {
  std::string text = "[0";
  for (int i = 0; i < 100'000; ++i) text += ",1";
  text += "]";
  std::vector<double> shares;
  JsonReader reader(text, [&](double share) { shares.push_back(share); });
  std::vector<std::int32_t> values;
  ASSERT_TRUE(reader.read_numbers(values, 1'000'000));
  EXPECT_GE(shares.size(), 90U);
  EXPECT_LE(shares.size(), 110U);
  EXPECT_TRUE(std::is_sorted(shares.begin(), shares.end()));
  EXPECT_LE(shares.back(), 1.0);
}

TEST(Dialect, IsToldByTheFirstDecisiveMember) {
  EXPECT_EQ(json_dialect(R"({"learner":{)"), Dialect::xgboost);
  EXPECT_EQ(json_dialect(R"( {"version":[3,2,0],"trees":1,"learner":{}})"), Dialect::catboost);
  EXPECT_EQ(json_dialect(R"({"version":[3,{"trees":[]},0],"learner":{}})"), Dialect::xgboost);
  EXPECT_EQ(json_dialect(R"({"x":"learner"})"), Dialect::none);
  EXPECT_EQ(json_dialect("tree\nversion=v4\n"), Dialect::none);
  EXPECT_EQ(json_dialect(""), Dialect::none);
  EXPECT_EQ(ubjson_dialect(bytes("{L\x00\x00\x00\x00\x00\x00\x00\x07learner{")), Dialect::xgboost);
  EXPECT_EQ(ubjson_dialect(R"({"learner":{})"), Dialect::none);
}

}  // namespace
}  // namespace pelton::formats::document
