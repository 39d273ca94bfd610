// Rows whose features are of every type, texts among them, through every reader of rows.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "codec/csv_rows.hpp"
#include "codec/golden_rows.hpp"
#include "codec/native_json.hpp"
#include "codec/raw_rows.hpp"
#include "codec/row_stream.hpp"
#include "core/text_buffer.hpp"
#include "core/utf8.hpp"
#include "pieced_text.hpp"
#include "support.hpp"
#include "support/allocation_counter.hpp"

namespace pelton::codec {
namespace {

using model::ElementType;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using namespace std::string_literals;
using namespace std::string_view_literals;

model::Schema every_type() {
  return schema_of({{.name = "price"},
                    {.name = "rooms", .type = ElementType::int64},
                    {.name = "new", .type = ElementType::boolean},
                    {.name = "title", .type = ElementType::string},
                    {.name = "note", .type = ElementType::string, .takes_missing = true},
                    {.name = "color",
                     .type = ElementType::string,
                     .takes_missing = true,
                     .categories = model::make_categories({"red", "7", " b"}, false)}});
}

/// One text, one number.
model::Schema small() { return schema_of({{.name = "t", .type = ElementType::string}, {.name = "n"}}); }

std::string number_text(double value) {
  if (std::isnan(value)) return "-";
  core::TextBuffer text;
  core::append_json_number(text, value);
  return std::string(text.view());
}

/// The cells of the rows from `first` on, as they are told, texts in brackets.
std::vector<std::string> cells_from(const math::RowBuffer& rows, std::size_t first, const FeatureTable& features) {
  std::vector<std::string> told;
  for (std::size_t r = first; r < rows.rows(); ++r) {
    for (std::size_t c = 0; c < features.width(); ++c) {
      const double cell = rows.view()(r, c);
      told.push_back(features[c].is_text() ? "[" + std::string(core::text_of(cell)) + "]" : number_text(cell));
    }
  }
  return told;
}

class TextRows : public ::testing::Test {
 protected:
  void use(const model::Schema& schema) {
    features_.emplace(schema);
    rows_ = math::RowBuffer(features_->width());
    double* const other = rows_.append_row();
    for (std::size_t i = 0; i < features_->width(); ++i) {
      other[i] = (*features_)[i].is_text() ? rows_.put_text("another caller's") : -7;
    }
  }

  bool json(std::string_view text) {
    const PaddedBody body(text);
    return settle(json_.read(body.view(), {*features_, rows_}, request_));
  }
  bool lines(std::string_view text) {
    const PaddedBody body(text, '\n');
    return settle(json_.read_lines(body.view(), {*features_, rows_}, request_));
  }
  bool csv(std::string_view text, CsvHeader header = CsvHeader::detect) {
    const PaddedBody body(text, '"');
    return settle(csv_.read(body.view(), {*features_, rows_}, request_, header));
  }

  bool settle(const core::Result<void, Problem>& result) {
    cells_ = {};
    problem_ = result ? Problem{} : result.error();
    if (result) {
      cells_ = cells_from(rows_, 1, *features_);
    } else {
      EXPECT_EQ(rows_.rows(), 1U);
    }
    rows_.truncate(1);
    for (std::size_t i : features_->text_features()) {
      EXPECT_EQ(core::text_of(rows_.view()(0, i)), "another caller's");
    }
    return result.has_value();
  }

  std::optional<FeatureTable> features_;
  math::RowBuffer rows_;
  NativeJsonReader json_;
  CsvReader csv_;
  PredictRequest request_;
  Problem problem_;
  std::vector<std::string> cells_;
};

TEST_F(TextRows, JsonTakesEveryType) {
  use(every_type());
  ASSERT_TRUE(json(R"({"x":[[1.5,2,true,"a \"b\"\n\u00e4\ud83d\ude00\u0000!","",  "7"],[0,-1,0,"",null,null]]})"))
      << problem_.detail;
  EXPECT_THAT(cells_, ElementsAre("1.5", "2.0", "1.0", "[a \"b\"\nä😀\0!]"s, "[]", "1.0",  //
                                  "0.0", "-1.0", "0.0", "[]", "[]", "-"));
  EXPECT_FALSE(json(R"({"x":{"color":"red","note":NaN,"\u0074itle":"12","new":1,"rooms":3,"price":null}})"));
  EXPECT_THAT(told(problem_), ElementsAre("/x/price: expected a number: the model does not take missing values here"));
  ASSERT_TRUE(json(R"({"x":{"color":"red","note":NaN,"\u0074itle":"12","new":1,"rooms":3,"price":4}})"));
  EXPECT_THAT(cells_, ElementsAre("4.0", "3.0", "1.0", "[12]", "[]", "0.0"));
  ASSERT_TRUE(lines("[1,2,false,\"one\",\"\",\" b\"]\n{\"x\":[1,2,true,\"two\",\"z\",\"red\"]}\n"));
  EXPECT_THAT(cells_,
              ElementsAre("1.0", "2.0", "0.0", "[one]", "[]", "2.0", "1.0", "2.0", "1.0", "[two]", "[z]", "0.0"));
}

TEST_F(TextRows, JsonSaysWhatItExpected) {
  use(every_type());
  EXPECT_FALSE(json(R"({"x":["a","b","c",3,2.5,1]})"));
  EXPECT_EQ(problem_.status, 422);
  EXPECT_THAT(
      told(problem_),
      ElementsAre("/x/0: expected a number, got a string", "/x/1: expected a number, got a string",
                  "/x/2: expected true or false, got a string", "/x/3: expected a text, got a number",
                  "/x/4: expected a text, got a number", "/x/5: expected the name of a category, got a number"));
  EXPECT_FALSE(json(R"({"x":[1,1.5,null,null,true,"blue"]})"));
  EXPECT_THAT(told(problem_), ElementsAre("/x/1: expected an integer, got 1.5",
                                          "/x/2: expected true or false: the model does not take missing values here",
                                          "/x/3: expected a text: the model does not take missing values here",
                                          "/x/4: expected a text, got a boolean", R"(/x/5: unknown category "blue")"));
  EXPECT_FALSE(json(R"({"x":[1,1,2,["a"],{"a":1},-Infinity]})"));
  EXPECT_THAT(told(problem_), ElementsAre("/x/2: expected true or false, got 2.0", "/x/3: expected a text, got a list",
                                          "/x/4: expected a text, got an object",
                                          "/x/5: expected the name of a category, got a number"));
  EXPECT_FALSE(json(R"({"x":[1,1,1,1e999,NaN,false]})"));
  EXPECT_THAT(told(problem_), ElementsAre("/x/3: expected a text, got a number",
                                          "/x/5: expected the name of a category, got a boolean"));
  for (const char* const broken : {R"({"x":["\ud800",1]})", R"({"x":["\x",1]})", "{\"x\":[\"\xff\",1]}",
                                   "{\"x\":[\"\xed\xa0\x80\",1]}", "{\"x\":[\"a\nb\",1]}", R"({"x":["a,1]})"}) {
    use(small());
    EXPECT_FALSE(json(broken)) << broken;
    EXPECT_EQ(problem_.status, 400) << broken;
  }
}

TEST_F(TextRows, CsvTakesEveryType) {
  use(every_type());
  // Columns in another order; quotes, separators and ends of lines within texts.
  ASSERT_TRUE(
      csv("title,new,note,price,color,rooms\r\n"
          "\"a, \"\"b\"\"\r\nc\",true,,1.5,7,2\r\n"
          " spaces ,0,nan,2,\" b\",-3\r\n"
          ",FALSE,\"\",1e3,,4\n"
          "12,1,0.5,1,,4"))
      << problem_.detail;
  EXPECT_THAT(cells_, ElementsAre("1.5", "2.0", "1.0", "[a, \"b\"\r\nc]", "[]", "1.0",  //
                                  "2.0", "-3.0", "0.0", "[ spaces ]", "[nan]", "2.0",   //
                                  "1000.0", "4.0", "0.0", "[]", "[]", "-",              //
                                  "1.0", "4.0", "1.0", "[12]", "[0.5]", "-"));
  ASSERT_TRUE(csv("1,2,true,title,note,red\n"));
  EXPECT_THAT(cells_, ElementsAre("1.0", "2.0", "1.0", "[title]", "[note]", "0.0"));
}

TEST_F(TextRows, CsvSaysWhatItExpected) {
  use(every_type());
  EXPECT_FALSE(csv("1,2,true,ok,ok,red\nx,1.5,2,\xff,\"\xc3(\",blue\n"));
  EXPECT_THAT(told(problem_), ElementsAre(R"(line 2, column "price": expected a number, got "x")",
                                          R"(line 2, column "rooms": expected an integer, got 1.5)",
                                          R"(line 2, column "new": expected true or false, got 2.0)",
                                          R"(line 2, column "title": the text is not UTF-8)",
                                          R"(line 2, column "note": the text is not UTF-8)",
                                          R"(line 2, column "color": unknown category "blue")"));
  EXPECT_FALSE(csv("title,new,note,price,color\na,true,b,1,red\n"));
  EXPECT_THAT(told(problem_), ElementsAre(R"(line 1: the column "rooms" is missing)"));
  use(schema_of({{.name = "", .type = ElementType::string, .categories = model::make_categories({"a"}, false)}}));
  EXPECT_FALSE(csv("a\n\"\"\n"));
  EXPECT_THAT(told(problem_), ElementsAre(HasSubstr(R"(line 2, column 1: unknown category "")")));
  EXPECT_FALSE(csv("a\nnan\n", CsvHeader::absent));
  EXPECT_THAT(told(problem_), ElementsAre(HasSubstr(R"(line 2, column 1: unknown category "nan")")));
}

TEST_F(TextRows, CsvTellsAHeaderFromTexts) {
  const auto two = schema_of({{.name = "a", .type = ElementType::string}, {.name = "b", .type = ElementType::string}});
  use(two);
  ASSERT_TRUE(csv("b,a\n1,2\n"));
  EXPECT_THAT(cells_, ElementsAre("[2]", "[1]"));
  ASSERT_TRUE(csv("b,c\n"));
  EXPECT_THAT(cells_, ElementsAre("[b]", "[c]")) << "not all are features' names";
  ASSERT_TRUE(csv("b,a\n", CsvHeader::absent));
  EXPECT_THAT(cells_, ElementsAre("[b]", "[a]"));
  EXPECT_FALSE(csv("b,c\n1,2\n", CsvHeader::present));
  use(small());
  ASSERT_TRUE(csv("n,t\n1,n\n"));
  EXPECT_THAT(cells_, ElementsAre("[n]", "1.0"));
  ASSERT_TRUE(csv("t,1\n"));
  EXPECT_THAT(cells_, ElementsAre("[t]", "1.0"));
  // The model knows no names: the first record is a row unless the caller says it is not.
  use(schema_of({{.name = "", .type = ElementType::string}, {.name = "", .type = ElementType::string}}));
  ASSERT_TRUE(csv("one,two\nthree,four\n"));
  EXPECT_THAT(cells_, ElementsAre("[one]", "[two]", "[three]", "[four]"));
  ASSERT_TRUE(csv("one,two\nthree,four\n", CsvHeader::present));
  EXPECT_THAT(cells_, ElementsAre("[three]", "[four]"));
  // A lone empty text is written "": a blank line is no row.
  use(schema_of({{.name = "t", .type = ElementType::string}}));
  ASSERT_TRUE(csv("t\n\"\"\n\nb\n"));
  EXPECT_THAT(cells_, ElementsAre("[]", "[b]"));
}

TEST_F(TextRows, RawRowsAreRefused) {
  use(small());
  // What would be a cell that leads somewhere, and what would not.
  for (const double cell : {4e-310, 1.0, std::nan(""), 0.0}) {
    const double row[] = {cell, 2};
    const std::string body(reinterpret_cast<const char*>(row), sizeof row);
    EXPECT_FALSE(settle(read_raw_rows(body, RawType::float64, {*features_, rows_}, request_)));
    EXPECT_EQ(problem_.status, 415);
    EXPECT_EQ(
        problem_.detail,
        "application/octet-stream holds numbers only, and the model's feature \"t\" is text; send JSON, NDJSON or "
        "CSV");
  }
  EXPECT_FALSE(settle(read_raw_rows("", RawType::float32, {*features_, rows_}, request_)));
  EXPECT_EQ(problem_.status, 415);
  use(schema_of(
      {{.name = ""}, {.name = "", .type = ElementType::string, .categories = model::make_categories({"a"}, true)}}));
  const double row[] = {1, 0};
  const std::string body(reinterpret_cast<const char*>(row), sizeof row);
  EXPECT_FALSE(settle(read_raw_rows(body, RawType::float64, {*features_, rows_}, request_)));
  EXPECT_THAT(problem_.detail, HasSubstr("the model's feature 2 is text"));
}

TEST_F(TextRows, ARefusedBodyGivesItsTextsBack) {
  use(small());
  const std::size_t before = rows_.capacity_bytes();
  const std::string large(200'000, 'x');
  EXPECT_FALSE(json("{\"x\":[[\"" + large + "\",1],[\"" + large + "\",\"a\"],[\"" + large + "\",1]]}"));
  EXPECT_FALSE(json("{\"x\":[[\"" + large + "\",1],[\"" + large + "\""));
  EXPECT_FALSE(csv(large + ",1\n" + large + ",x\n" + large + ",2\n"));
  EXPECT_FALSE(csv(large + ",1\n\"" + large + ",x\n"));
  EXPECT_LT(rows_.capacity_bytes(), before + 1000);
}

TEST_F(TextRows, TextsAllocateNothingOnceWarm) {
  use(small());
  std::string body = R"({"x":[)";
  for (int i = 0; i < 300; ++i) body += R"(["some \u0077ords that are a little longer",1],)";
  const PaddedBody whole(body + R"(["",2]]})");
  const PaddedBody table("t,n\n\"a \"\"quoted\"\" text of some length\",1\nplain text of some length,2\n");
  const auto read_all = [&] {
    rows_.clear();
    if (!json_.read(whole.view(), {*features_, rows_}, request_)) ADD_FAILURE();
    if (!csv_.read(table.view(), {*features_, rows_}, request_)) ADD_FAILURE();
  };
  for (int i = 0; i < 3; ++i) read_all();
  const std::size_t before = test::allocations_of_this_thread();
  for (int i = 0; i < 10; ++i) read_all();
  EXPECT_EQ(test::allocations_of_this_thread(), before);
}

/// A text of any characters, now and then a long one.
std::string random_text(std::mt19937_64& random) {
  std::string text;
  for (std::size_t length = random() % 30 == 0 ? random() % 5000 : random() % 12; length != 0; --length) {
    static constexpr std::string_view kMeaningful = "\",\n\r\\\0 ;{}[]:/"sv;
    char32_t scalar = 0;
    switch (random() % 6) {
      case 0: scalar = static_cast<unsigned char>(kMeaningful[random() % kMeaningful.size()]); break;
      case 1: scalar = static_cast<char32_t>(random() % 0x20); break;
      case 2: scalar = static_cast<char32_t>(random() % 0x110000); break;
      default: scalar = static_cast<char32_t>('a' + random() % 26); break;
    }
    if (scalar >= 0xD800 && scalar < 0xE000) continue;
    char utf8[4];
    text.append(utf8, core::encode_utf8(scalar, utf8));
  }
  return text;
}

/// As a JSON string, characters escaped at random where they need not be.
std::string as_json(const std::string& text, std::mt19937_64& random) {
  core::TextBuffer plain;
  core::append_json_string(plain, text);
  if (random() % 2 == 0) return std::string(plain.view());
  std::string escaped = "\"";
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = core::utf8_length(std::string_view(text).substr(at));
    char32_t scalar = static_cast<unsigned char>(text[at]);
    if (length > 1) scalar &= 0xFFU >> (length + 1);
    for (std::size_t i = 1; i < length; ++i) scalar = scalar << 6 | (static_cast<unsigned char>(text[at + i]) & 0x3FU);
    const auto unit = [&](unsigned value) {
      char hex[8];
      std::snprintf(hex, sizeof hex, random() % 2 == 0 ? "\\u%04x" : "\\u%04X", value);
      escaped += hex;
    };
    if (scalar >= 0x10000) {
      unit(0xD800 + ((scalar - 0x10000) >> 10));
      unit(0xDC00 + ((scalar - 0x10000) & 0x3FF));
    } else {
      unit(scalar);
    }
    at += length;
  }
  return escaped + '"';
}

std::string as_csv(const std::string& text, std::mt19937_64& random) {
  if (text.find_first_of("\",\r\n") == std::string::npos && !text.empty() && random() % 2 == 0) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? "\"\"" : std::string(1, c);
  return quoted + '"';
}

TEST_F(TextRows, AnyTextComesThroughEveryFormat) {
  use(small());
  std::mt19937_64 random(11);
  for (int round = 0; round < 400; ++round) {
    std::vector<std::string> expected;
    std::string json_text = R"({"x":[)";
    std::string line_text;
    std::string csv_text = "n,t\n";
    const std::size_t count = 1 + random() % 8;
    for (std::size_t i = 0; i < count; ++i) {
      const std::string text = random_text(random);
      expected.push_back("[" + text + "]");
      expected.push_back(std::to_string(i) + ".0");
      json_text += (i == 0 ? "[" : ",[") + as_json(text, random) + "," + std::to_string(i) + "]";
      line_text += "{\"n\":" + std::to_string(i) + ",\"t\":" + as_json(text, random) + "}\n";
      csv_text += std::to_string(i) + "," + as_csv(text, random) + "\n";
    }
    ASSERT_TRUE(json(json_text + "]}")) << json_text << problem_.detail;
    ASSERT_EQ(cells_, expected);
    ASSERT_TRUE(lines(line_text)) << line_text << problem_.detail;
    ASSERT_EQ(cells_, expected);
    ASSERT_TRUE(csv(csv_text)) << csv_text << problem_.detail;
    ASSERT_EQ(cells_, expected);
    for (const std::string& file : {csv_text, line_text, json_text + "]}"}) {
      PiecedText source(file, 1 + random() % 200);
      RowStream stream(source, *features_);
      math::RowBuffer rows(2);
      for (bool more = true; more;) {
        const auto step = stream.next(rows);
        ASSERT_TRUE(step);
        ASSERT_NE(*step, RowStream::Step::bad_row) << stream.complaint();
        if (*step == RowStream::Step::dry) {
          ASSERT_TRUE(stream.refill());
        }
        more = *step != RowStream::Step::end;
      }
      ASSERT_EQ(cells_from(rows, 0, *features_), expected) << file;
    }
  }
}

TEST(TextStream, TakesConstantMemory) {
  const FeatureTable features(small());
  for (const std::string_view piece : {"some words of a text,1\n"sv, "[\"some \\u0077ords\",1]\n"sv}) {
    RepeatedSource source(piece, 20'000'000);
    RowStream stream(source, features);
    math::RowBuffer rows(2);
    std::size_t count = 0;
    std::size_t most = 0;
    for (bool more = true; more;) {
      const auto step = stream.next(rows);
      ASSERT_TRUE(step && *step != RowStream::Step::bad_row);
      if (*step == RowStream::Step::dry || rows.rows() == 4096 || *step == RowStream::Step::end) {
        most = std::max(most, rows.capacity_bytes());
        count += rows.rows();
        rows.clear();
      }
      if (*step == RowStream::Step::dry) {
        ASSERT_TRUE(stream.refill());
      }
      more = *step != RowStream::Step::end;
    }
    EXPECT_EQ(count, source.pieces());
    EXPECT_LT(most, 1'000'000U);
  }
}

TEST(TextGolden, ReadsTextsBesideWhatIsExpected) {
  model::Schema schema = small();
  schema.classes = {"no"s, "yes, sir"s};
  schema.outputs[static_cast<std::size_t>(model::Method::predict)] =
      model::OutputSpec{.name = "predict", .type = ElementType::string, .labelled = true};
  const FeatureTable features(schema);
  for (
      const std::string& text :
      {"predict,n,t\n\"yes, sir\",1,\"a\n\"\"b\"\"\"\nno,2,predict\n"s,
       "{\"x\":[\"a\\n\\\"b\\\"\",1],\"predict\":\"yes, sir\"}\n{\"predict\":\"no\",\"x\":{\"n\":2,\"t\":\"predict\"}}"s}) {
    PiecedText source(text, 7);
    GoldenRows golden(source, features, schema, {});
    math::RowBuffer rows(2);
    ExpectedOutputs expected;
    std::vector<std::string> labels;
    for (;;) {
      const auto more = golden.next(rows, expected);
      ASSERT_TRUE(more) << more.error().message();
      if (!*more) break;
      labels.push_back(expected[0]->front().text);
    }
    EXPECT_THAT(cells_from(rows, 0, features), ElementsAre("[a\n\"b\"]", "1.0", "[predict]", "2.0"));
    EXPECT_THAT(labels, ElementsAre("yes, sir", "no"));
  }
  PiecedText source("{\"x\":[1,1],\"predict\":\"no\"}\n");
  GoldenRows golden(source, features, schema, {});
  math::RowBuffer rows(2);
  ExpectedOutputs expected;
  const auto more = golden.next(rows, expected);
  ASSERT_FALSE(more);
  EXPECT_THAT(more.error().message(), HasSubstr("/x/0: expected a text, got a number"));
  EXPECT_EQ(rows.rows(), 0U);
}

}  // namespace
}  // namespace pelton::codec
