#include <gtest/gtest.h>

#include "trace_node.hpp"

namespace pelton::operators {
namespace {

using Row = std::vector<float>;
using tensor::Failure;

NodeCase along(std::int64_t axis) { return {.attributes = {{"axis", axis}}}; }
Tensor bools(std::initializer_list<bool> values) {
  return make_tensor<bool>({static_cast<std::int64_t>(values.size())}, values);
}

TEST(Compress, KeepsSlices) {
  const Tensor x = make_tensor<float>({3, 2}, {1, 2, 3, 4, 5, 6});
  const Tensor last_two = bools({false, true, true});
  const Tensor second = bools({false, true});
  const Tensor y = run_node("Compress", along(0), {&x, &last_two});
  EXPECT_EQ(y.shape(), Shape({2, 2}));
  EXPECT_EQ(list<float>(y), (Row{3, 4, 5, 6}));
  const Tensor column = run_node("Compress", along(-1), {&x, &second});
  EXPECT_EQ(column.shape(), Shape({3, 1}));
  EXPECT_EQ(list<float>(column), (Row{2, 4, 6}));
}

TEST(Compress, KeepsElementsWithoutAnAxis) {
  const Tensor x = make_tensor<float>({3, 2}, {1, 2, 3, 4, 5, 6});
  const Tensor keep = bools({false, true, false, false, true});
  const Tensor y = run_node("Compress", {}, {&x, &keep});
  EXPECT_EQ(y.shape(), Shape({2}));
  EXPECT_EQ(list<float>(y), (Row{2, 5}));
  const Tensor texts = make_tensor<std::string_view>({3}, {"a", "b", "c"});
  const Tensor odd = bools({true, false, true});
  EXPECT_EQ(run_texts("Compress", {}, {&texts, &odd}), (std::vector<std::string>{"a", "c"}));
}

TEST(Compress, OfNothing) {
  const Tensor none = make_tensor<float>({0, 2}, {});
  const Tensor nothing = bools({});
  const Tensor both = bools({true, true});
  EXPECT_EQ(run_node("Compress", along(0), {&none, &nothing}).shape(), Shape({0, 2}));
  EXPECT_EQ(run_node("Compress", along(1), {&none, &both}).shape(), Shape({0, 2}));
}

TEST(Compress, TakesAShortConditionAndALongOneThatKeepsNothingBeyond) {
  const Tensor x = make_tensor<float>({2}, {1, 2});
  const Tensor shorter = bools({true});
  const Tensor longer = bools({true, false, false});
  const Tensor beyond = bools({true, false, true});
  EXPECT_EQ(list<float>(run_node("Compress", along(0), {&x, &shorter})), Row{1});
  EXPECT_EQ(list<float>(run_node("Compress", along(0), {&x, &longer})), Row{1});
  EXPECT_THROW(run_node("Compress", along(0), {&x, &beyond}), Failure);
}

TEST(Compress, RefusesWhatIsNoCondition) {
  const Tensor x = make_tensor<float>({2}, {1, 2});
  const Tensor square = make_tensor<bool>({1, 2}, {true, true});
  const Tensor keep = bools({true});
  EXPECT_THROW(run_node("Compress", along(0), {&x, &square}), Failure);
  EXPECT_THROW(run_node("Compress", along(1), {&x, &keep}), Failure);
  EXPECT_THROW(run_node("Compress", along(0), {&x, &x}), Refusal);
}

TEST(Compress, KeepsRowsApartBesideThem) {
  const auto rows = [] { return RowedInput{make_tensor<float>({3, 2}, {1, 2, 3, 4, 5, 6}), tensor::RowAxis::at(0)}; };
  TracedNode("Compress", along(1), rows(), RowedInput{bools({false, true})}).expect_rows_at(0);
  EXPECT_TRUE(TracedNode("Compress", along(0), rows(), RowedInput{bools({true, false, true})}).trace().rows.is_mixed());
  EXPECT_TRUE(TracedNode("Compress", {}, rows(), RowedInput{bools({true, false, true})}).trace().rows.is_mixed());
  EXPECT_TRUE(TracedNode("Compress", along(1), rows(), RowedInput{bools({true, true, false}), tensor::RowAxis::at(0)})
                  .trace()
                  .rows.is_mixed());
}

}  // namespace
}  // namespace pelton::operators
