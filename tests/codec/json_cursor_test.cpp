#include "codec/json_cursor.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "support.hpp"

namespace pelton::codec {
namespace {

using namespace std::string_view_literals;
using ::testing::HasSubstr;
using ::testing::StartsWith;

bool is_json(std::string_view text) {
  // Whatever stands behind the text must not matter.
  bool verdict = false;
  bool first = true;
  for (const char padding : {' ', '0', ']', '}', '"', '\0'}) {
    const PaddedBody body(text, padding);
    JsonCursor cursor(body.view());
    const bool ok = cursor.skip_value() && cursor.finish();
    EXPECT_EQ(ok, !cursor.failed()) << text;
    if (!first) {
      EXPECT_EQ(ok, verdict) << text << " with padding " << static_cast<int>(padding);
    }
    verdict = ok;
    first = false;
  }
  return verdict;
}

std::string nested(std::size_t depth, std::string_view open, std::string_view core, std::string_view close) {
  std::string text;
  for (std::size_t i = 0; i < depth; ++i) text += open;
  text += core;
  for (std::size_t i = 0; i < depth; ++i) text += close;
  return text;
}

// Cases after the taxonomy of JSONTestSuite ("Parsing JSON is a minefield", Seriot 2016): what
// RFC 8259 says must be accepted, must be refused, or leaves open.

const std::vector<std::string_view> kValid{"null",
                                           "true",
                                           "false",
                                           "0",
                                           "-0",
                                           "1",
                                           "-1",
                                           "12",
                                           "1.5",
                                           "-1.5",
                                           "0.5",
                                           "-0.0",
                                           "1e5",
                                           "1E5",
                                           "1e+5",
                                           "1e-5",
                                           "1E+05",
                                           "0e0",
                                           "0e+1",
                                           "0.0e-0",
                                           "123.456e78",
                                           "\"\"",
                                           "\"a\"",
                                           "[]",
                                           "{}",
                                           "[ ]",
                                           "{ }",
                                           " [] ",
                                           "\t[]\r\n",
                                           "[1]",
                                           "[1,2]",
                                           "[1 , 2]",
                                           "[\n1\n,\n2\n]",
                                           "[null]",
                                           "[true,false,null]",
                                           "[\"\"]",
                                           "[[]]",
                                           "[[],[]]",
                                           "[{}]",
                                           "[1,[2,[3]]]",
                                           "{\"a\":1}",
                                           "{\"a\":1,\"b\":2}",
                                           "{ \"a\" : 1 , \"b\" : 2 }",
                                           "{\"\":0}",
                                           "{\"a\":{}}",
                                           "{\"a\":[]}",
                                           "{\"a\":{\"a\":{\"a\":null}}}",
                                           "{\"a\":1,\"a\":2}",
                                           "{\"a\":\"b\",\"a\":\"b\"}",
                                           "[{\"a\":[{\"b\":[]}]}]",
                                           "\" \"",
                                           "\"\\\"\"",
                                           "\"\\\\\"",
                                           "\"\\/\"",
                                           "\"\\b\\f\\n\\r\\t\"",
                                           "\"\\u0041\"",
                                           "\"\\u00e9\"",
                                           "\"\\u0000\"",
                                           "\"\\u2028\\u2029\"",
                                           "\"\\uFFFF\"",
                                           "\"\\ud834\\udd1e\"",
                                           "\"\\uD834\\uDD1E\"",
                                           "\"\\uDBFF\\uDFFF\"",
                                           "\"\x7F\"",
                                           "\"é\"",
                                           "\"日本語\"",
                                           "\"𝄞\"",
                                           "\"\xEF\xBF\xBF\"",
                                           "\"\xF4\x8F\xBF\xBF\"",
                                           "\"\xC2\x80\"",
                                           "\"\xE0\xA0\x80\"",
                                           "\"\xEE\x80\x80\"",
                                           "\"\xE2\x80\xA8\"",
                                           "{\"é\":1}",
                                           "{\"\\u0061\":1}",
                                           "\"a string of more than eight characters\"",
                                           "\"12345678\"",
                                           "\"1234567\\\"\"",
                                           "[1.0000000000000000000000001]",
                                           "[123456789012345678901234567890]",
                                           "[0.00000000000000000000000000000000000001]",
                                           "\"/*comment*/\"",
                                           "\"'\"",
                                           "[\"a,b\"]",
                                           "[\"]\"]",
                                           "{\"}\":\"{\"}",
                                           "[\"\\u005C\"]",
                                           "[\"\\\\u0041\"]",
                                           "[1e1,2E2]"};

const std::vector<std::string_view> kInvalid{
    // Nothing, or not enough.
    "", " ", "\n", "[", "{", "[1", "[1,", "[[", "[[]", "{\"", "{\"a", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,",
    "\"", "\"a", "\"\\", "\"\\u", "\"\\u1", "\"\\u12", "\"\\u123", "\"\\u1234", "tru", "fals", "nul", "t", "n", "f",
    "-",
    // Too much.
    "[]]", "{}}", "[][]", "1 2", "[] x", "null null", "{}{}", "[1]x", "\"a\"b", "true1", "1a", "[],", "{},", "0 ,",
    "[]\0"sv, "[1]\0\0"sv, "{}#", "{}//", "{}/**/",
    // Commas, colons and brackets.
    "[,]", "[1,]", "[,1]", "[1,,2]", "[1 2]", "[1:2]", "[}", "{]", "{,}", "{\"a\":1,}", "{\"a\"}", "{\"a\":}", "{:1}",
    "{\"a\" 1}", "{\"a\":1 \"b\":2}", "{\"a\",1}", "{\"a\"::1}", "{a:1}", "{1:1}", "{null:1}", "{'a':1}", "{[]:1}",
    "[1}", "{\"a\":1]", "[\"a\",\n4\n,1,", "*", ",", ":", "]", "}", "{\"a\":1,,\"b\":2}", "[1;2]",
    // Words.
    "True", "NULL", "False", "truE", "nil", "None", "undefined", "NaN", "nan", "Infinity", "-Infinity", "+Infinity",
    "Inf", "-Inf", "[NaN]", "[Infinity]", "[-Infinity]", "[truefalse]", "[nulll]",
    // Numbers.
    "+1", "01", "-01", "00", "-00", "1.", "-1.", ".5", "-.5", "1.e1", ".e1", "1e", "1e+", "1E-", "1ee5", "1e5.5", "--1",
    "-+1", "++1", "0x10", "0b1", "0o7", "1_000", "1,000 ", "1.2.3", "1-1", "- 1", "1 .5", "1. 5", "-a", "0e", "0.e1",
    "1e 5", "１", "[1e", "[-]", "[1.]", "[0 1]", "[2.e3]", "[1+2]", "[0x1]", "[-1x]",
    // Strings.
    "'a'", "\"a", "\"\n\"", "\"\t\"", "\"\x01\"", "\"\x1F\"", "\"\0\""sv, "\"a\0b\""sv, "\"\\a\"", "\"\\x41\"",
    "\"\\'\"", "\"\\0\"", "\"\\U0041\"", "\"\\u00g0\"", "\"\\u 041\"", "\"\\u-041\"", "\"\\\"", "\"\\\n\"", "\"\\é\"",
    "\"\\", "a", "abc", "`a`", "“a”", "[\"a]", "[\"\\\"]",
    // White space that JSON does not know.
    "\f[]", "\v1", "[\f]", "\xC2\xA0[]", "[\xE2\x80\x83]", "\xE2\x81\xA0", "[\b1]", "\0"sv, "\0[]"sv, "[\0]"sv,
    "\x1F 1",
    // Comments.
    "[1/*c*/]", "//c\n1", "#c\n1", "<!-- -->1", "<null>", "[<1>]",
    // Bytes that are no UTF-8, and characters out of place.
    "é", "[é]", "{é:1}", "\xFF", "[\xFF]", "{\"a\":\xFF}", "1\xE5", "[1\x80]", "\xF0\x9F\x98\x80"};

/// What RFC 8259 leaves to the implementation, with our decision.
struct Choice {
  std::string_view text;
  bool taken;
  const char* why;
};
const std::vector<Choice> kChoices{
    {"[123.456e-789]", true, "too small for a double is nearest to zero"},
    {"[0.4e00669999999999999999999999999999999999999999999999999999999999999999999999999999999999999999]", true,
     "well-formed; whoever wants its value hears that it is out of range"},
    {"[-1e+9999]", true, "as above"},
    {"[1.5e+9999]", true, "as above"},
    {"[123e-10000000]", true, "nearest to zero"},
    {"[-123123123123123123123123123123]", true, "integers are numbers: the nearest double"},
    {"[100000000000000000000]", true, "as above"},
    {"\"\\uD800\"", false, "half of a surrogate pair stands for no character"},
    {"\"\\uDFAA\"", false, "as above"},
    {"\"\\uD888\\u1234\"", false, "as above"},
    {"\"\\uD800\\n\"", false, "as above"},
    {"\"\\uDd1ea\"", false, "as above"},
    {"\"\\uD800\\uD800\\n\"", false, "as above"},
    {"\"\\ud800abc\"", false, "as above"},
    {"\"\\uDd1e\\uD834\"", false, "as above, in the wrong order"},
    {"\"\\uD834\\u\"", false, "as above"},
    {"\"\\uD834\\\"", false, "as above"},
    {"{\"\\uDFAA\":0}", false, "names are strings too"},
    {"\"\xFF\"", false, "RFC 8259 section 8.1: UTF-8 only"},
    {"\"\xE9\"", false, "Latin-1 is not UTF-8"},
    {"\"\x81\"", false, "a continuation byte alone"},
    {"\"\xC0\xAF\"", false, "an overlong form"},
    {"\"\xE0\x80\xAF\"", false, "an overlong form"},
    {"\"\xF0\x80\x80\xAF\"", false, "an overlong form"},
    {"\"\xFC\x83\xBF\xBF\xBF\xBF\"", false, "six bytes"},
    {"\"\xED\xA0\x80\"", false, "a surrogate in UTF-8"},
    {"\"\xF4\x90\x80\x80\"", false, "beyond U+10FFFF"},
    {"\"\xF4\xBF\xBF\xBF\"", false, "beyond U+10FFFF"},
    {"\"\xE0\xFF\"", false, "cut short"},
    {"\"\xE6\x97\"", false, "cut short"},
    {"\"\xE6\x97\xA5\xD1\x88\xFA\"", false, "not UTF-8 at its end"},
    {"\xEF\xBB\xBF{}", false, "a byte order mark must not be sent; the message names it"},
    {"\xFF\xFE[\0\"\0\xE9\0\"\0]\0"sv, false, "UTF-16"},
    {"[\0\"\0\xE9\0\"\0]\0"sv, false, "UTF-16"},
    {"\0[\0\"\0\xE9\0\"\0]"sv, false, "UTF-16"},
};

TEST(JsonCursor, TakesEveryValidText) {
  EXPECT_GE(kValid.size() + kInvalid.size() + kChoices.size(), 150U);
  for (const std::string_view text : kValid) EXPECT_TRUE(is_json(text)) << text;
}

TEST(JsonCursor, RefusesEveryInvalidText) {
  for (const std::string_view text : kInvalid) EXPECT_FALSE(is_json(text)) << text;
}

TEST(JsonCursor, DecidesWhatTheStandardLeavesOpen) {
  for (const Choice& choice : kChoices) EXPECT_EQ(is_json(choice.text), choice.taken) << choice.text << choice.why;
}

TEST(JsonCursor, RefusesEveryTruncationOfAnObject) {
  const std::string whole =
      R"( {"a":[1,-2.5e3,{"b\n":"c\u00e9\ud834\udd1e é"},[],{}],"longer than eight":[true,false,null,"\\"]} )";
  ASSERT_TRUE(is_json(whole));
  for (std::size_t size = 0; size < whole.find_last_of('}') + 1; ++size) {
    EXPECT_FALSE(is_json(std::string_view(whole).substr(0, size))) << size;
  }
}

TEST(JsonCursor, ReadsSixtyFourLevels) {
  EXPECT_TRUE(is_json(nested(64, "[", "", "]")));
  EXPECT_TRUE(is_json(nested(64, "{\"a\":", "1", "}")));
  EXPECT_TRUE(is_json(nested(32, "[{\"a\":", "1", "}]")));
  EXPECT_FALSE(is_json(nested(65, "[", "", "]")));
  EXPECT_FALSE(is_json(nested(65, "{\"a\":", "1", "}")));
  const PaddedBody deep(nested(250'000, "[", "", "]"));
  JsonCursor cursor(deep.view());
  EXPECT_FALSE(cursor.skip_value());
  EXPECT_THAT(cursor.problem().detail, HasSubstr("nested too deeply"));
  EXPECT_EQ(cursor.problem().status, 400);
}

TEST(JsonCursor, PassesOverWideValues) {
  std::string list = "[0";
  for (int i = 0; i < 100'000; ++i) list += ",{\"k\":[]}";
  EXPECT_TRUE(is_json(list + "]"));
  EXPECT_FALSE(is_json(list + "}"));
}

std::string decoded(std::string_view text) {
  const PaddedBody body(text);
  JsonCursor cursor(body.view());
  std::string_view read;
  std::string scratch;
  EXPECT_EQ(cursor.kind(), JsonKind::string);
  EXPECT_TRUE(cursor.read_string(read, scratch) && cursor.finish()) << text;
  return std::string(read);
}

TEST(JsonCursor, DecodesStrings) {
  EXPECT_EQ(decoded(R"("")"), "");
  EXPECT_EQ(decoded(R"("plain")"), "plain");
  EXPECT_EQ(decoded(R"("\"\\\/\b\f\n\r\t")"), "\"\\/\b\f\n\r\t");
  EXPECT_EQ(decoded(R"("\u0041\u00e9\u65e5\ud834\udd1e")"), "Aé日𝄞");
  EXPECT_EQ(decoded(R"("a\u0000b")"), "a\0b"sv);
  EXPECT_EQ(decoded(R"("\uFFFF\uE000\uD7FF")"), "\xEF\xBF\xBF\xEE\x80\x80\xED\x9F\xBF");
  EXPECT_EQ(decoded(R"("twelve bytes and then \n more")"), "twelve bytes and then \n more");
}

TEST(JsonCursor, ViewsTextWithoutEscapesInPlace) {
  const PaddedBody body(R"({"name":1})");
  JsonCursor cursor(body.view());
  ASSERT_TRUE(cursor.peek() == '{' && cursor.enter());
  std::string_view name;
  std::string scratch;
  ASSERT_TRUE(cursor.read_name(name, scratch));
  EXPECT_EQ(name.data(), body.view().data() + 2);
}

TEST(JsonCursor, TellsKinds) {
  const std::vector<std::pair<std::string_view, JsonKind>> kinds{{"{}", JsonKind::object},
                                                                 {" []", JsonKind::list},
                                                                 {"\"", JsonKind::string},
                                                                 {"-1", JsonKind::number},
                                                                 {"-", JsonKind::number},
                                                                 {"9", JsonKind::number},
                                                                 {"true", JsonKind::boolean},
                                                                 {"false", JsonKind::boolean},
                                                                 {"null", JsonKind::null},
                                                                 {"NaN", JsonKind::nan},
                                                                 {"Infinity", JsonKind::infinity},
                                                                 {"-Infinity", JsonKind::infinity},
                                                                 {"", JsonKind::none},
                                                                 {",", JsonKind::none},
                                                                 {"+1", JsonKind::none},
                                                                 {"\xFF", JsonKind::none}};
  for (const auto& [text, kind] : kinds) {
    const PaddedBody body(text, 'I');
    EXPECT_EQ(JsonCursor(body.view()).kind(), kind) << text;
  }
}

TEST(JsonCursor, TellsWhereTextIsMalformed) {
  const auto told_of = [](std::string_view text) {
    const PaddedBody body(text);
    JsonCursor cursor(body.view());
    EXPECT_FALSE(cursor.skip_value() && cursor.finish());
    const Problem problem = cursor.problem();
    EXPECT_EQ(problem.status, 400);
    EXPECT_TRUE(problem.errors.empty());
    return problem.detail;
  };
  EXPECT_EQ(told_of("[1,2,}"), "malformed JSON at byte 5 (line 1, column 6): expected a value");
  EXPECT_EQ(told_of("{\n  \"a\": 1\n  \"b\": 2\n}"),
            "malformed JSON at byte 13 (line 3, column 3): expected ',' or '}'");
  EXPECT_EQ(told_of("[1"), "malformed JSON at byte 2 (line 1, column 3): it ends too early: expected ',' or ']'");
  EXPECT_EQ(told_of("[01]"), "malformed JSON at byte 2 (line 1, column 3): not a number as JSON writes it");
  EXPECT_EQ(told_of("{} {}"),
            "malformed JSON at byte 3 (line 1, column 4): something follows the end of the JSON value");
  EXPECT_EQ(told_of("{a:1}"), "malformed JSON at byte 1 (line 1, column 2): expected a member's name in double quotes");
  EXPECT_THAT(told_of("\xEF\xBB\xBF{}"), HasSubstr("byte order mark"));
  EXPECT_THAT(told_of("[\"a\nb\"]"), HasSubstr("control character"));
  EXPECT_THAT(told_of(""), StartsWith("malformed JSON at byte 0 (line 1, column 1): it ends too early"));
}

TEST(JsonCursor, TellsPlacesWithinTheWhole) {
  const std::string text = "{}\n[1,]\n";
  const PaddedBody body(text);
  JsonCursor cursor(body.view().substr(3, 4), body.view().data(), 1);
  EXPECT_FALSE(cursor.skip_value());
  EXPECT_EQ(cursor.problem().detail, "malformed JSON at byte 6 (line 2, column 4): expected a value");
}

}  // namespace
}  // namespace pelton::codec
