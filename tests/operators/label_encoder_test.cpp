#include <gtest/gtest.h>

#include <cmath>

#include "rows_apart.hpp"

namespace pelton::operators {
namespace {

using Texts = std::vector<std::string_view>;
using Strings = std::vector<std::string>;
using Integers = std::vector<std::int64_t>;
using Numbers = std::vector<double>;
using Attributes = std::map<std::string, AttributeValue, std::less<>>;

constexpr float kNan = std::numeric_limits<float>::quiet_NaN();

template <class T>
AttributeValue tensor_of(std::initializer_list<T> values) {
  const auto count = static_cast<std::int64_t>(values.size());
  return std::make_shared<const Tensor>(make_tensor<T>({count}, values));
}

template <class T>
std::vector<T> encoded(const Attributes& attributes, const Tensor& x, std::int64_t opset = 4,
                       std::string_view name = "LabelEncoder") {
  return list<T>(run_node(name, {.opset = opset, .domain = kMlDomain, .attributes = attributes}, {&x}));
}
Strings encoded_texts(const Attributes& attributes, const Tensor& x, std::int64_t opset = 4,
                      std::string_view name = "LabelEncoder") {
  core::TextArena texts;
  const Tensor y = std::move(
      run_node_outputs(name, {.opset = opset, .domain = kMlDomain, .attributes = attributes}, {&x}, texts).front());
  const Texts views = list<std::string_view>(y);
  return {views.begin(), views.end()};
}

TEST(LabelEncoder, MapsByLists) {
  const Tensor names = make_tensor<std::string_view>({5}, {"Dori", "Amy", "Amy", "Sally", ""});
  const Attributes table{{"keys_strings", Strings{"Amy", "Sally"}}, {"values_int64s", Integers{5, 6}}};
  EXPECT_EQ(encoded<std::int64_t>(table, names, 2), (Integers{-1, 5, 5, 6, -1}));
  const Tensor numbers = make_tensor<std::int64_t>({2, 2}, {1, 1LL << 60, (1LL << 60) + 1, -1});
  EXPECT_EQ(
      encoded_texts({{"keys_int64s", Integers{1LL << 60, -1}}, {"values_strings", Strings{"big", "minus"}}}, numbers),
      (Strings{"_Unused", "big", "_Unused", "minus"}));
  EXPECT_EQ(
      encoded<float>({{"keys_int64s", Integers{1}}, {"values_floats", Numbers{0.5}}, {"default_float", 7.0}}, numbers),
      (std::vector<float>{0.5, 7, 7, 7}));
}

TEST(LabelEncoder, EveryNanIsOneKeyAndSoAreBothZeros) {
  const Tensor x = make_tensor<float>({4}, {-kNan, -0.0F, 2.5F, 1});
  const Attributes table{{"keys_floats", Numbers{kNan, 0.0, 2.5}}, {"values_int64s", Integers{1, 2, 3}}};
  EXPECT_EQ(encoded<std::int64_t>(table, x, 2), (Integers{1, 2, 3, -1}));
  EXPECT_EQ(encoded<std::int64_t>(table, x, 4), (Integers{1, 2, 3, -1}));
}

TEST(LabelEncoder, MapsByTensors) {
  const Tensor x = make_tensor<std::int16_t>({3}, {2, 3, -1});
  EXPECT_EQ(
      encoded<double>(
          {{"keys_tensor", tensor_of<std::int16_t>({2, 3})}, {"values_tensor", tensor_of<double>({0.1, 0.2})}}, x),
      (std::vector<double>{0.1, 0.2, -0.0}));
  EXPECT_EQ(encoded<std::int32_t>(
                {{"keys_tensor", tensor_of<std::int16_t>({2})}, {"values_tensor", tensor_of<std::int32_t>({9})}}, x),
            (std::vector<std::int32_t>{9, -1, -1}));
  EXPECT_EQ(encoded<std::int16_t>({{"keys_tensor", tensor_of<std::int16_t>({2})},
                                   {"values_tensor", tensor_of<std::int16_t>({9})},
                                   {"default_tensor", tensor_of<std::int16_t>({42})}},
                                  x),
            (std::vector<std::int16_t>{9, 42, 42}));
  EXPECT_EQ(
      encoded_texts(
          {{"keys_tensor", tensor_of<std::int16_t>({2})}, {"values_tensor", tensor_of<std::string_view>({"two"})}}, x),
      (Strings{"two", "_Unused", "_Unused"}));
}

TEST(LabelEncoder, DefaultOfFloatsIsMinusZero) {
  const auto y = encoded<float>({{"keys_int64s", Integers{1}}, {"values_floats", Numbers{1}}},
                                make_tensor<std::int64_t>({1}, {2}));
  EXPECT_TRUE(y[0] == 0 && std::signbit(y[0]));
}

TEST(LabelEncoder, LastOfEqualKeysIsMeant) {
  const Attributes table{{"keys_int64s", Integers{1, 1}}, {"values_int64s", Integers{5, 6}}};
  EXPECT_EQ(encoded<std::int64_t>(table, make_tensor<std::int64_t>({1}, {1})), (Integers{6}));
}

TEST(LabelEncoder, VersionOneMapsTextsToPlacesAndBack) {
  const Attributes classes{
      {"classes_strings", Strings{"a", "b"}}, {"default_string", std::string("?")}, {"default_int64", std::int64_t{7}}};
  EXPECT_EQ(encoded<std::int64_t>(classes, make_tensor<std::string_view>({3}, {"b", "c", "a"}), 1),
            (Integers{1, 7, 0}));
  EXPECT_EQ(encoded_texts(classes, make_tensor<std::int64_t>({3}, {1, 2, -1}), 1), (Strings{"b", "?", "?"}));
}

TEST(LabelEncoder, RefusesTablesThatDoNotFit) {
  const Tensor x = make_tensor<std::int64_t>({1}, {1});
  EXPECT_THROW(encoded<std::int64_t>({{"keys_int64s", Integers{1, 2}}, {"values_int64s", Integers{1}}}, x), Refusal);
  EXPECT_THROW(encoded<std::int64_t>({{"keys_strings", Strings{"a"}}, {"values_int64s", Integers{1}}}, x), Refusal);
  EXPECT_THROW(encoded<std::int64_t>({{"values_int64s", Integers{1}}}, x), Refusal);
  EXPECT_THROW(encoded<std::int64_t>(
                   {{"keys_int64s", Integers{1}}, {"values_int64s", Integers{1}}, {"values_floats", Numbers{1}}}, x),
               Refusal);
  EXPECT_THROW(
      encoded<std::int64_t>(
          {{"keys_int64s", Integers{1}}, {"values_int64s", Integers{1}}, {"default_tensor", tensor_of<float>({1})}}, x),
      Refusal);
  EXPECT_THROW(encoded<bool>({{"keys_int64s", Integers{1}}, {"values_tensor", tensor_of<bool>({true})}}, x), Refusal);
}

TEST(LabelEncoder, KeepsRowsApart) {
  const Tensor x = make_tensor<std::int64_t>({3, 2}, {1, 2, 3, 1, 2, 3});
  const NodeCase test{.opset = 4,
                      .domain = kMlDomain,
                      .attributes = {{"keys_int64s", Integers{1, 2}}, {"values_floats", Numbers{4, 5}}}};
  EXPECT_TRUE(expect_rows_apart("LabelEncoder", test, {{.tensor = &x, .rows = tensor::RowAxis::at(0)}}));
}

TEST(CategoryMapper, MapsEitherWay) {
  const Attributes cats{
      {"cats_strings", Strings{"a", "b"}}, {"cats_int64s", Integers{5, 9}}, {"default_int64", std::int64_t{3}}};
  EXPECT_EQ(encoded<std::int64_t>(cats, make_tensor<std::string_view>({2}, {"b", "x"}), 1, "CategoryMapper"),
            (Integers{9, 3}));
  EXPECT_EQ(encoded_texts(cats, make_tensor<std::int64_t>({2}, {5, 3}), 1, "CategoryMapper"),
            (Strings{"a", "_Unused"}));
}

}  // namespace
}  // namespace pelton::operators
