#include "formats/onnx/tensor.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

namespace pelton::formats::onnx {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

using namespace std::string_literals;

TensorProto proto(DataType type, std::vector<std::int64_t> dims) {
  TensorProto result;
  result.name = "t";
  result.data_type = type;
  result.dims = std::move(dims);
  return result;
}

TEST(Tensor, ConvertsNarrowFloatsExactly) {
  TensorProto half = proto(DataType::float16, {6});
  // 1, −2, the least subnormal, the largest, infinity, not a number
  const std::string halves = "\x00\x3C\x00\xC0\x01\x00\xFF\x7B\x00\x7C\x01\x7E"s;
  half.raw_data = halves;
  const std::vector<double> values = decode_tensor(half)->numbers();
  EXPECT_THAT(std::vector<double>(values.begin(), values.begin() + 5),
              ElementsAre(1, -2, std::ldexp(1, -24), 65504, HUGE_VAL));
  EXPECT_TRUE(std::isnan(values[5]));

  TensorProto brain = proto(DataType::bfloat16, {2});
  const std::string brains = "\x80\x3F\x49\x40"s;
  brain.raw_data = brains;
  EXPECT_THAT(decode_tensor(brain)->numbers(), ElementsAre(1, 3.140625));
  TensorProto typed = proto(DataType::bfloat16, {1});
  typed.int32_data = {"\x80\x7F"};  // the varint of 0x3F80
  EXPECT_THAT(decode_tensor(typed)->numbers(), ElementsAre(1));
}

TEST(Tensor, ReadsTypedFieldsInPieces) {
  TensorProto numbers = proto(DataType::float32, {3});
  const std::string one = "\x00\x00\x80\x3F"s;
  const std::string two = "\x00\x00\x80\x3F\x00\x00\x00\x40"s;
  numbers.float_data = {one, two};
  EXPECT_THAT(decode_tensor(numbers)->numbers(), ElementsAre(1, 1, 2));
  TensorProto integers = proto(DataType::int64, {2});
  integers.int64_data = {"\x05", "\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF\x01"};
  EXPECT_THAT(decode_tensor(integers)->integers(), ElementsAre(5, -1));
  TensorProto flags = proto(DataType::boolean, {2});
  const std::string raw = "\x02\x00"s;
  flags.raw_data = raw;
  EXPECT_THAT(decode_tensor(flags)->integers(), ElementsAre(1, 0));
}

TEST(Tensor, HoldsTheShapeAgainstTheData) {
  TensorProto tensor = proto(DataType::float32, {2});
  tensor.raw_data = "1234567";
  EXPECT_THAT(decode_tensor(tensor).error().message(), HasSubstr("tensor \"t\" does not hold the 2 values"));
  tensor = proto(DataType::int64, {3});
  tensor.int64_data = {"\x01\x02"};
  EXPECT_FALSE(decode_tensor(tensor));
  tensor.int64_data = {"\x01\x02\x03\x04"};
  EXPECT_FALSE(decode_tensor(tensor));
  tensor.int64_data = {"\x01\x02\x83"};
  EXPECT_FALSE(decode_tensor(tensor));
  tensor = proto(DataType::string, {1});
  EXPECT_FALSE(decode_tensor(tensor));
  tensor = proto(DataType::float64, {INT64_MAX, INT64_MAX, 4});
  EXPECT_EQ(decode_tensor(tensor).error().code(), core::ErrorCode::malformed);
}

TEST(Tensor, HasOneValueWithoutAShape) {
  TensorProto scalar = proto(DataType::float64, {});
  const std::string raw(8, '\0');
  scalar.raw_data = raw;
  EXPECT_EQ(decode_tensor(scalar)->size(), 1U);
}

}  // namespace
}  // namespace pelton::formats::onnx
