#include "codec/native_json.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <cmath>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "support.hpp"
#include "support/allocation_counter.hpp"

namespace pelton::codec {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::StartsWith;

/// A reader and a buffer that already holds another caller's row.
class NativeJson : public ::testing::Test {
 protected:
  void use(model::Schema schema) {
    features_.emplace(schema);
    rows_ = math::RowBuffer(features_->width());
    double* const other = rows_.append_row();
    for (std::size_t i = 0; i < features_->width(); ++i) other[i] = -7;
  }

  /// Reads a body; rows of the request are in `values_` afterwards and taken off the buffer again.
  bool read(std::string_view text, ReadLimits limits = {}) {
    const auto result = reader_.read(body_.emplace(text).view(), {*features_, rows_, limits}, request_);
    return settle(text, result);
  }
  bool read_lines(std::string_view text, ReadLimits limits = {}) {
    const auto result = reader_.read_lines(body_.emplace(text, '\n').view(), {*features_, rows_, limits}, request_);
    return settle(text, result);
  }

  bool settle(std::string_view text, const core::Result<void, Problem>& result) {
    values_.clear();
    problem_ = {};
    if (result) {
      EXPECT_EQ(request_.first_row, 1U);
      EXPECT_EQ(rows_.rows(), 1 + request_.rows) << text;
      values_ = values_from(rows_, 1);
    } else {
      problem_ = result.error();
      EXPECT_EQ(rows_.rows(), 1U) << text << ": a refused body left rows behind";
    }
    rows_.truncate(1);
    for (const double value : values_from(rows_, 0)) EXPECT_EQ(value, -7) << text << ": another caller's row changed";
    return result.has_value();
  }

  std::vector<std::string> errors_of(std::string_view text) {
    EXPECT_FALSE(read(text)) << text;
    EXPECT_EQ(problem_.status, 422) << problem_.detail;
    return told(problem_);
  }

  std::optional<FeatureTable> features_;
  std::optional<PaddedBody> body_;  ///< the last one that was read: options may lie in it
  math::RowBuffer rows_;
  NativeJsonReader reader_;
  PredictRequest request_;
  Problem problem_;
  std::vector<double> values_;
};

TEST_F(NativeJson, ReadsOneRow) {
  use(numbered(2));
  ASSERT_TRUE(read(R"({"x":[2,3]})"));
  EXPECT_THAT(values_, ElementsAre(2, 3));
  EXPECT_TRUE(request_.single);
  EXPECT_EQ(request_.rows, 1U);
}

TEST_F(NativeJson, ReadsABatch) {
  use(numbered(2));
  ASSERT_TRUE(read(R"( { "x" : [ [ 2 , 3 ] , [ -4.5e0 , 5 ] ] } )"));
  EXPECT_THAT(values_, ElementsAre(2, 3, -4.5, 5));
  EXPECT_FALSE(request_.single);
  ASSERT_TRUE(read(R"({"x":[[2,3]]})"));
  EXPECT_FALSE(request_.single) << "a list of one row is a list";
}

TEST_F(NativeJson, ReadsNamedRowsInAnyOrder) {
  use(named({"a", "b"}));
  ASSERT_TRUE(read(R"({"x":{"b":3,"a":2}})"));
  EXPECT_THAT(values_, ElementsAre(2, 3));
  EXPECT_TRUE(request_.single);
  ASSERT_TRUE(read(R"({"x":[{"a":2,"b":3},{"b":5,"\u0061":4},[6,7]]})"));
  EXPECT_THAT(values_, ElementsAre(2, 3, 4, 5, 6, 7));
  EXPECT_FALSE(request_.single);
}

TEST_F(NativeJson, ReadsNumbersExactlyWhereverTheyStand) {
  use(numbered(1));
  for (const char* const number : {"0.1", "1e-7", "123456789.123", "-0", "1.7976931348623157e308", "5e-324",
                                   "0.30000000000000004", "9007199254740993"}) {
    for (const char* const space : {"", " ", "\t\r\n  "}) {
      const std::string bare = std::string("{\"x\":[") + space + number + space + "]}";
      ASSERT_TRUE(read(bare)) << bare;
      EXPECT_EQ(std::bit_cast<std::uint64_t>(values_.at(0)),
                std::bit_cast<std::uint64_t>(std::strtod(number, nullptr)));
    }
  }
}

TEST_F(NativeJson, RoundTripsRandomRows) {
  use(numbered(5));
  std::mt19937_64 random(3);
  std::vector<double> expected;
  core::TextBuffer text;
  text.append(R"({"x":[)");
  for (int i = 0; i < 2000; ++i) {
    text.append(i == 0 ? "[" : ",[");
    for (int j = 0; j < 5; ++j) {
      double value = std::bit_cast<double>(random());
      if (!std::isfinite(value) || j % 2 == 0) value = std::ldexp(static_cast<double>(random()), -60);
      if (j != 0) text.append(j % 2 == 0 ? ", " : ",");
      core::append_json_number(text, value);
      expected.push_back(value);
    }
    text.append(']');
  }
  text.append("]}");
  ASSERT_TRUE(read(text.view())) << problem_.detail;
  EXPECT_EQ(values_, expected);
}

TEST_F(NativeJson, ReadsOptions) {
  model::Schema schema = numbered(1);
  schema.outputs[static_cast<std::size_t>(model::Method::decision_function)] = model::OutputSpec{};
  use(schema);
  const PaddedBody body(R"({"method":"decision_function","explain":"top3","version":"v\u0032","timeout_ms":2.5,)"
                        R"("priority":7,"model":"m\u0031","x":[1],"id":"a\"b"})");
  const auto result = reader_.read(body.view(), {*features_, rows_}, request_);
  ASSERT_TRUE(result.has_value()) << result.error().detail;
  const PredictOptions& options = request_.options;
  EXPECT_EQ(options.method, model::Method::decision_function);
  EXPECT_EQ(options.explain_top, 3U);
  EXPECT_EQ(options.version, "v2");
  EXPECT_EQ(options.model, "m1");
  EXPECT_EQ(options.timeout, core::Duration(std::chrono::microseconds(2500)));
  EXPECT_EQ(options.priority, 7U);
  EXPECT_EQ(options.id, R"("a\"b")");
}

TEST_F(NativeJson, ReadsOptionsThatAreIntegers) {
  use(numbered(1));
  const PaddedBody body(R"({"x":[1],"version":12,"explain":4,"id":99})");
  ASSERT_TRUE(reader_.read(body.view(), {*features_, rows_}, request_).has_value());
  EXPECT_EQ(request_.options.version, "12");
  EXPECT_EQ(request_.options.explain_top, 4U);
  EXPECT_EQ(request_.options.id, "99");
  EXPECT_FALSE(request_.options.method.has_value());
  EXPECT_FALSE(request_.options.timeout.has_value());
}

TEST_F(NativeJson, TellsWrongOptions) {
  use(numbered(1));
  const std::string row = R"({"x":[1],)";
  EXPECT_THAT(errors_of(row + R"("methd":"predict"})"),
              ElementsAre(R"(/methd: unknown member "methd"; did you mean "method"?)"));
  EXPECT_THAT(errors_of(row + R"("a/b~c":[[{}]]})"), ElementsAre(R"(/a~1b~0c: unknown member "a/b~c")"));
  EXPECT_THAT(errors_of(row + R"("method":"predic"})"),
              ElementsAre(R"(/method: unknown method "predic"; did you mean "predict"? (this model offers: predict))"));
  EXPECT_THAT(errors_of(row + R"("method":"leaf"})"),
              ElementsAre("/method: this model does not offer leaf (it offers: predict)"));
  EXPECT_THAT(errors_of(row + R"("method":3})"), ElementsAre("/method: expected a string, got a number"));
  EXPECT_THAT(errors_of(row + R"("explain":"all"})"), ElementsAre(HasSubstr("/explain: expected how many")));
  EXPECT_THAT(errors_of(row + R"("explain":0})"), ElementsAre(HasSubstr("/explain")));
  EXPECT_THAT(errors_of(row + R"("explain":1.5})"), ElementsAre(HasSubstr("/explain")));
  EXPECT_THAT(errors_of(row + R"("explain":"top"})"), ElementsAre(HasSubstr("/explain")));
  EXPECT_THAT(errors_of(row + R"("version":1.5})"),
              ElementsAre(R"(/version: expected a string or an integer, got "1.5")"));
  EXPECT_THAT(errors_of(row + R"("version":null})"),
              ElementsAre("/version: expected a string or an integer, got null"));
  EXPECT_THAT(errors_of(row + R"("version":""})"), ElementsAre("/version: expected a name, got an empty string"));
  for (const char* const timeout : {"0", "-5", "1e400", "86400001", "1e300"}) {
    EXPECT_THAT(errors_of(row + "\"timeout_ms\":" + timeout + "}"), ElementsAre(HasSubstr("/timeout_ms"))) << timeout;
  }
  EXPECT_THAT(errors_of(row + R"("timeout_ms":"5"})"), ElementsAre("/timeout_ms: expected a number, got a string"));
  for (const char* const priority : {"101", "-1", "1.5", "1e3", "99999999999999999999"}) {
    EXPECT_THAT(errors_of(row + "\"priority\":" + priority + "}"), ElementsAre(HasSubstr("/priority"))) << priority;
  }
  EXPECT_THAT(errors_of(row + "\"id\":\"" + std::string(300, 'i') + "\"}"),
              ElementsAre("/id: longer than 256 characters"));
  EXPECT_THAT(errors_of(row + R"("id":{}})"), ElementsAre("/id: expected a string or an integer, got an object"));
}

TEST_F(NativeJson, TakesIntegersHoweverTheyAreWritten) {
  use(numbered(1));
  ASSERT_TRUE(read(R"({"x":[1],"priority":3.0e1,"version":20.0,"id":-1.0})"));
  EXPECT_EQ(request_.options.priority, 30U);
  EXPECT_EQ(request_.options.version, "20");
  EXPECT_EQ(request_.options.id, "-1.0") << "given back as it was written";
  std::string longest;
  for (int i = 0; i < 128; ++i) longest += "\\u00e4ö";
  ASSERT_TRUE(read(R"({"x":[1],"id":")" + longest + "\"}"));
  EXPECT_THAT(errors_of(R"({"x":[1],"id":")" + longest + "o\"}"), ElementsAre("/id: longer than 256 characters"));
}

TEST_F(NativeJson, GivesOptionsOfARequestThatDoesNotFit) {
  use(numbered(1));
  const PaddedBody body(R"({"x":[1,2,3],"version":"7"})");
  EXPECT_FALSE(reader_.read(body.view(), {*features_, rows_}, request_).has_value());
  EXPECT_EQ(request_.options.version, "7");
}

TEST_F(NativeJson, TellsWrongLengths) {
  use(numbered(2));
  EXPECT_THAT(errors_of(R"({"x":[1,2,3]})"), ElementsAre("/x: expected 2 values, got 3"));
  EXPECT_THAT(errors_of(R"({"x":[1]})"), ElementsAre("/x: expected 2 values, got 1"));
  EXPECT_THAT(errors_of(R"({"x":[[1,2],[3],[],[4,5,"x",{}]]})"),
              ElementsAre("/x/1: expected 2 values, got 1", "/x/2: expected 2 values, got 0",
                          "/x/3: expected 2 values, got 4"));
  use(numbered(1));
  EXPECT_THAT(errors_of(R"({"x":[2,3]})"),
              ElementsAre("/x: expected 1 value, got 2; several rows of one value are written [[1],[2]]"));
  ASSERT_TRUE(read(R"({"x":[[2],[3]]})"));
  EXPECT_THAT(values_, ElementsAre(2, 3));
}

TEST_F(NativeJson, TellsWrongShapes) {
  use(numbered(2));
  EXPECT_THAT(errors_of(R"({"x":[]})"), ElementsAre("/x: expected at least one row"));
  EXPECT_THAT(errors_of(R"({"x":5})"),
              ElementsAre("/x: expected a row (a list or an object) or a list of rows, got a number"));
  EXPECT_THAT(errors_of(R"({"x":null})"), ElementsAre(HasSubstr("got null")));
  EXPECT_THAT(errors_of(R"({"x":"[1,2]"})"), ElementsAre(HasSubstr("got a string")));
  EXPECT_THAT(errors_of(R"({"x":[[1,2],3]})"),
              ElementsAre("/x/1: expected a row (a list or an object), as the first is, got a number"));
  EXPECT_THAT(errors_of(R"({"x":[1,[2]]})"), ElementsAre("/x/1: expected a number, got a list"));
  EXPECT_THAT(errors_of(R"({"x":[[1,[2]],[3,{}]]})"),
              ElementsAre("/x/0/1: expected a number, got a list", "/x/1/1: expected a number, got an object"));
  EXPECT_THAT(errors_of(R"({"x":{"a":1,"b":2}})"),
              ElementsAre("/x: the model knows its features by position: expected a list of 2 values, got an object"));
  EXPECT_THAT(errors_of("[2,3]"), ElementsAre("expected an object such as {\"x\":[2,3]}, got a list"));
  EXPECT_THAT(errors_of("7"), ElementsAre(HasSubstr("got a number")));
  EXPECT_THAT(errors_of("{}"), ElementsAre(HasSubstr("the member \"x\" is missing")));
  EXPECT_THAT(errors_of(R"({"X":[2,3]})"),
              ElementsAre(R"(/X: unknown member "X"; did you mean "x"?)", HasSubstr("\"x\" is missing")));
}

TEST_F(NativeJson, TellsWrongNames) {
  use(named({"sepal_length", "sepal_width", "a/b"}));
  EXPECT_THAT(errors_of(R"({"x":{"sepal_lenght":1,"sepal_width":2,"a/b":3}})"),
              ElementsAre(R"(/x/sepal_lenght: unknown feature "sepal_lenght"; did you mean "sepal_length"?)",
                          R"(/x: missing feature "sepal_length")"));
  EXPECT_THAT(errors_of(R"({"x":[{},{"a/b":"y","a\/b":2}]})"),
              ElementsAre(R"(/x/0: missing features "sepal_length", "sepal_width", "a/b")",
                          "/x/1/a~1b: expected a number, got a string", "/x/1/a~1b: the name is given twice",
                          R"(/x/1: missing features "sepal_length", "sepal_width")"));
}

TEST_F(NativeJson, TellsMembersGivenTwice) {
  use(numbered(1));
  EXPECT_THAT(errors_of(R"({"x":[1],"x":[2]})"), ElementsAre("/x: the name is given twice"));
  EXPECT_THAT(errors_of(R"({"x":[1],"\u0078":[2]})"), ElementsAre("/x: the name is given twice"));
  EXPECT_THAT(errors_of(R"({"id":1,"id":1,"x":[1]})"), ElementsAre("/id: the name is given twice"));
}

TEST_F(NativeJson, TakesMissingValuesWhereTheModelDoes) {
  use(schema_of({{.name = "a", .takes_missing = true}, {.name = "b"}}));
  ASSERT_TRUE(read(R"({"x":[null,1]})"));
  EXPECT_TRUE(std::isnan(values_[0]));
  ASSERT_TRUE(read(R"({"x":{"a":NaN,"b":1}})"));
  EXPECT_TRUE(std::isnan(values_[0]));
  EXPECT_THAT(errors_of(R"({"x":[1,null]})"),
              ElementsAre("/x/1: expected a number: the model does not take missing values here"));
  EXPECT_THAT(errors_of(R"({"x":[[Infinity,NaN],[-Infinity,2]]})"),
              ElementsAre("/x/0/0: expected a finite number", HasSubstr("/x/0/1: expected a number"),
                          "/x/1/0: expected a finite number"));
  for (const char* const word : {"nan", "Nan", "-NaN", "+Infinity", "Infinit", "-Inf", "nul", "NULL"}) {
    EXPECT_FALSE(read(std::string(R"({"x":[)") + word + ",1]}")) << word;
    EXPECT_EQ(problem_.status, 400) << word;
  }
}

TEST_F(NativeJson, HoldsValuesToTheirTypes) {
  use(schema_of({{.name = "f", .type = model::ElementType::float32},
                 {.name = "i", .type = model::ElementType::int64},
                 {.name = "b", .type = model::ElementType::boolean, .takes_missing = true}}));
  ASSERT_TRUE(
      read(R"({"x":[[3.4028234663852886e38,-5,true],[1e-60,7.0,false],[0.1,9007199254740992,1],[1,2e3,null]]})"))
      << problem_.detail;
  EXPECT_EQ(values_[0], 3.4028234663852886e38);
  EXPECT_EQ(values_[2], 1);
  EXPECT_EQ(values_[3], 1e-60) << "rows are doubles: the model casts";
  EXPECT_EQ(values_[5], 0);
  EXPECT_THAT(errors_of(R"({"x":[3.5e38,1.5,2]})"),
              ElementsAre("/x/0: 3.5e+38 is out of range: the model's feature is a 32-bit float",
                          "/x/1: expected an integer, got 1.5", "/x/2: expected true or false, got 2.0"));
  EXPECT_THAT(
      errors_of(R"({"x":[true,9007199254740994,"yes"]})"),
      ElementsAre("/x/0: expected a number, got a boolean", HasSubstr("/x/1: 9007199254740994.0 is out of range"),
                  "/x/2: expected true or false, got a string"));
  EXPECT_THAT(
      errors_of(R"({"x":[1e400,"2",-1e999]})"),
      ElementsAre("/x/0: the number is out of range: beyond any 64-bit float", "/x/1: expected a number, got a string",
                  "/x/2: the number is out of range: beyond any 64-bit float"));
}

TEST_F(NativeJson, ListsTwentyErrorsAndCountsTheRest) {
  use(numbered(1));
  std::string text = R"({"x":[)";
  for (int i = 0; i < 1000; ++i) text += "[\"a\"],";
  text += "[1]]}";
  const std::vector<std::string> errors = errors_of(text);
  ASSERT_EQ(errors.size(), 20U);
  EXPECT_EQ(errors[19], "/x/19/0: expected a number, got a string");
  EXPECT_EQ(problem_.more, 980U);
  EXPECT_EQ(problem_.detail, "/x/0/0: expected a number, got a string (and 999 further errors)");
}

TEST_F(NativeJson, RefusesMalformedBodiesEvenBehindWrongFields) {
  use(numbered(2));
  EXPECT_FALSE(read(R"({"x":["a",1],)"));
  EXPECT_EQ(problem_.status, 400);
  EXPECT_TRUE(problem_.errors.empty());
  EXPECT_FALSE(read(R"({"x":[2,3]} x)"));
  EXPECT_EQ(problem_.detail,
            "malformed JSON at byte 12 (line 1, column 13): something follows the end of the JSON value");
  for (const char* const text : {R"({"x":[2,,3]})",
                                 R"({"x":[2,3],})",
                                 R"({"x":[2 3]})",
                                 R"({"x":[02,3]})",
                                 R"({"x":[2,3.]})",
                                 R"({"x":[.2,3]})",
                                 R"({"x":[+2,3]})",
                                 R"({"x":[-,3]})",
                                 R"({"x":[2,3)",
                                 R"({"x":[2,3}})",
                                 R"({x:[2,3]})",
                                 R"({"x":[2,3],"a"})",
                                 R"({"x":[/,3]})",
                                 R"({"x":[.,3]})",
                                 R"({"x":[0x2,3]})",
                                 "{\"x\":[2,3],\"\xFF\":1}",
                                 R"({"x":[2,3],"k":"\ud800"})",
                                 "\xEF\xBB\xBF{\"x\":[2,3]}",
                                 "",
                                 " ",
                                 R"({"x":[[2,3],]})",
                                 R"({"x":{]})"}) {
    EXPECT_FALSE(read(text)) << text;
    EXPECT_EQ(problem_.status, 400) << text;
  }
}

TEST_F(NativeJson, RefusesDeepNestingAnywhere) {
  use(numbered(1));
  const std::string deep(100'000, '[');
  EXPECT_FALSE(read(R"({"x":)" + deep));
  EXPECT_EQ(problem_.status, 400);
  EXPECT_FALSE(read(R"({"x":[1],"other":)" + deep));
  EXPECT_THAT(problem_.detail, HasSubstr("nested too deeply"));
}

TEST_F(NativeJson, BoundsRows) {
  use(numbered(1));
  EXPECT_TRUE(read(R"({"x":[[1],[2],[3]]})", {.max_rows = 3}));
  EXPECT_FALSE(read(R"({"x":[[1],[2],[3],[4]]})", {.max_rows = 3}));
  EXPECT_EQ(problem_.status, 413);
  EXPECT_EQ(problem_.detail, "too many rows: at most 3 are taken in one request");
}

TEST_F(NativeJson, KeepsNoRowsOfABodyItWillRefuse) {
  use(numbered(1000));
  std::string text = R"({"x":[)";
  for (int i = 0; i < 20'000; ++i) text += "[],";
  text += "[]]}";
  EXPECT_FALSE(read(text));
  EXPECT_EQ(problem_.more, 20'001U - 20U);
  EXPECT_LT(rows_.capacity_bytes(), 1'000'000U);
}

TEST_F(NativeJson, RefusesEveryTruncation) {
  use(schema_of({{.name = "a", .takes_missing = true}, {.name = "b", .type = model::ElementType::float32}}));
  for (const std::string text :
       {R"({"x":[2,3]})", R"({"x":[0.0,0.000000000000000000001]})", R"({"x":[[1.23456789012345678,-3e-5],[null,1]]})",
        R"({"x":{"a":NaN,"b":1.5}})",
        R"({"x":[{"a":12345678,"b":0.25},{"b":1,"a":-0}],"id":"n\u00e9","method":"predict","timeout_ms":1e3})"}) {
    ASSERT_TRUE(read(text)) << problem_.detail;
    for (std::size_t size = 0; size < text.size(); ++size) {
      for (const char padding : {'0', ']', '}', '"', '\0'}) {
        const PaddedBody body(std::string_view(text).substr(0, size), padding);
        EXPECT_FALSE(reader_.read(body.view(), {*features_, rows_}, request_).has_value()) << body.view();
        EXPECT_EQ(rows_.rows(), 1U);
      }
    }
  }
}

TEST_F(NativeJson, SurvivesEveryChangedByte) {
  use(named({"a", "b"}));
  const std::string text = R"({"x":[{"a":1.5,"b":-2e3},[3,4]],"id":7,"method":"predict"})";
  for (std::size_t at = 0; at < text.size(); ++at) {
    for (int byte = 0; byte < 256; ++byte) {
      std::string changed = text;
      changed[at] = static_cast<char>(byte);
      if (!read(changed)) {
        EXPECT_TRUE(problem_.status == 400 || problem_.status == 422);
      }
    }
  }
}

TEST_F(NativeJson, AllocatesNothingOnceWarm) {
  use(schema_of({{.name = "a", .takes_missing = true}, {.name = "b", .type = model::ElementType::float32}}));
  const std::vector<PaddedBody> bodies = [] {
    std::vector<PaddedBody> all;
    for (const char* const text :
         {R"({"x":[2,3]})", R"({"x":[[2,3],[null,1.2345678901234567]],"method":"predict","id":"abc"})",
          R"({"x":[{"b":1,"a":2},{"\u0061":1,"b":2}],"version":"\u0031","timeout_ms":5})"}) {
      all.emplace_back(text);
    }
    return all;
  }();
  const auto read_all = [&] {
    for (const PaddedBody& body : bodies) {
      rows_.truncate(1);
      if (!reader_.read(body.view(), {*features_, rows_}, request_)) ADD_FAILURE() << body.view();
    }
  };
  read_all();
  const std::size_t before = test::allocations_of_this_thread();
  for (int i = 0; i < 10; ++i) read_all();
  EXPECT_EQ(test::allocations_of_this_thread(), before);
}

model::Schema with_categories(bool unknown_is_missing) {
  return schema_of({{.name = "color",
                     .type = model::ElementType::float32,
                     .takes_missing = true,
                     .categories = model::make_categories({"red", "green", "deep \"blue\""}, unknown_is_missing)},
                    {.name = "size"}});
}

TEST_F(NativeJson, TakesCategoriesByNameAndByNumber) {
  use(with_categories(false));
  ASSERT_TRUE(read(R"({"x":[["green",1],["deep \u0022blue\u0022",2],[0,3],[7,4]]})")) << problem_.detail;
  EXPECT_THAT(values_, ElementsAre(1, 1, 2, 2, 0, 3, 7, 4));
  ASSERT_TRUE(read(R"({"x":{"size":1,"color":"red"}})")) << problem_.detail;
  EXPECT_THAT(values_, ElementsAre(0, 1));
  EXPECT_FALSE(read(R"({"x":[["gren",1],["red","big"],[null,2]]})"));
  EXPECT_EQ(problem_.status, 422);
  EXPECT_THAT(told(problem_), ElementsAre(R"(/x/0/0: unknown category "gren"; did you mean "green"?)",
                                          "/x/1/1: expected a number, got a string"));
  EXPECT_FALSE(read(R"({"x":{"size":1,"color":"purple"}})"));
  EXPECT_THAT(told(problem_), ElementsAre(R"(/x/color: unknown category "purple")"));
}

TEST_F(NativeJson, UnknownCategoriesAreMissingWhereTheModelSaysSo) {
  use(with_categories(true));
  ASSERT_TRUE(read(R"({"x":["purple",1]})")) << problem_.detail;
  EXPECT_TRUE(std::isnan(values_[0]));
}

TEST_F(NativeJson, CategoriesAllocateNothingOnceWarm) {
  use(with_categories(false));
  const PaddedBody body(R"({"x":[["green",1],["deep \"blue\"",2],[1,2]]})");
  const auto read_it = [&] {
    rows_.truncate(1);
    if (!reader_.read(body.view(), {*features_, rows_}, request_)) ADD_FAILURE();
  };
  read_it();
  const std::size_t before = test::allocations_of_this_thread();
  for (int i = 0; i < 10; ++i) read_it();
  EXPECT_EQ(test::allocations_of_this_thread(), before);
}

TEST_F(NativeJson, TakesWholeNumbersForNamesWhereTheyAre) {
  use(with_hashed_names());
  const auto hash = HashedNames::hash;
  ASSERT_TRUE(read(R"({"x":[[12,1],["12",2],[ -3 ,3],[0,4],[-0,5],["007",6],[9223372036854775807,7]]})"));
  EXPECT_THAT(values_, ElementsAre(hash("12"), 1, hash("12"), 2, hash("-3"), 3, hash("0"), 4, hash("0"), 5, hash("007"),
                                   6, hash("9223372036854775807"), 7));
  ASSERT_TRUE(read(R"({"x":{"size":2.5,"color":-9223372036854775808}})")) << problem_.detail;
  EXPECT_THAT(values_, ElementsAre(hash("-9223372036854775808"), 2.5));
  ASSERT_TRUE(read_lines("[7,1]\n{\"color\":8,\"size\":2}\n"));
  EXPECT_THAT(values_, ElementsAre(hash("7"), 1, hash("8"), 2));
}

TEST_F(NativeJson, TakesTextWhereItIsAFeature) {
  use(with_text(true));
  ASSERT_TRUE(read(R"({"x":[["red",1,5],["r\u0065d",2,7],["12",3,5],["",4,5],[null,5,5]]})")) << problem_.detail;
  EXPECT_THAT(values_, ElementsAre(0, 1, 5, 0, 2, 7, 1, 3, 5, -1, 4, 5, ::testing::IsNan(), 5, 5));
  EXPECT_FALSE(read(R"({"x":[[12,1,5],[true,1,5],["red",1,6],["red","1",5],["red",1,null]]})"));
  EXPECT_THAT(told(problem_), ElementsAre("/x/0/0: expected the name of a category, got a number",
                                          "/x/1/0: expected the name of a category, got a boolean",
                                          "/x/2/2: 6.0 is none of the values the model knows: 5, 7",
                                          "/x/3/1: expected a number, got a string",
                                          "/x/4/2: expected a number: the model does not take missing values here"));
  use(with_text(false, false));
  EXPECT_FALSE(read(R"({"x":{"color":"rad","size":1,"kind":5}})"));
  EXPECT_THAT(told(problem_), ElementsAre("/x/color: unknown category \"rad\"; did you mean \"red\"?"));
}

TEST_F(NativeJson, RefusesNumbersThatNameNoCategory) {
  use(with_hashed_names());
  EXPECT_FALSE(read(R"({"x":[[2.0,1],[1e3,1],[2.5,1],[-0.0,1],[1e999,1],[9223372036854775808,1],[null,1],[true,1]]})"));
  EXPECT_EQ(problem_.status, 422);
  const std::string expected = "/0: expected a category: text or a whole number, got ";
  const std::string hint = "; in quotes it names a category";
  EXPECT_THAT(told(problem_), ElementsAre("/x/0" + expected + "2.0" + hint, "/x/1" + expected + "1e3" + hint,
                                          "/x/2" + expected + "2.5" + hint, "/x/3" + expected + "-0.0" + hint,
                                          "/x/4" + expected + "1e999" + hint,
                                          "/x/5/0: the number is out of range: beyond 64 bits" + hint,
                                          "/x/6/0: expected a category: the model does not take missing values here",
                                          "/x/7/0: expected a category, got a boolean"));
  EXPECT_FALSE(read(R"({"x":{"color":2.5,"size":1}})"));
  EXPECT_THAT(told(problem_), ElementsAre(StartsWith("/x/color: expected a category")));
  EXPECT_FALSE(read(R"({"x":[)" + std::string(500, '1') + ".5,1]}"));
  EXPECT_LT(problem_.detail.size(), 250U);
  EXPECT_FALSE(read_lines("[1,1]\n[0.5,1]\n"));
  EXPECT_THAT(told(problem_), ElementsAre(HasSubstr("line 2: expected a category: text or a whole number, got 0.5")));
  use(with_hashed_names(true));
  ASSERT_TRUE(read(R"({"x":[null,1]})"));
  EXPECT_TRUE(std::isnan(values_[0]));
}

TEST_F(NativeJson, NumbersThatAreNamesAllocateNothingOnceWarm) {
  use(with_hashed_names());
  const PaddedBody body(R"({"x":[[12,1],["12",2],[-9223372036854775808,3]]})");
  const auto read_it = [&] {
    rows_.truncate(1);
    if (!reader_.read(body.view(), {*features_, rows_}, request_)) ADD_FAILURE();
  };
  read_it();
  const std::size_t before = test::allocations_of_this_thread();
  for (int i = 0; i < 10; ++i) read_it();
  EXPECT_EQ(test::allocations_of_this_thread(), before);
}

TEST_F(NativeJson, ReadsLines) {
  use(named({"x", "y"}));
  ASSERT_TRUE(read_lines("[1,2]\n{\"x\":3,\"y\":4}\r\n\n  \n{\"x\":[5,6]}\n{\"x\":{\"y\":8,\"x\":7}}"))
      << problem_.detail;
  EXPECT_THAT(values_, ElementsAre(1, 2, 3, 4, 5, 6, 7, 8));
  EXPECT_FALSE(request_.single);
  EXPECT_EQ(request_.rows, 4U);
  ASSERT_TRUE(read_lines("[1,2]"));
  EXPECT_FALSE(request_.single);
}

TEST_F(NativeJson, TellsTheLineOfAnError) {
  use(named({"a", "b"}));
  EXPECT_FALSE(read_lines("[1,2]\n\n[1,2,3]\n{\"a\":1,\"c\":2}\n{\"x\":[\"n\",2]}\n7\n{\"x\":[1,2],\"id\":3}"));
  EXPECT_EQ(problem_.status, 422);
  EXPECT_THAT(told(problem_),
              ElementsAre("line 3: expected 2 values, got 3", R"(/c: line 4: unknown feature "c"; did you mean "a"?)",
                          R"(line 4: missing feature "b")", "/x/0: line 5: expected a number, got a string",
                          "line 6: expected a row (a list or an object), got a number",
                          "/id: line 7: a line holds one row: nothing may stand beside \"x\""));
  EXPECT_FALSE(read_lines("[1,2]\n[1,\n2]\n"));
  EXPECT_EQ(problem_.status, 400);
  EXPECT_EQ(problem_.detail, "malformed JSON at byte 9 (line 2, column 4): it ends too early: expected a value");
  EXPECT_FALSE(read_lines("[1,2] [3,4]\n"));
  EXPECT_EQ(problem_.status, 400);
  EXPECT_FALSE(read_lines("\n \r\n"));
  EXPECT_EQ(problem_.detail, "expected at least one row");
  EXPECT_FALSE(read_lines("[1,2]\n[1,2]\n", {.max_rows = 1}));
  EXPECT_EQ(problem_.status, 413);
}

TEST_F(NativeJson, ReadsOneLineOfAStream) {
  use(numbered(2));
  const PaddedBody good("[1,2]");
  ASSERT_TRUE(reader_.read_line(good.view(), 41, {*features_, rows_}).has_value());
  EXPECT_THAT(values_from(rows_, 1), ElementsAre(1, 2));
  const PaddedBody wrong("[1]");
  const auto refused = reader_.read_line(wrong.view(), 42, {*features_, rows_});
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().detail, "line 42: expected 2 values, got 1");
  const PaddedBody broken("[1");
  EXPECT_THAT(reader_.read_line(broken.view(), 43, {*features_, rows_}).error().detail, HasSubstr("line 43, column 3"));
  EXPECT_EQ(rows_.rows(), 2U);
  // Without a line the caller tells it.
  EXPECT_EQ(reader_.read_line(wrong.view(), 0, {*features_, rows_}).error().detail, "expected 2 values, got 1");
  EXPECT_THAT(reader_.read_line(broken.view(), 0, {*features_, rows_}).error().detail,
              HasSubstr("malformed JSON at byte 2: "));
}

}  // namespace
}  // namespace pelton::codec
