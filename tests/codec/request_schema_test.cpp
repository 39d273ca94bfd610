#include "codec/request_schema.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "codec/json_cursor.hpp"
#include "support.hpp"

namespace pelton::codec {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

std::string schema_text(const model::Schema& schema) {
  core::TextBuffer out;
  append_request_schema(out, "/models/house/schema", "house \"prices\"", schema);
  const std::string text(out.view());
  const PaddedBody body(text);
  JsonCursor cursor(body.view());
  EXPECT_TRUE(cursor.skip_value() && cursor.finish()) << text;
  return text;
}

TEST(RequestSchema, DescribesListedRows) {
  const std::string text = schema_text(numbered(3));
  EXPECT_THAT(text, HasSubstr(R"("$schema":"https://json-schema.org/draft/2020-12/schema")"));
  EXPECT_THAT(text, HasSubstr(R"("$id":"/models/house/schema","title":"house \"prices\"")"));
  EXPECT_THAT(text, HasSubstr(R"("required":["x"],"additionalProperties":false)"));
  EXPECT_THAT(text,
              HasSubstr(R"("listed_row":{"type":"array","items":{"type":["number"]},"minItems":3,"maxItems":3})"));
  EXPECT_THAT(text, HasSubstr(R"("row":{"$ref":"#/$defs/listed_row"})"));
  EXPECT_THAT(text, HasSubstr(R"("method":{"enum":["predict"]})"));
  EXPECT_THAT(text, Not(HasSubstr("named_row")));
}

TEST(RequestSchema, DescribesNamedRowsAndTypes) {
  const std::string text =
      schema_text(schema_of({{.name = "a \"q\"", .type = model::ElementType::int64},
                             {.name = "b", .takes_missing = true},
                             {.name = "c", .type = model::ElementType::boolean},
                             {.name = "d", .type = model::ElementType::float32},
                             {.name = "e", .type = model::ElementType::string},
                             {.name = "f", .type = model::ElementType::string, .takes_missing = true}}));
  const std::string whole = R"({"type":["integer"],"minimum":-9007199254740992,"maximum":9007199254740992})";
  const std::string narrow =
      R"({"type":["number"],"exclusiveMinimum":-3.4028235677973366e+38,"exclusiveMaximum":3.4028235677973366e+38})";
  EXPECT_THAT(
      text,
      HasSubstr(R"("prefixItems":[)" + whole + R"(,{"type":["number","null"]},{"enum":[true,false,0,1]},)" + narrow +
                R"(,{"type":["string"]},{"type":["string","null"]}],"items":false,"minItems":6,"maxItems":6)"));
  EXPECT_THAT(text, HasSubstr(R"("named_row":{"type":"object","properties":{"a \"q\"":)" + whole));
  EXPECT_THAT(text, HasSubstr(R"("required":["a \"q\"","b","c","d","e","f"],"additionalProperties":false)"));
}

TEST(RequestSchema, TakesNamesAloneWhereTheTypeIsString) {
  const auto told = [](bool takes_missing, bool unknown_is_missing) {
    return schema_text(schema_of({{.name = "color",
                                   .type = model::ElementType::string,
                                   .takes_missing = takes_missing,
                                   .categories = model::make_categories({"red", "1"}, unknown_is_missing)}}));
  };
  EXPECT_THAT(told(false, false), HasSubstr(R"("items":{"anyOf":[{"enum":["red","1"]}]})"));
  EXPECT_THAT(told(true, false), HasSubstr(R"("items":{"anyOf":[{"type":"null"},{"enum":["red","1"]}]})"));
  EXPECT_THAT(told(false, true), HasSubstr(R"("items":{"anyOf":[{"enum":["red","1"]},{"type":"string"}]})"));
}

TEST(RequestSchema, DescribesText) {
  EXPECT_THAT(schema_text(with_text(true)),
              HasSubstr(R"({"anyOf":[{"type":"null"},{"enum":["red","12"]},{"type":"string"}]},{"type":["number"]},)"
                        R"({"enum":[5,7]})"));
  EXPECT_THAT(schema_text(with_text(false, false)), HasSubstr(R"({"anyOf":[{"enum":["red","12"]}]})"));
}

TEST(RequestSchema, ListsCategories) {
  const auto feature = [](std::vector<std::string> names, bool unknown_is_missing) {
    return model::Feature{.name = "color", .categories = model::make_categories(std::move(names), unknown_is_missing)};
  };
  EXPECT_THAT(schema_text(schema_of({feature({"red", "a \"b\""}, false)})),
              HasSubstr(R"("items":{"anyOf":[{"type":["number"]},{"enum":["red","a \"b\""]}]})"));
  EXPECT_THAT(schema_text(schema_of({feature({"red"}, true)})),
              HasSubstr(R"({"anyOf":[{"type":["number"]},{"enum":["red"]},{"type":"string"}]})"));
  EXPECT_THAT(
      schema_text(with_hashed_names()),
      HasSubstr(R"([{"anyOf":[{"type":["integer"],"minimum":-9223372036854775808,"maximum":9223372036854775807},)"
                R"({"type":"string"}]})"));
  // A long list is not told, but taken all the same.
  const std::string text = schema_text(schema_of({feature(std::vector<std::string>(1001, "n"), false)}));
  EXPECT_THAT(text, HasSubstr(R"({"anyOf":[{"type":["number"]},{"type":"string"}]})"));
  EXPECT_THAT(text, Not(HasSubstr("enum\":[\"n")));
}

}  // namespace
}  // namespace pelton::codec
