#include "codec/raw_rows.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <limits>
#include <string>
#include <vector>

#include "support.hpp"

namespace pelton::codec {
namespace {

using ::testing::ElementsAre;

template <class Float>
std::string bytes_of(const std::vector<Float>& values) {
  std::string bytes(values.size() * sizeof(Float), '\0');
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

TEST(RawRows, ReadsBothWidths) {
  const FeatureTable features(numbered(2));
  math::RowBuffer rows(2);
  PredictRequest request;
  ASSERT_TRUE(read_raw_rows(bytes_of<double>({0.1, 2, 3, 4}), RawType::float64, {features, rows}, request));
  EXPECT_THAT(values_from(rows, 0), ElementsAre(0.1, 2, 3, 4));
  EXPECT_EQ(request.rows, 2U);
  EXPECT_FALSE(request.single);
  ASSERT_TRUE(read_raw_rows(bytes_of<float>({0.1F, 5}), RawType::float32, {features, rows}, request));
  EXPECT_EQ(request.first_row, 2U);
  EXPECT_THAT(values_from(rows, 2), ElementsAre(static_cast<double>(0.1F), 5));
}

TEST(RawRows, ReadsUnalignedBytes) {
  const FeatureTable features(numbered(1));
  math::RowBuffer rows(1);
  PredictRequest request;
  const std::string bytes = "x" + bytes_of<double>({2.5});
  ASSERT_TRUE(read_raw_rows(std::string_view(bytes).substr(1), RawType::float64, {features, rows}, request));
  EXPECT_THAT(values_from(rows, 0), ElementsAre(2.5));
}

TEST(RawRows, RefusesWhatIsNoWholeNumberOfRows) {
  const FeatureTable features(numbered(2));
  math::RowBuffer rows(2);
  PredictRequest request;
  for (std::size_t size = 0; size < 32; ++size) {
    if (size == 16) continue;
    const auto read = read_raw_rows(std::string(size, '\0'), RawType::float64, {features, rows}, request);
    ASSERT_FALSE(read.has_value()) << size;
    EXPECT_EQ(read.error().status, 422);
    EXPECT_EQ(rows.rows(), 0U);
  }
  const auto read = read_raw_rows(std::string(17, '\0'), RawType::float64, {features, rows}, request);
  EXPECT_EQ(read.error().detail, "the body is 17 bytes long, which is no whole number of rows of 16 bytes (2 values)");
}

TEST(RawRows, ChecksEveryValue) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const FeatureTable features(
      schema_of({{.name = "a", .takes_missing = true}, {.name = "b", .type = model::ElementType::int64}}));
  math::RowBuffer rows(2);
  PredictRequest request;
  ASSERT_TRUE(read_raw_rows(bytes_of<double>({nan, 3}), RawType::float64, {features, rows}, request));
  EXPECT_TRUE(std::isnan(values_from(rows, 0)[0]));
  const auto read =
      read_raw_rows(bytes_of<double>({1, 0.5, -HUGE_VAL, nan}), RawType::float64, {features, rows}, request);
  ASSERT_FALSE(read.has_value());
  EXPECT_THAT(told(read.error()),
              ElementsAre("row 1, column 2 (\"b\"): expected an integer, got 0.5",
                          "row 2, column 1 (\"a\"): expected a finite number",
                          "row 2, column 2 (\"b\"): expected a number: the model does not take missing values here"));
  EXPECT_EQ(rows.rows(), 1U);
}

TEST(RawRows, TakesWholeNumbersForNamesWhereTheyAre) {
  const auto hash = HashedNames::hash;
  const FeatureTable features(with_hashed_names());
  math::RowBuffer rows(2);
  PredictRequest request;
  ASSERT_TRUE(read_raw_rows(bytes_of<double>({12, 1, -0.0, 2, -9007199254740991.0, 2.5}), RawType::float64,
                            {features, rows}, request));
  EXPECT_THAT(values_from(rows, 0), ElementsAre(hash("12"), 1, hash("0"), 2, hash("-9007199254740991"), 2.5));
  ASSERT_TRUE(read_raw_rows(bytes_of<float>({16777215.0F, 1}), RawType::float32, {features, rows}, request));
  EXPECT_THAT(values_from(rows, 3), ElementsAre(hash("16777215"), 1));
}

TEST(RawRows, RefusesNumbersThatNameNoCategory) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const FeatureTable features(with_hashed_names());
  math::RowBuffer rows(2);
  PredictRequest request;
  const auto wide = read_raw_rows(bytes_of<double>({0.5, 1, 9007199254740992.0, 1, 1e300, 1, nan, 1, HUGE_VAL, 1}),
                                  RawType::float64, {features, rows}, request);
  ASSERT_FALSE(wide.has_value());
  const auto at = [](int row) { return "row " + std::to_string(row) + ", column 1 (\"color\"): "; };
  EXPECT_THAT(told(wide.error()),
              ElementsAre(at(1) + "expected a category, told by a whole number, got 0.5",
                          at(2) + "9007199254740992.0 is out of range: categories are told by floats below 2^53",
                          at(3) + "1e+300 is out of range: categories are told by floats below 2^53",
                          at(4) + "expected a category: the model does not take missing values here",
                          at(5) + "expected a category: text or a whole number"));
  EXPECT_EQ(rows.rows(), 0U);
  // From here on a 32-bit float may have been another whole number.
  const auto narrow = read_raw_rows(bytes_of<float>({-16777216.0F, 1}), RawType::float32, {features, rows}, request);
  ASSERT_FALSE(narrow.has_value());
  EXPECT_THAT(told(narrow.error()),
              ElementsAre(at(1) + "-16777216.0 is out of range: categories are told by floats below 2^24"));
}

TEST(RawRows, BoundsRows) {
  const FeatureTable features(numbered(1));
  math::RowBuffer rows(1);
  PredictRequest request;
  const auto read = read_raw_rows(std::string(32, '\0'), RawType::float64, {features, rows, {.max_rows = 3}}, request);
  ASSERT_FALSE(read.has_value());
  EXPECT_EQ(read.error().status, 413);
}

TEST(RawType, IsSpelledTwoWays) {
  EXPECT_EQ(parse_raw_type("float32"), RawType::float32);
  EXPECT_EQ(parse_raw_type("<f4"), RawType::float32);
  EXPECT_EQ(parse_raw_type("float64"), RawType::float64);
  EXPECT_EQ(parse_raw_type("<f8"), RawType::float64);
  EXPECT_FALSE(parse_raw_type(">f8").has_value());
  EXPECT_FALSE(parse_raw_type("").has_value());
}

}  // namespace
}  // namespace pelton::codec
