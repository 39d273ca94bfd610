#include <gtest/gtest.h>

#include "trace_node.hpp"

namespace pelton::operators {
namespace {

using tensor::Failure;
using tensor::RowAxis;

Tensor constant(std::string name, AttributeValue value) {
  return run_node("Constant", {.attributes = {{std::move(name), std::move(value)}}}, {});
}

TEST(Constant, HoldsWhatItIsGiven) {
  const auto tensor = std::make_shared<const Tensor>(make_tensor<std::int16_t>({1, 2}, {3, 4}));
  const Tensor whole = constant("value", tensor);
  EXPECT_EQ(whole.shape(), Shape({1, 2}));
  EXPECT_EQ(list<std::int16_t>(whole), (std::vector<std::int16_t>{3, 4}));
  EXPECT_EQ(constant("value_float", 1.5).shape(), Shape());
  EXPECT_EQ(list<float>(constant("value_float", 1.5)), std::vector<float>{1.5F});
  EXPECT_EQ(list<float>(constant("value_floats", std::vector<double>{1, 2})), (std::vector<float>{1, 2}));
  EXPECT_EQ(list<std::int64_t>(constant("value_int", INT64_MIN)), std::vector<std::int64_t>{INT64_MIN});
  EXPECT_EQ(constant("value_ints", std::vector<std::int64_t>{}).shape(), Shape({0}));
}

TEST(Constant, KeepsItsTextsInTheRun) {
  core::TextArena texts;
  const NodeCase one{.attributes = {{"value_string", std::string("a text that is long enough to be elsewhere")}}};
  const Tensor text = std::move(run_node_outputs("Constant", one, {}, texts).front());
  EXPECT_EQ(text.shape(), Shape());
  EXPECT_EQ(list<std::string_view>(text)[0], "a text that is long enough to be elsewhere");
  const NodeCase many{.attributes = {{"value_strings", std::vector<std::string>{"x", ""}}}};
  const Tensor two = std::move(run_node_outputs("Constant", many, {}, texts).front());
  EXPECT_EQ(list<std::string_view>(two), (std::vector<std::string_view>{"x", ""}));
}

TEST(Constant, HasExactlyOneValueThatIsNotSparse) {
  EXPECT_THROW(run_node("Constant", {}, {}), Refusal);
  EXPECT_THROW(run_node("Constant", {.attributes = {{"value_int", std::int64_t{1}}, {"value_float", 1.0}}}, {}),
               Refusal);
  EXPECT_THROW(constant("sparse_value", std::int64_t{1}), Refusal);
}

TEST(ConstantOfShape, RepeatsOneValue) {
  const Tensor shape = make_tensor<std::int64_t>({2}, {2, 1});
  EXPECT_EQ(list<float>(run_node("ConstantOfShape", {}, {&shape})), (std::vector<float>{0, 0}));
  const auto seven = std::make_shared<const Tensor>(make_tensor<std::int32_t>({1}, {7}));
  const Tensor y = run_node("ConstantOfShape", {.attributes = {{"value", seven}}}, {&shape});
  EXPECT_EQ(y.shape(), Shape({2, 1}));
  EXPECT_EQ(list<std::int32_t>(y), (std::vector<std::int32_t>{7, 7}));
  const Tensor scalar = make_tensor<std::int64_t>({0}, {});
  EXPECT_EQ(run_node("ConstantOfShape", {}, {&scalar}).shape(), Shape());
  const Tensor none = make_tensor<std::int64_t>({1}, {0});
  EXPECT_EQ(run_node("ConstantOfShape", {}, {&none}).shape(), Shape({0}));
}

TEST(ConstantOfShape, FailsForShapesThatCannotBe) {
  for (const std::int64_t dim : {std::int64_t{-1}, INT64_MIN, INT64_MAX, std::int64_t{1} << 28}) {
    const Tensor shape = make_tensor<std::int64_t>({1}, {dim});
    EXPECT_THROW(run_node("ConstantOfShape", {}, {&shape}), Failure) << dim;
  }
  const Tensor shape = make_tensor<std::int64_t>({1}, {2});
  const auto two = std::make_shared<const Tensor>(make_tensor<float>({2}, {1, 2}));
  EXPECT_THROW(run_node("ConstantOfShape", {.attributes = {{"value", two}}}, {&shape}), Refusal);
}

TEST(ConstantOfShape, MakesASliceARow) {
  const auto rows = [](std::vector<tensor::Count> counts) {
    return TracedNode("ConstantOfShape", {}, counted(std::move(counts)));
  };
  rows({{1, true}, {4, false}}).expect_rows_at(0);
  rows({{4, false}, {1, true}}).expect_rows_at(1);
  EXPECT_TRUE(rows({{2, true}, {4, false}}).trace().rows.is_mixed());
  EXPECT_TRUE(rows({{1, true}, {1, true}}).trace().rows.is_mixed());
}

}  // namespace
}  // namespace pelton::operators
