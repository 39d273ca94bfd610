#include <gtest/gtest.h>

#include <cmath>

#include "rows_apart.hpp"

/// The operators of ai.onnx.ml that select, fill, scale and encode columns.
namespace pelton::operators {
namespace {

using Floats = std::vector<float>;
using Strings = std::vector<std::string>;
using Integers = std::vector<std::int64_t>;
using Numbers = std::vector<double>;
using Attributes = std::map<std::string, AttributeValue, std::less<>>;
using tensor::RowAxis;

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
constexpr float kInfinity = std::numeric_limits<float>::infinity();

NodeCase ml(const Attributes& attributes) { return {.opset = 1, .domain = kMlDomain, .attributes = attributes}; }
Tensor run_ml(std::string_view name, const Attributes& attributes, const Tensor& x) {
  return run_node(name, ml(attributes), {&x});
}
bool apart(std::string_view name, const Attributes& attributes, const Tensor& x, std::size_t axis) {
  return expect_rows_apart(name, ml(attributes), {{.tensor = &x, .rows = RowAxis::at(axis)}});
}

TEST(ArrayFeatureExtractor, SelectsFromTheLastDimension) {
  const Tensor x = make_tensor<double>({2, 3}, {0, 1, 2, 3, 4, 5});
  const Tensor numbers = make_tensor<std::int64_t>({1, 2}, {2, 0});
  const Tensor y = run_node("ArrayFeatureExtractor", ml({}), {&x, &numbers});
  EXPECT_EQ(y.shape(), Shape({2, 2}));
  EXPECT_EQ(list<double>(y), (std::vector<double>{2, 0, 5, 3}));
  const Tensor flat = make_tensor<std::int32_t>({3}, {7, 8, 9});
  EXPECT_EQ(run_node("ArrayFeatureExtractor", ml({}), {&flat, &numbers}).shape(), Shape({1, 2}));
  const Tensor last = make_tensor<std::int64_t>({2}, {-1, -3});
  EXPECT_EQ(list<double>(run_node("ArrayFeatureExtractor", ml({}), {&x, &last})), (std::vector<double>{2, 0, 5, 3}));
}

TEST(ArrayFeatureExtractor, RefusesNumbersOfNoColumn) {
  const Tensor x = make_tensor<float>({1, 2}, {0, 1});
  for (const std::int64_t number : {std::int64_t{2}, std::int64_t{-3}, INT64_MIN, INT64_MAX}) {
    const Tensor numbers = Tensor::scalar(number);
    EXPECT_THROW(run_node("ArrayFeatureExtractor", ml({}), {&x, &numbers}), tensor::Failure);
  }
  const Tensor none = make_tensor<std::int64_t>({0}, {});
  EXPECT_THROW(run_node("ArrayFeatureExtractor", ml({}), {&x, &none}), tensor::Failure);
  const Tensor scalar = Tensor::scalar(1.0F);
  const Tensor zero = Tensor::scalar<std::int64_t>(0);
  EXPECT_THROW(run_node("ArrayFeatureExtractor", ml({}), {&scalar, &zero}), tensor::Failure);
}

TEST(ArrayFeatureExtractor, RowsAreOfTheDataOrOfTheNumbers) {
  const Tensor x = make_tensor<float>({3, 2}, {0, 1, 2, 3, 4, 5});
  const Tensor classes = make_tensor<float>({2}, {10, 20});
  const Tensor numbers = make_tensor<std::int64_t>({3, 1}, {1, 0, 1});
  const Tensor wide = make_tensor<std::int64_t>({3, 2}, {1, 0, 1, 1, 0, 0});
  const auto rows = [](const Tensor& tensor, std::size_t axis) {
    return RowsInput{.tensor = &tensor, .rows = RowAxis::at(axis)};
  };
  EXPECT_TRUE(expect_rows_apart("ArrayFeatureExtractor", ml({}), {rows(x, 0), {.tensor = &numbers}}));
  EXPECT_TRUE(expect_rows_apart("ArrayFeatureExtractor", ml({}), {{.tensor = &classes}, rows(numbers, 0)}));
  EXPECT_EQ(row_axes("ArrayFeatureExtractor", ml({}), {{.tensor = &classes}, rows(numbers, 0)})[0], RowAxis::at(1));
  EXPECT_FALSE(expect_rows_apart("ArrayFeatureExtractor", ml({}), {{.tensor = &classes}, rows(wide, 0)}));
  EXPECT_FALSE(expect_rows_apart("ArrayFeatureExtractor", ml({}), {rows(classes, 0), {.tensor = &wide}}));
  EXPECT_FALSE(expect_rows_apart("ArrayFeatureExtractor", ml({}), {rows(x, 0), rows(numbers, 0)}));
}

TEST(Binarizer, GivesOneAboveTheThreshold) {
  EXPECT_EQ(list<float>(
                run_ml("Binarizer", {{"threshold", 0.5}}, make_tensor<float>({5}, {0.5F, 0.6F, -1, kNan, kInfinity}))),
            (Floats{0, 1, 0, 0, 1}));
  EXPECT_EQ(list<double>(run_ml("Binarizer", {}, make_tensor<double>({2}, {0, 1e-300}))), (Numbers{0, 1}));
}

TEST(Binarizer, ComparesIntegersExactly) {
  constexpr std::int64_t kBig = (std::int64_t{1} << 53) + 1;
  const Tensor x = make_tensor<std::int64_t>({4}, {kBig, kBig - 1, INT64_MIN, INT64_MAX});
  EXPECT_EQ(list<std::int64_t>(run_ml("Binarizer", {{"threshold", 0x1p53}}, x)), (Integers{1, 0, 0, 1}));
  EXPECT_EQ(list<std::int64_t>(run_ml("Binarizer", {{"threshold", -0.5}}, make_tensor<std::int64_t>({2}, {0, -1}))),
            (Integers{1, 0}));
  EXPECT_EQ(list<std::int64_t>(run_ml("Binarizer", {{"threshold", 1e30}}, x)), (Integers{0, 0, 0, 0}));
  EXPECT_EQ(list<std::int64_t>(run_ml("Binarizer", {{"threshold", -1e30}}, x)), (Integers{1, 1, 1, 1}));
}

TEST(FeatureVectorizer, PutsColumnsSideBySide) {
  const Tensor a = make_tensor<std::int64_t>({2, 2}, {1, 2, 3, 4});
  const Tensor b = make_tensor<double>({2, 1}, {0.5, 1.5});
  const Tensor y = run_node("FeatureVectorizer", ml({{"inputdimensions", Integers{2, 1}}}), {&a, &b});
  EXPECT_EQ(y.shape(), Shape({2, 3}));
  EXPECT_EQ(list<float>(y), (Floats{1, 2, 0.5, 3, 4, 1.5}));
  // What an input has more is cut off, what it lacks is zero.
  EXPECT_EQ(list<float>(run_node("FeatureVectorizer", ml({{"inputdimensions", Integers{1, 2}}}), {&a, &b})),
            (Floats{1, 0.5, 0, 3, 1.5, 0}));
  const Tensor line = make_tensor<float>({2}, {7, 8});
  EXPECT_EQ(run_ml("FeatureVectorizer", {{"inputdimensions", Integers{2}}}, line).shape(), Shape({1, 2}));
}

TEST(FeatureVectorizer, RefusesWhatDoesNotFit) {
  const Tensor a = make_tensor<float>({2, 1}, {1, 2});
  const Tensor b = make_tensor<float>({3, 1}, {1, 2, 3});
  const Tensor text = make_tensor<std::string_view>({1}, {"a"});
  EXPECT_THROW(run_node("FeatureVectorizer", ml({{"inputdimensions", Integers{1, 1}}}), {&a, &b}), tensor::Failure);
  EXPECT_THROW(run_ml("FeatureVectorizer", {{"inputdimensions", Integers{1, 1}}}, a), Refusal);
  EXPECT_THROW(run_ml("FeatureVectorizer", {{"inputdimensions", Integers{-1}}}, a), Refusal);
  EXPECT_THROW(run_ml("FeatureVectorizer", {{"inputdimensions", Integers{INT64_MAX}}}, a), Refusal);
  EXPECT_THROW(run_ml("FeatureVectorizer", {{"inputdimensions", Integers{1}}}, text), Refusal);
}

TEST(FeatureVectorizer, RowsStayApartWhereAllInputsHaveThem) {
  const Tensor a = make_tensor<float>({3, 1}, {1, 2, 3});
  const NodeCase test = ml({{"inputdimensions", Integers{1, 1}}});
  const RowsInput rows{.tensor = &a, .rows = RowAxis::at(0)};
  EXPECT_TRUE(expect_rows_apart("FeatureVectorizer", test, {rows, rows}));
  EXPECT_FALSE(expect_rows_apart("FeatureVectorizer", test, {rows, {.tensor = &a}}));
}

TEST(Imputer, ReplacesTheMissing) {
  const Tensor x = make_tensor<float>({2, 2}, {kNan, 1, 2, -kNan});
  const Attributes a_column{{"imputed_value_floats", Numbers{5, 6}},
                            {"replaced_value_float", static_cast<double>(kNan)}};
  EXPECT_EQ(list<float>(run_ml("Imputer", a_column, x)), (Floats{5, 1, 2, 6}));
  const Attributes one{{"imputed_value_int64s", Integers{9}}, {"replaced_value_int64", std::int64_t{-1}}};
  EXPECT_EQ(list<std::int64_t>(run_ml("Imputer", one, make_tensor<std::int64_t>({3}, {-1, 0, 1}))),
            (Integers{9, 0, 1}));
  EXPECT_EQ(
      list<double>(run_ml("Imputer", {{"imputed_value_floats", Numbers{4}}}, make_tensor<double>({2}, {-0.0, 1}))),
      (Numbers{4, 1}));
  EXPECT_TRUE(apart("Imputer", a_column, make_tensor<float>({3, 2}, {kNan, 1, 2, kNan, kNan, kNan}), 0));
  EXPECT_FALSE(apart("Imputer", a_column, x, 1));
}

TEST(Imputer, RefusesWhatDoesNotFit) {
  const Tensor x = make_tensor<float>({1, 3}, {1, 2, 3});
  EXPECT_THROW(run_ml("Imputer", {{"imputed_value_floats", Numbers{1, 2}}}, x), tensor::Failure);
  EXPECT_THROW(run_ml("Imputer", {{"imputed_value_int64s", Integers{1}}}, x), Refusal);
  EXPECT_THROW(run_ml("Imputer", {{"imputed_value_int64s", Integers{1LL << 40}}}, make_tensor<std::int32_t>({1}, {1})),
               Refusal);
  EXPECT_THROW(run_ml("Imputer", {{"imputed_value_floats", Numbers{1}}}, Tensor::scalar(1.0F)), tensor::Failure);
}

TEST(Normalizer, DividesRowsByTheirNorm) {
  const Tensor x = make_tensor<float>({3, 2}, {3, -4, 0, 0, -1, -2});
  EXPECT_EQ(list<float>(run_ml("Normalizer", {{"norm", std::string("L2")}}, x)).at(1), -0.8F);
  EXPECT_EQ(list<float>(run_ml("Normalizer", {{"norm", std::string("L1")}}, x)),
            (Floats{3.0F / 7, -4.0F / 7, 0, 0, -1.0F / 3, -2.0F / 3}));
  EXPECT_EQ(list<float>(run_ml("Normalizer", {}, x)), (Floats{1, -4.0F / 3, 0, 0, 1, 2}));
  EXPECT_EQ(
      list<float>(run_ml("Normalizer", {{"norm", std::string("L1")}}, make_tensor<std::int64_t>({2}, {INT64_MIN, 0}))),
      (Floats{-1, 0}));
  EXPECT_EQ(run_ml("Normalizer", {}, make_tensor<double>({2, 0}, {})).shape(), Shape({2, 0}));
  EXPECT_THROW(run_ml("Normalizer", {}, make_tensor<float>({1, 1, 1}, {1})), tensor::Failure);
  EXPECT_THROW(run_ml("Normalizer", {}, Tensor::scalar(1.0F)), tensor::Failure);
  EXPECT_THROW(run_ml("Normalizer", {{"norm", std::string("L3")}}, x), Refusal);
}

TEST(Normalizer, RowsStayApart) {
  Tensor x;
  const auto values = x.reset<float>({3, 11});
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = 1.0F / static_cast<float>(i + 1);
  for (const char* norm : {"L1", "L2", "MAX"}) EXPECT_TRUE(apart("Normalizer", {{"norm", std::string(norm)}}, x, 0));
  EXPECT_FALSE(apart("Normalizer", {}, x, 1));
}

TEST(OneHotEncoder, GivesOneInThePlaceOfTheCategory) {
  const Tensor y =
      run_ml("OneHotEncoder", {{"cats_strings", Strings{"a", "b"}}}, make_tensor<std::string_view>({2, 1}, {"b", "x"}));
  EXPECT_EQ(y.shape(), Shape({2, 1, 2}));
  EXPECT_EQ(list<float>(y), (Floats{0, 1, 0, 0}));
  const Attributes integers{{"cats_int64s", Integers{3, 0, -1}}};
  EXPECT_EQ(list<float>(run_ml("OneHotEncoder", integers, make_tensor<float>({4}, {3.9F, -0.9F, kNan, kInfinity}))),
            (Floats{1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0}));
  EXPECT_EQ(list<float>(run_ml("OneHotEncoder", integers, make_tensor<std::int32_t>({1}, {-1}))), (Floats{0, 0, 1}));
  EXPECT_EQ(run_ml("OneHotEncoder", integers, Tensor::scalar<std::int64_t>(0)).shape(), Shape({3}));
  EXPECT_TRUE(apart("OneHotEncoder", integers, make_tensor<double>({3, 2}, {0, 1, 3, 0, -1, 9}), 0));
}

TEST(OneHotEncoder, FailsOnUnknownCategoriesWithoutZeros) {
  const Attributes attributes{{"cats_int64s", Integers{1}}, {"zeros", std::int64_t{0}}};
  EXPECT_EQ(list<float>(run_ml("OneHotEncoder", attributes, make_tensor<std::int64_t>({1}, {1}))), (Floats{1}));
  EXPECT_THROW(run_ml("OneHotEncoder", attributes, make_tensor<std::int64_t>({2}, {1, 2})), tensor::Failure);
}

TEST(OneHotEncoder, RefusesCategoriesOfAnotherKind) {
  const Tensor x = make_tensor<std::int64_t>({1}, {1});
  EXPECT_THROW(run_ml("OneHotEncoder", {{"cats_strings", Strings{"a"}}}, x), Refusal);
  EXPECT_THROW(run_ml("OneHotEncoder", {}, x), Refusal);
  EXPECT_THROW(run_ml("OneHotEncoder", {{"cats_int64s", Integers{1}}}, make_tensor<std::string_view>({1}, {"a"})),
               Refusal);
}

TEST(Scaler, ShiftsThenScales) {
  const Attributes columns{{"offset", Numbers{1, 2}}, {"scale", Numbers{0.5, -2}}};
  EXPECT_EQ(list<float>(run_ml("Scaler", columns, make_tensor<float>({2, 2}, {3, 3, 1, 2}))),
            (Floats{1, -2, 0, -0.0F}));
  const Attributes one{{"offset", Numbers{1}}, {"scale", Numbers{2}}};
  EXPECT_EQ(list<float>(run_ml("Scaler", one, make_tensor<std::int64_t>({3}, {1, 2, 3}))), (Floats{0, 2, 4}));
  EXPECT_EQ(list<float>(run_ml("Scaler", one, Tensor::scalar(2.0))), (Floats{2}));
  EXPECT_TRUE(apart("Scaler", columns, make_tensor<double>({3, 2}, {1, 2, 3, 4, 5, 6}), 0));
  EXPECT_TRUE(apart("Scaler", one, make_tensor<double>({3}, {1, 2, 3}), 0));
  EXPECT_FALSE(apart("Scaler", columns, make_tensor<double>({3, 2}, {1, 2, 3, 4, 5, 6}), 1));
  EXPECT_THROW(run_ml("Scaler", columns, make_tensor<float>({1, 3}, {1, 2, 3})), tensor::Failure);
  EXPECT_THROW(run_ml("Scaler", {{"scale", Numbers{1}}}, make_tensor<float>({1}, {1})), Refusal);
}

}  // namespace
}  // namespace pelton::operators
