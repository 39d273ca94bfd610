#include "codec/csv_rows.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <charconv>
#include <cmath>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "support.hpp"
#include "support/allocation_counter.hpp"

namespace pelton::codec {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

class CsvRows : public ::testing::Test {
 protected:
  void use(model::Schema schema) {
    features_.emplace(schema);
    rows_ = math::RowBuffer(features_->width());
    double* const other = rows_.append_row();
    for (std::size_t i = 0; i < features_->width(); ++i) other[i] = -7;
  }

  bool read(std::string_view text, CsvHeader header = CsvHeader::detect, ReadLimits limits = {}) {
    const PaddedBody body(text, '5');
    const auto result = reader_.read(body.view(), {*features_, rows_, limits}, request_, header);
    values_.clear();
    problem_ = {};
    if (result) {
      EXPECT_EQ(rows_.rows(), 1 + request_.rows);
      EXPECT_EQ(request_.first_row, 1U);
      EXPECT_FALSE(request_.single);
      values_ = values_from(rows_, 1);
    } else {
      problem_ = result.error();
      EXPECT_EQ(rows_.rows(), 1U) << text << ": a refused body left rows behind";
    }
    rows_.truncate(1);
    return result.has_value();
  }

  std::vector<std::string> errors_of(std::string_view text, CsvHeader header = CsvHeader::detect) {
    EXPECT_FALSE(read(text, header)) << text;
    EXPECT_EQ(problem_.status, 422) << problem_.detail;
    return told(problem_);
  }

  std::optional<FeatureTable> features_;
  math::RowBuffer rows_;
  CsvReader reader_;
  PredictRequest request_;
  Problem problem_;
  std::vector<double> values_;
};

TEST_F(CsvRows, ReadsColumnsByName) {
  use(named({"a", "b"}));
  ASSERT_TRUE(read("b,a\n1,2\n3,4\n"));
  EXPECT_THAT(values_, ElementsAre(2, 1, 4, 3));
  ASSERT_TRUE(read("\"b\",\"a\"\r\n1,\"2\"\r\n\"3\",4"));
  EXPECT_THAT(values_, ElementsAre(2, 1, 4, 3));
  ASSERT_TRUE(read("\xEF\xBB\xBF a , b \n1,2"));
  EXPECT_THAT(values_, ElementsAre(1, 2));
}

TEST_F(CsvRows, TakesCategoriesByNameAndByNumber) {
  use(schema_of(
      {{.name = "color", .takes_missing = true, .categories = model::make_categories({"red", " b", "1"}, false)},
       {.name = "size"}}));
  // Bare numbers are numbers, numbers in quotes the category of that name if there is one.
  ASSERT_TRUE(read("size,color\n1, red\n2,\" b\"\n3,1\n4,\"1\"\n5,\"0\"\n"));
  EXPECT_THAT(values_, ElementsAre(0, 1, 1, 2, 1, 3, 2, 4, 0, 5));
  ASSERT_TRUE(read("red,1\nred,2"));
  EXPECT_THAT(values_, ElementsAre(0, 1, 0, 2));
  ASSERT_TRUE(read("size,color\n1,\n"));
  EXPECT_TRUE(std::isnan(values_[0]));
  EXPECT_THAT(errors_of("size,color\n1,rde\nbig,red\n"),
              ElementsAre(R"(line 2, column "color": unknown category "rde"; did you mean "red"?)",
                          R"(line 3, column "size": expected a number, got "big")"));
}

TEST_F(CsvRows, TakesWholeNumbersForNamesWhereTheyAre) {
  use(with_hashed_names());
  const auto hash = HashedNames::hash;
  ASSERT_TRUE(read("size,color\n1,12\n2,\"12\"\n3, -3 \n4,007\n5,99999999999999999999\n6,red\n7,true\n"));
  EXPECT_THAT(values_, ElementsAre(hash("12"), 1, hash("12"), 2, hash("-3"), 3, hash("007"), 4,
                                   hash("99999999999999999999"), 5, hash("red"), 6, hash("true"), 7));
  // What is no whole number is a name in quotes only.
  ASSERT_TRUE(read("size,color\n1,\"2.5\"\n2,\"nan\"\n3,\"\"\n4,\"+5\"\n"));
  EXPECT_THAT(values_, ElementsAre(hash("2.5"), 1, hash("nan"), 2, hash(""), 3, hash("+5"), 4));
  const std::string got = "expected a category: text or a whole number, got ";
  const std::string hint = "; in quotes it names a category";
  const auto at = [](int line) { return "line " + std::to_string(line) + ", column \"color\": "; };
  EXPECT_THAT(errors_of("size,color\n1,2.0\n1,1e3\n1,+5\n1,inf\n1,1e999\n1,\n1,NaN\n"),
              ElementsAre(at(2) + got + "2.0" + hint, at(3) + got + "1e3" + hint, at(4) + got + "+5" + hint,
                          at(5) + got + "inf" + hint, at(6) + got + "1e999" + hint,
                          at(7) + "expected a category: the model does not take missing values here",
                          at(8) + "expected a category: the model does not take missing values here"));
  use(with_hashed_names(true));
  ASSERT_TRUE(read("size,color\n1,\n"));
  EXPECT_TRUE(std::isnan(values_[0]));
}

TEST_F(CsvRows, TakesEveryCellOfTextAsItIs) {
  use(with_text(true));
  ASSERT_TRUE(read("red,1,5\n12,2,7\n\"12\",3,5\n red,4,5\n\"\",5,5\nnan,6,5\n,7,5\n")) << problem_.detail;
  EXPECT_THAT(values_, ElementsAre(0, 1, 5, 1, 2, 7, 1, 3, 5, -1, 4, 5, -1, 5, 5, -1, 6, 5, ::testing::IsNan(), 7, 5));
  ASSERT_TRUE(read("color,size,kind\nred,1,5\n"));  // names features alone
  EXPECT_THAT(values_, ElementsAre(0, 1, 5));
  ASSERT_TRUE(read("color,1,5\nred,2,5\n"));
  EXPECT_THAT(values_, ElementsAre(-1, 1, 5, 0, 2, 5));
  use(with_text(false, false));
  EXPECT_THAT(
      errors_of("rad,1,5\n,1,5\n"),
      ElementsAre(
          "line 1, column \"color\": unknown category \"rad\"; did you mean \"red\"?",
          "line 2, column \"color\": expected the name of a category: the model does not take missing values here"));
}

TEST_F(CsvRows, FindsTheHeaderOfColumnsThatTakeAnyText) {
  const auto names = std::make_shared<HashedNames>();
  const auto hash = HashedNames::hash;
  use(schema_of({{.name = "color", .categories = names}, {.name = "shape", .categories = names}}));
  ASSERT_TRUE(read("shape,color\nround,red\n"));
  EXPECT_THAT(values_, ElementsAre(hash("red"), hash("round")));
  ASSERT_TRUE(read("red,shape\nblue,round\n"));
  EXPECT_EQ(request_.rows, 2U);
  ASSERT_TRUE(read("color,shape\n", CsvHeader::absent));
  EXPECT_THAT(values_, ElementsAre(hash("color"), hash("shape")));
}

TEST_F(CsvRows, TakesAnyHeaderWhereTheNameIsTheInputsOnly) {
  use(schema_of({{.name = "x", .named_by_input = true}}));
  for (const char* const text : {"x\n2\n3", "area\n2\n3", "2\n3"}) {
    EXPECT_TRUE(read(text)) << text;
    EXPECT_THAT(values_, ElementsAre(2, 3)) << text;
  }
  EXPECT_THAT(errors_of("area,rooms\n2,3")[0], HasSubstr("expected 1 cell, got 2"));
  use(schema_of({{.name = "text", .type = model::ElementType::string, .named_by_input = true}}));
  EXPECT_TRUE(read("text\na fine film"));
  EXPECT_EQ(request_.rows, 1U);
  EXPECT_TRUE(read("title\na fine film"));
  EXPECT_EQ(request_.rows, 2U);
}

TEST_F(CsvRows, KeepsCellsOfExtraColumns) {
  use(named({"a", "b"}));
  rows_.truncate(0);
  const std::vector<std::string> extras{"label", "p"};
  const PaddedBody header("b,label,a,p\r\n");
  ASSERT_TRUE(reader_.open(header.view(), *features_, CsvHeader::present, extras));
  const PaddedBody record("1,\"x \"\"y\",2,0.5\n");
  ASSERT_TRUE(reader_.read_records(record.view(), 2, {*features_, rows_}));
  EXPECT_THAT(values_from(rows_, 0), ElementsAre(2, 1));
  EXPECT_EQ(reader_.extra(0), "x \"y");
  EXPECT_EQ(reader_.extra(1), "0.5");
}

TEST_F(CsvRows, LeavesLinesToTheCallerWhereToldTo) {
  use(named({"a", "b"}));
  reader_ = CsvReader(false);
  EXPECT_THAT(errors_of("a,b\n1,x\n1\n"),
              ElementsAre("column \"b\": expected a number, got \"x\"", "expected 2 cells, got 1"));
  EXPECT_THAT(errors_of("a,zzz\n"),
              ElementsAre("column \"zzz\": no feature has that name", "the column \"b\" is missing"));
  EXPECT_FALSE(read("1,2\n1\"2,3\n"));
  EXPECT_EQ(problem_.detail, "malformed CSV: a quote within a cell that does not begin with one");
}

TEST_F(CsvRows, ReadsColumnsInOrderWithoutAHeader) {
  use(named({"a", "b"}));
  ASSERT_TRUE(read("1,2\n3,4"));
  EXPECT_THAT(values_, ElementsAre(1, 2, 3, 4));
  use(numbered(2));
  ASSERT_TRUE(read("this,that\n1,2\n", CsvHeader::present)) << "a model without names takes columns in order";
  EXPECT_THAT(values_, ElementsAre(1, 2));
  ASSERT_TRUE(read("this,that\n1,2\n"));
  EXPECT_THAT(values_, ElementsAre(1, 2));
}

TEST_F(CsvRows, DoesAsTheHeaderParameterSays) {
  use(named({"1", "2"}));
  ASSERT_TRUE(read("2,1\n8,9\n", CsvHeader::present));
  EXPECT_THAT(values_, ElementsAre(9, 8));
  ASSERT_TRUE(read("2,1\n8,9\n", CsvHeader::absent));
  EXPECT_THAT(values_, ElementsAre(2, 1, 8, 9));
  EXPECT_THAT(errors_of("a,b\n8,9\n", CsvHeader::absent),
              ElementsAre("line 1, column \"1\": expected a number, got \"a\"",
                          "line 1, column \"2\": expected a number, got \"b\""));
  EXPECT_EQ(parse_csv_header("Present"), CsvHeader::present);
  EXPECT_EQ(parse_csv_header("ABSENT"), CsvHeader::absent);
  EXPECT_FALSE(parse_csv_header("yes").has_value());
}

TEST_F(CsvRows, ReadsNumbersAsTablesHaveThem) {
  use(numbered(1));
  ASSERT_TRUE(read("1.5\n -2e3 \n+4\n.5\n1.\n-.25\n\"7\"\n1e-400\n123456789.25\n0.1\n\t8\n"));
  EXPECT_THAT(values_, ElementsAre(1.5, -2000, 4, 0.5, 1, -0.25, 7, 0, 123456789.25, 0.1, 8));
}

TEST_F(CsvRows, TakesMissingCells) {
  use(schema_of({{.name = "a", .takes_missing = true}, {.name = "b"}}));
  ASSERT_TRUE(read("a,b\n,1\n\"\",2\n nan ,3\nNaN,4\n"));
  ASSERT_EQ(values_.size(), 8U);
  for (std::size_t i = 0; i < 8; i += 2) EXPECT_TRUE(std::isnan(values_[i]));
  EXPECT_THAT(errors_of("a,b\n1,\n2,\"\"\n"),
              ElementsAre("line 2, column \"b\": expected a number: the model does not take missing values here",
                          HasSubstr("line 3, column \"b\"")));
}

TEST_F(CsvRows, ReadsBooleans) {
  use(schema_of({{.name = "a", .type = model::ElementType::boolean}, {.name = "b"}}));
  ASSERT_TRUE(read("a,b\ntrue,1\nFALSE,2\n1,3\n"));
  EXPECT_THAT(values_, ElementsAre(1, 1, 0, 2, 1, 3));
  EXPECT_THAT(errors_of("a,b\nyes,true\n2,1\n"),
              ElementsAre("line 2, column \"a\": expected true or false, got \"yes\"",
                          "line 2, column \"b\": expected a number, got \"true\"",
                          "line 3, column \"a\": expected true or false, got 2.0"));
}

TEST_F(CsvRows, TellsEveryBadCell) {
  use(numbered(3));
  EXPECT_THAT(errors_of("1,2,3\nx,2,inf\n1,2\n1e999,\"a \"\"b\"\"\",--3\n1,2,3,4,5\n1,+-2,+\n"),
              ElementsAre("line 2, column 1: expected a number, got \"x\"",
                          "line 2, column 3: expected a finite number", "line 3: expected 3 cells, got 2",
                          "line 4, column 1: the number is out of range: beyond any 64-bit float",
                          "line 4, column 2: expected a number, got \"a \"b\"\"",
                          "line 4, column 3: expected a number, got \"--3\"", "line 5: expected 3 cells, got 5",
                          "line 6, column 2: expected a number, got \"+-2\"",
                          "line 6, column 3: expected a number, got \"+\""));
}

TEST_F(CsvRows, TellsWrongColumns) {
  use(named({"age", "income", "height"}));
  EXPECT_THAT(errors_of("age,incme,age\n1,2,3\n"),
              ElementsAre("line 1, column \"incme\": no feature has that name; did you mean \"income\"?",
                          "line 1, column \"age\": the column is given twice",
                          "line 1: the column \"income\" is missing", "line 1: the column \"height\" is missing"));
  std::string wide(2'000'000, ',');
  EXPECT_FALSE(read("age" + wide + "\n1\n", CsvHeader::present));
  EXPECT_EQ(problem_.errors.size(), 20U);
  EXPECT_EQ(problem_.more, 2'000'000U + 2 - 20);
}

TEST_F(CsvRows, CountsLinesThroughQuotesAndBlankLines) {
  use(named({"a\nb", "c"}));
  ASSERT_TRUE(read("\n\r\n\"a\nb\",c\n\n1,2\n\n"));
  EXPECT_THAT(values_, ElementsAre(1, 2));
  EXPECT_THAT(errors_of("\n\"a\nb\",c\n\n1,2\nx,2\n"), ElementsAre(HasSubstr("line 6, column \"a\nb\"")));
}

TEST_F(CsvRows, RefusesBrokenQuoting) {
  use(numbered(2));
  const auto malformed = [&](std::string_view text) {
    EXPECT_FALSE(read(text)) << text;
    EXPECT_EQ(problem_.status, 400) << text;
    return problem_.detail;
  };
  EXPECT_EQ(malformed("1,2\n3,\"4"), "malformed CSV in line 2: a quote is opened and not closed");
  EXPECT_EQ(malformed("1,2\n3,4\"\n"), "malformed CSV in line 2: a quote within a cell that does not begin with one");
  EXPECT_EQ(malformed("1,2\n\"3\"4,5\n"), "malformed CSV in line 2: text after a closing quote");
  EXPECT_EQ(malformed("1,2\r3,4\r"), "malformed CSV in line 1: a carriage return without a line feed");
  EXPECT_EQ(malformed("\"1"), "malformed CSV in line 1: a quote is opened and not closed");
  EXPECT_EQ(malformed("\""), "malformed CSV in line 1: a quote is opened and not closed");
}

TEST_F(CsvRows, WantsARow) {
  use(named({"a"}));
  for (const char* const text : {"", "\n\n", "a", "a\n", "\xEF\xBB\xBF", "a\r\n\r\n"}) {
    EXPECT_THAT(errors_of(text), ElementsAre("expected at least one row")) << text;
  }
}

TEST_F(CsvRows, BoundsRows) {
  use(numbered(1));
  EXPECT_TRUE(read("1\n2\n", CsvHeader::absent, {.max_rows = 2}));
  EXPECT_FALSE(read("1\n2\n3\n", CsvHeader::absent, {.max_rows = 2}));
  EXPECT_EQ(problem_.status, 413);
}

TEST_F(CsvRows, HoldsNothingBeyondTheTextToBePartOfIt) {
  use(numbered(2));
  for (const char padding : {'5', '.', 'e', ',', '"', '\n', '\0'}) {
    const PaddedBody body("1,2\n3,4", padding);
    ASSERT_TRUE(reader_.read(body.view(), {*features_, rows_}, request_)) << padding;
    EXPECT_THAT(values_from(rows_, 1), ElementsAre(1, 2, 3, 4));
    rows_.truncate(1);
  }
}

TEST_F(CsvRows, RoundTripsRandomTables) {
  use(numbered(4));
  std::mt19937_64 random(17);
  std::string text;
  std::vector<double> expected;
  for (int i = 0; i < 4000; ++i) {
    double value = std::bit_cast<double>(random());
    if (!std::isfinite(value) || i % 2 == 0) value = std::ldexp(static_cast<double>(random()), -62);
    expected.push_back(value);
    char number[64];
    text.append(number, std::to_chars(number, number + sizeof number, value).ptr);
    text += i % 4 == 3 ? "\r\n" : ",";
  }
  ASSERT_TRUE(read(text)) << problem_.detail;
  EXPECT_EQ(values_, expected);
}

TEST_F(CsvRows, ReadsAStreamInParts) {
  use(named({"a", "b"}));
  const PaddedBody head("b,a\n1,2\n3,");
  const auto opened = reader_.open(head.view(), *features_, CsvHeader::detect);
  ASSERT_TRUE(opened.has_value());
  EXPECT_EQ(*opened, 4U);
  const PaddedBody first("1,2\n");
  ASSERT_EQ(reader_.read_records(first.view(), 2, {*features_, rows_}).value(), 1U);
  const PaddedBody second("3,4\n5,x\n");
  const auto refused = reader_.read_records(second.view(), 3, {*features_, rows_});
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().detail, "line 4, column \"a\": expected a number, got \"x\"");
  EXPECT_THAT(values_from(rows_, 1), ElementsAre(2, 1));
}

TEST_F(CsvRows, AllocatesNothingOnceWarm) {
  use(named({"a", "b"}));
  const PaddedBody body("b,a\n1,2\n\"3\",4.25\n");
  const auto read_once = [&] {
    rows_.truncate(1);
    if (!reader_.read(body.view(), {*features_, rows_}, request_)) ADD_FAILURE();
  };
  read_once();
  const std::size_t before = test::allocations_of_this_thread();
  for (int i = 0; i < 10; ++i) read_once();
  EXPECT_EQ(test::allocations_of_this_thread(), before);
}

TEST_F(CsvRows, SurvivesEveryChangedByteAndTruncation) {
  use(named({"a", "b"}));
  const std::string text = "\"a\",b\r\n1.5,\"2\"\n\n-3e2,0.25\n";
  for (std::size_t at = 0; at < text.size(); ++at) {
    read(std::string_view(text).substr(0, at));
    for (int byte = 0; byte < 256; ++byte) {
      std::string changed = text;
      changed[at] = static_cast<char>(byte);
      if (!read(changed)) {
        EXPECT_TRUE(problem_.status == 400 || problem_.status == 422);
      }
    }
  }
}

}  // namespace
}  // namespace pelton::codec
