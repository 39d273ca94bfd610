#include <gtest/gtest.h>

#include "trace_node.hpp"

namespace pelton::operators {
namespace {

using Row = std::vector<float>;
using tensor::Failure;

Tensor ints(std::initializer_list<std::int64_t> values) {
  return make_tensor<std::int64_t>({static_cast<std::int64_t>(values.size())}, values);
}

Row padded(std::initializer_list<float> values, std::int64_t before, std::int64_t after, const std::string& mode) {
  const Tensor x = make_tensor<float>({static_cast<std::int64_t>(values.size())}, values);
  const Tensor pads = ints({before, after});
  return list<float>(run_node("Pad", {.attributes = {{"mode", mode}}}, {&x, &pads}));
}

TEST(Pad, ByMode) {
  EXPECT_EQ(padded({1, 2, 3}, 1, 2, "constant"), (Row{0, 1, 2, 3, 0, 0}));
  EXPECT_EQ(padded({1, 2, 3}, 2, 2, "reflect"), (Row{3, 2, 1, 2, 3, 2, 1}));
  EXPECT_EQ(padded({1, 2, 3}, 2, 1, "edge"), (Row{1, 1, 1, 2, 3, 3}));
  EXPECT_EQ(padded({1, 2, 3}, 2, 4, "wrap"), (Row{2, 3, 1, 2, 3, 1, 2, 3, 1}));
  EXPECT_THROW(padded({1}, 1, 1, "mirror"), Refusal);
}

// As numpy.pad(mode="reflect") and "wrap" go on.
TEST(Pad, ReflectsAndWrapsMoreThanOnce) {
  EXPECT_EQ(padded({1, 2, 3}, 5, 5, "reflect"), (Row{2, 1, 2, 3, 2, 1, 2, 3, 2, 1, 2, 3, 2}));
  EXPECT_EQ(padded({1}, 2, 1, "reflect"), (Row{1, 1, 1, 1}));
  EXPECT_EQ(padded({1, 2}, 5, 0, "wrap"), (Row{2, 1, 2, 1, 2, 1, 2}));
}

// Negative pads crop before anything is padded, as in ONNX Runtime.
TEST(Pad, CropsWhereNegative) {
  EXPECT_EQ(padded({1, 2, 3, 4}, -1, 2, "reflect"), (Row{2, 3, 4, 3, 2}));
  EXPECT_EQ(padded({1, 2, 3, 4}, 2, -1, "edge"), (Row{1, 1, 1, 2, 3}));
  EXPECT_EQ(padded({1, 2, 3, 4}, 3, -1, "wrap"), (Row{1, 2, 3, 1, 2, 3}));
  EXPECT_EQ(padded({1, 2, 3, 4}, -1, -2, "constant"), Row{2});
  EXPECT_EQ(padded({1, 2, 3}, -5, 4, "constant"), (Row{0, 0}));
  EXPECT_EQ(padded({1, 2}, -1, -1, "edge"), Row{});
  EXPECT_THROW(padded({1, 2}, -2, -1, "constant"), Failure);
  EXPECT_THROW(padded({1, 2, 3}, -5, 4, "edge"), Failure);
}

TEST(Pad, SeveralDimensionsWithAValue) {
  const Tensor x = make_tensor<float>({2, 2}, {1, 2, 3, 4});
  const Tensor pads = ints({0, 1, 1, 0});
  const Tensor value = Tensor::scalar(9.0F);
  const Tensor y = run_node("Pad", {}, {&x, &pads, &value});
  EXPECT_EQ(y.shape(), Shape({3, 3}));
  EXPECT_EQ(list<float>(y), (Row{9, 1, 2, 9, 3, 4, 9, 9, 9}));
  const Tensor reflected = run_node("Pad", {.attributes = {{"mode", std::string("edge")}}}, {&x, &pads});
  EXPECT_EQ(list<float>(reflected), (Row{1, 1, 2, 3, 3, 4, 3, 3, 4}));
  const Tensor one = ints({1, 0});
  const Tensor axes = ints({-1});
  EXPECT_EQ(list<float>(run_node("Pad", {}, {&x, &one, &value, &axes})), (Row{9, 1, 2, 9, 3, 4}));
}

TEST(Pad, OfTextsAndNothing) {
  const Tensor texts = make_tensor<std::string_view>({1}, {"a"});
  const Tensor pads = ints({1, 1});
  EXPECT_EQ(run_texts("Pad", {}, {&texts, &pads}), (std::vector<std::string>{"", "a", ""}));
  const Tensor none = counting({0});
  EXPECT_EQ(list<float>(run_node("Pad", {}, {&none, &pads})), (Row{0, 0}));
  EXPECT_THROW(run_node("Pad", {.attributes = {{"mode", std::string("edge")}}}, {&none, &pads}), Failure);
}

TEST(Pad, TookPadsAndValueFromAttributes) {
  const Tensor x = make_tensor<float>({1}, {1});
  const NodeCase old{.opset = 2, .attributes = {{"pads", std::vector<std::int64_t>{1, 0}}, {"value", 2.5}}};
  EXPECT_EQ(list<float>(run_node("Pad", old, {&x})), (Row{2.5, 1}));
  const Tensor integers = ints({1});
  EXPECT_THROW(run_node("Pad", old, {&integers}), Refusal);
}

TEST(Pad, FailsWhereArgumentsDoNotFit) {
  const Tensor x = counting({2, 2});
  const Tensor few = ints({1, 1});
  const Tensor pads = ints({0, 1, 0, 0});
  const Tensor huge = ints({INT64_MAX, 0, 0, 0});
  const Tensor twice = ints({0, -2});
  EXPECT_THROW(run_node("Pad", {}, {&x, &few}), Failure);
  EXPECT_THROW(run_node("Pad", {}, {&x, &huge}), Failure);
  EXPECT_THROW(run_node("Pad", {}, {&x, &pads, nullptr, &twice}), Failure);
  EXPECT_THROW(run_node("Pad", {}, {&x, &pads, &x}), Failure);
}

TEST(Pad, KeepsRowsApart) {
  const NodeCase edge{.attributes = {{"mode", std::string("edge")}}};
  TracedNode("Pad", edge, rows_at(0, counting({3, 2})), same_integers({0, 1, 0, 1})).expect_rows_at(0);
  EXPECT_TRUE(
      TracedNode("Pad", edge, rows_at(0, counting({3, 2})), same_integers({1, 0, 0, 0})).trace().rows.is_mixed());
  EXPECT_TRUE(
      TracedNode("Pad", edge, rows_at(0, counting({3, 2})), same_integers({1, 0, -1, 0})).trace().rows.is_mixed());
}

}  // namespace
}  // namespace pelton::operators
