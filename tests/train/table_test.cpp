#include "train/table.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace pelton::train {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

std::string failure(std::string_view text, TableLimits limits = {}) {
  const auto table = parse_csv(text, limits);
  return table ? "parsed" : table.error().message();
}

TEST(ParseCsv, ReadsNumbersUnderTheirNames) {
  const auto table = parse_csv("a,b\n1,2.5\n-3e2, +4 \n");
  ASSERT_TRUE(table) << table.error().message();
  EXPECT_EQ(table->rows, 2U);
  EXPECT_EQ(table->columns[1].name, "b");
  EXPECT_THAT(table->columns[0].numbers, ElementsAre(1, -300));
  EXPECT_THAT(table->columns[1].numbers, ElementsAre(2.5, 4));
}

TEST(ParseCsv, ReadsWhatSpreadsheetsWrite) {
  const auto table = parse_csv("\xEF\xBB\xBF\"a, \"\"quoted\"\"\",b\r\n\"1\",\"two\r\nlines\"\r\n\r\n2,x");
  ASSERT_TRUE(table) << table.error().message();
  EXPECT_EQ(table->columns[0].name, "a, \"quoted\"");
  EXPECT_THAT(table->columns[0].numbers, ElementsAre(1, 2));
  EXPECT_TRUE(table->columns[1].is_text());
  EXPECT_EQ(table->columns[1].text, "two\r\nlines");
  EXPECT_EQ(table->columns[1].text_line, 2U);
}

TEST(ParseCsv, KeepsMissingValuesApart) {
  const auto table = parse_csv("a,b\n1,\n,2\n");
  ASSERT_TRUE(table);
  EXPECT_TRUE(std::isnan(table->columns[0].numbers[1]));
  EXPECT_EQ(table->columns[0].empty_line, 3U);
  EXPECT_EQ(table->columns[1].empty_line, 2U);
}

TEST(ParseCsv, NamesTheLineAndColumnOfWhatIsWrong) {
  EXPECT_THAT(failure("a,b\n1,2\n3\n"), HasSubstr("line 3, column 2: the line has 1 fields, the first line 2"));
  EXPECT_THAT(failure("a,b\n1,2,3\n"), HasSubstr("line 2, column 3"));
  EXPECT_THAT(failure("a,b\n1,\"2\n"), HasSubstr("line 2, column 2: a quoted field has no end"));
  EXPECT_THAT(failure("a,b\n\"1\"x,2\n"), HasSubstr("line 2, column 1: text after the closing quote"));
  EXPECT_THAT(failure("a,a\n"), HasSubstr("line 1, column 2: a second column \"a\""));
  EXPECT_THAT(failure("a,\n"), HasSubstr("line 1, column 2: the column has no name"));
  EXPECT_THAT(failure("1,2\n3,4\n"), HasSubstr("the first line must name the columns"));
  EXPECT_THAT(failure("\xFF,b\n"), HasSubstr("line 1, column 1: the name is not UTF-8"));
  EXPECT_THAT(failure(""), HasSubstr("no line that names the columns"));
}

TEST(ParseCsv, TakesNothingForANumberThatIsNot) {
  for (const char* cell : {"nan", "inf", "1e999", "0x10", "1,5", "++1", "1 2", "-"}) {
    const auto table = parse_csv(std::string("a\n\"") + cell + "\"\n");
    ASSERT_TRUE(table);
    EXPECT_TRUE(table->columns[0].is_text()) << cell;
  }
}

TEST(ParseCsv, KeepsToItsLimits) {
  EXPECT_THAT(failure("a,b,c\n", {.columns = 2, .cells = 100}), HasSubstr("too many columns"));
  EXPECT_THAT(failure("a,b\n1,2\n3,4\n", {.columns = 2, .cells = 2}), HasSubstr("line 3, column 1: too many rows"));
}

TEST(MakeDataset, TakesTheTargetOut) {
  const auto table = parse_csv("a,y,b\n1,10,2\n3,30,4\n");
  const auto data = make_dataset(*table, "y");
  ASSERT_TRUE(data) << data.error().message();
  EXPECT_THAT(data->feature_names, ElementsAre("a", "b"));
  EXPECT_THAT(data->features, ElementsAre(1, 2, 3, 4));
  EXPECT_THAT(data->targets, ElementsAre(10, 30));
}

TEST(MakeDataset, SaysWhatStandsInTheWay) {
  const auto message = [](const char* text, const char* target) {
    const auto data = make_dataset(*parse_csv(text), target);
    return data ? std::string("made") : data.error().message();
  };
  EXPECT_THAT(message("price,b\n1,2\n", "prise"), HasSubstr("did you mean \"price\""));
  EXPECT_THAT(message("a,y,c\nx,1,z\n", "y"), HasSubstr("\"a\" (line 2: \"x\"), \"c\" (line 2: \"z\")"));
  EXPECT_THAT(message("a,y\n1,2\n,3\n", "y"), HasSubstr("column \"a\" has no value on line 3"));
  EXPECT_THAT(message("y\n1\n", "y"), HasSubstr("no column beside the target"));
  EXPECT_THAT(message("a,y\n", "y"), HasSubstr("no rows"));
}

}  // namespace
}  // namespace pelton::train
