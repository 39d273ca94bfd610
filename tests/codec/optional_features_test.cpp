#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "codec/csv_rows.hpp"
#include "codec/feature_table.hpp"
#include "codec/field_errors.hpp"
#include "codec/json_rows.hpp"
#include "codec/native_json.hpp"
#include "codec/request_schema.hpp"
#include "support.hpp"

/// Features that rows may leave out by name, however rows are read.
namespace pelton::codec {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

model::Schema maps() {
  return schema_of({{.name = "a", .optional = true},
                    {.name = "needed"},
                    {.name = "b", .optional = true},
                    {.name = "c", .type = model::ElementType::float32, .optional = true}});
}

class OptionalFeatures : public ::testing::Test {
 protected:
  template <class Reader>
  bool settle(Reader&& read) {
    rows_.truncate(0);
    const core::Result<void, Problem> result = read();
    if (!result) problem_ = result.error();
    EXPECT_TRUE(result || rows_.rows() == 0);
    values_ = values_from(rows_, 0);
    return result.has_value();
  }
  RowTarget target() { return {features_, rows_, limits_}; }

  bool read_json(std::string_view text) {
    const PaddedBody body(text);
    NativeJsonReader reader;
    return settle([&] { return reader.read(body.view(), target(), request_); });
  }
  bool read_csv(std::string_view text) {
    const PaddedBody body(text);
    CsvReader reader;
    return settle([&] { return reader.read(body.view(), target(), request_); });
  }
  /// An object of columns; with `common`, a list of rows that begin with those values.
  bool read_columns(std::string_view text) { return read_with({}, text, false); }
  bool read_rows_after(std::string_view common, std::string_view text) { return read_with(common, text, true); }

  FeatureTable features_{maps()};
  math::RowBuffer rows_{4};
  ReadLimits limits_;
  PredictRequest request_;
  Problem problem_;
  std::vector<double> values_;

 private:
  bool read_with(std::string_view common, std::string_view text, bool list) {
    const PaddedBody first(common);
    const PaddedBody body(text);
    return settle([&]() -> core::Result<void, Problem> {
      FieldErrors errors;
      JsonScratch scratch;
      JsonCursor cursor(list ? first.view() : body.view());
      const RowTarget into = target();
      JsonRows rows(cursor, into, scratch, errors);
      bool good = true;
      if (list) {
        good = rows.read_common("/context");
        cursor = JsonCursor(body.view());
        good = good && rows.read_list("/rows");
      } else {
        good = rows.read_columns("/columns");
      }
      if (!good) {
        rows_.truncate(0);
        return rows.too_many() ? rows.excess() : cursor.problem();
      }
      if (errors.empty()) return {};
      rows_.truncate(0);
      return errors.take_problem();
    });
  }
};

TEST_F(OptionalFeatures, AreFilledInWhereARowLeavesThemOut) {
  ASSERT_TRUE(read_json(R"({"x":[{"needed":5},{"c":3,"needed":6,"a":1}]})")) << problem_.detail;
  EXPECT_THAT(values_, ElementsAre(0, 5, 0, 0, 1, 6, 0, 3));
}

TEST_F(OptionalFeatures, LeaveTheOthersToBeNamed) {
  ASSERT_FALSE(read_json(R"({"x":{"a":5}})"));
  EXPECT_EQ(problem_.status, 422);
  EXPECT_THAT(told(problem_), ElementsAre(HasSubstr("missing feature \"needed\"")));
  ASSERT_FALSE(read_json(R"({"x":[5,6]})"));
  EXPECT_THAT(told(problem_), ElementsAre(HasSubstr("expected 4 values, got 2")));
}

TEST_F(OptionalFeatures, LetNamesPassThatTheModelDoesNotKnow) {
  ASSERT_TRUE(read_json(R"({"x":{"needed":5,"city=Paris":"x","deep":[{}],"b":2}})")) << problem_.detail;
  EXPECT_THAT(values_, ElementsAre(0, 5, 2, 0));
  ASSERT_FALSE(read_json(R"({"x":{"needed":5,"needed":6}})"));
  EXPECT_THAT(told(problem_), ElementsAre(HasSubstr("twice")));
}

TEST_F(OptionalFeatures, AreFilledInByColumns) {
  ASSERT_TRUE(read_columns(R"({"needed":[1,2],"zzz":[7],"c":[3,4]})")) << problem_.detail;
  EXPECT_THAT(values_, ElementsAre(0, 1, 0, 3, 0, 2, 0, 4));
  ASSERT_FALSE(read_columns(R"({"a":[1,2]})"));
  EXPECT_THAT(told(problem_), ElementsAre(HasSubstr("missing feature \"needed\"")));
  ASSERT_FALSE(read_columns(R"({"zzz":[1,2]})"));
  EXPECT_THAT(told(problem_), ElementsAre(HasSubstr("at least one column")));
}

TEST_F(OptionalFeatures, AreFilledInByTables) {
  ASSERT_TRUE(read_csv("zzz,needed,c\nx,1,3\n,2,4\n")) << problem_.detail;
  EXPECT_THAT(values_, ElementsAre(0, 1, 0, 3, 0, 2, 0, 4));
  ASSERT_FALSE(read_csv("a,b\n1,2\n"));
  EXPECT_THAT(told(problem_), ElementsAre(HasSubstr("column \"needed\" is missing")));
}

TEST_F(OptionalFeatures, AreFilledInAfterWhatRowsHaveInCommon) {
  ASSERT_TRUE(read_rows_after(R"({"needed":9})", R"([{},{"b":1}])")) << problem_.detail;
  EXPECT_THAT(values_, ElementsAre(0, 9, 0, 0, 0, 9, 1, 0));
}

TEST_F(OptionalFeatures, AreNotFilledInBeyondTheLimit) {
  limits_.max_filled = 6;
  EXPECT_TRUE(read_json(R"({"x":[{"needed":5},{"needed":6}]})"));
  ASSERT_FALSE(read_json(R"({"x":[{"needed":5},{"needed":6},{"needed":6}]})"));
  EXPECT_EQ(problem_.status, 413);
  EXPECT_THAT(problem_.detail, HasSubstr("at most 6 values are filled in"));
  EXPECT_TRUE(read_csv("needed\n1\n2\n"));
  ASSERT_FALSE(read_csv("needed\n1\n2\n3\n"));
  EXPECT_EQ(problem_.status, 413);
  EXPECT_TRUE(read_columns(R"({"needed":[1,2]})"));
  ASSERT_FALSE(read_columns(R"({"needed":[1,2,3]})"));
  EXPECT_EQ(problem_.status, 413);
  ASSERT_FALSE(read_rows_after(R"({"needed":9})", R"([{},{}])"));
  EXPECT_EQ(problem_.status, 413);
}

TEST_F(OptionalFeatures, AreNotRequiredByTheSchema) {
  core::TextBuffer text;
  append_row_schema(text, maps());
  EXPECT_THAT(text.view(), HasSubstr(R"("required":["needed"],"additionalProperties":true)"));
}

}  // namespace
}  // namespace pelton::codec
