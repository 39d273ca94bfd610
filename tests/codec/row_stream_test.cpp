#include "codec/row_stream.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "pieced_text.hpp"
#include "support.hpp"

namespace pelton::codec {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

struct Streamed {
  std::vector<double> values;
  std::vector<std::string> bad;  ///< `line: complaint`
  std::string error;             ///< `line: message`
};

Streamed stream(std::string_view text, const model::Schema& schema) {
  const FeatureTable features(schema);
  PiecedText source(text, 5);
  RowStream rows_of(source, features);
  math::RowBuffer rows(features.width());
  Streamed streamed;
  const auto at_line = [&](const std::string& what) { return std::to_string(rows_of.line()) + ": " + what; };
  for (bool more = true; more;) {
    const auto step = rows_of.next(rows);
    if (!step) {
      streamed.error = at_line(step.error().message());
      break;
    }
    if (*step == RowStream::Step::bad_row) streamed.bad.push_back(at_line(rows_of.complaint()));
    if (*step == RowStream::Step::dry) {
      EXPECT_TRUE(rows_of.refill());
    }
    more = *step != RowStream::Step::end;
  }
  streamed.values = values_from(rows, 0);
  return streamed;
}

TEST(RowStream, ReadsEveryFormat) {
  const model::Schema schema = named({"a", "b"});
  for (const char* const text :
       {"a,b\n1,2\n3,4\n", "b,a\r\n2,1\r\n\"4\",3", "1,2\n3,4", "[1,2]\n{\"b\":4,\"a\":3}\n",
        "{\"x\":[1,2]}\n{\"x\":{\"a\":3,\"b\":4}}", "[[1,2],[3,4]]", "{\"x\":[{\"a\":1,\"b\":2},[3,4]]}",
        "\xEF\xBB\xBF"
        "a,b\n1,2\n3,4\n"}) {
    const Streamed streamed = stream(text, schema);
    EXPECT_THAT(streamed.values, ElementsAre(1, 2, 3, 4)) << text;
    EXPECT_THAT(streamed.bad, IsEmpty()) << text;
    EXPECT_EQ(streamed.error, "") << text;
  }
}

TEST(RowStream, PassesOverBadRowsAndTellsTheirLines) {
  const model::Schema schema = named({"a", "b"});
  Streamed streamed = stream("a,b\n1,2\n\nx,2\n1,2,3\n1\"2,4\n\"1\n\",\"\"\n3,4\n", schema);
  EXPECT_THAT(streamed.values, ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(streamed.bad, ElementsAre("4: column \"a\": expected a number, got \"x\"", "5: expected 2 cells, got 3",
                                        "6: malformed CSV: a quote within a cell that does not begin with one",
                                        "7: column \"a\": expected a number, got \"1\n\" (and 1 further error)"));
  streamed = stream("[1,2]\n[1]\n{\"a\":1,\n{\"zzz\":1,\"b\":2}\n[3,4]\n", schema);
  EXPECT_THAT(streamed.values, ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(streamed.bad,
              ElementsAre("2: expected 2 values, got 1",
                          "3: malformed JSON at byte 7: it ends too early: expected a member's name in double quotes",
                          "4: /zzz: unknown feature \"zzz\" (and 1 further error)"));
  streamed = stream("[[1,2],\n[1],\n7,[3,4]]", schema);
  EXPECT_THAT(streamed.values, ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(streamed.bad, ElementsAre("2: row 2: expected 2 values, got 1",
                                        "3: row 3: expected a row (a list or an object), got a number"));
}

TEST(RowStream, AHeaderThatDoesNotFitEndsIt) {
  EXPECT_EQ(stream("\nage,incom\n1,2\n", named({"age", "income"})).error,
            "2: column \"incom\": no feature has that name; did you mean \"income\"? (and 1 further error)");
  EXPECT_EQ(stream("age\n1\n", named({"age", "income"})).error, "1: the column \"income\" is missing");
}

TEST(RowStream, ABrokenDocumentEndsItAfterTheRowsBefore) {
  const Streamed streamed = stream("[[1,2]\n[3,4]]", numbered(2));
  EXPECT_THAT(streamed.values, ElementsAre(1, 2));
  EXPECT_EQ(streamed.error, "2: malformed JSON: expected ',' or ']' after a row");
}

TEST(RowStream, TakesAFirstRowOfCategoriesForARow) {
  const model::Schema schema =
      schema_of({{.name = "a"}, {.name = "color", .categories = model::make_categories({"red", "green"}, false)}});
  EXPECT_THAT(stream("1,green\n2,red\n", schema).values, ElementsAre(1, 1, 2, 0));
  EXPECT_THAT(stream("color,a\ngreen,1\n", schema).values, ElementsAre(1, 1));
}

}  // namespace
}  // namespace pelton::codec
