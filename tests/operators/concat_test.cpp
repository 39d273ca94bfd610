#include <gtest/gtest.h>

#include "trace_node.hpp"

namespace pelton::operators {
namespace {

using tensor::Failure;

NodeCase along(std::int64_t axis) { return {.attributes = {{"axis", axis}}}; }

TEST(Concat, JoinsEndToEnd) {
  const Tensor a = make_tensor<float>({2, 1}, {1, 2});
  const Tensor b = make_tensor<float>({2, 2}, {3, 4, 5, 6});
  const Tensor y = run_node("Concat", along(-1), {&a, &b, &a});
  EXPECT_EQ(y.shape(), Shape({2, 4}));
  EXPECT_EQ(list<float>(y), (std::vector<float>{1, 3, 4, 1, 2, 5, 6, 2}));
  EXPECT_EQ(run_node("Concat", along(0), {&a, &a}).shape(), Shape({4, 1}));
  EXPECT_EQ(run_node("Concat", {.opset = 1}, {&a, &b}).shape(), Shape({2, 3}));  // axis 1
}

TEST(Concat, OfNothingAndTexts) {
  const Tensor none = counting({2, 0});
  const Tensor a = make_tensor<float>({2, 1}, {1, 2});
  EXPECT_EQ(list<float>(run_node("Concat", along(1), {&none, &a, &none})), (std::vector<float>{1, 2}));
  EXPECT_EQ(run_node("Concat", along(0), {&none, &none}).shape(), Shape({4, 0}));
  const Tensor texts = make_tensor<std::string_view>({1}, {"x"});
  EXPECT_EQ(run_texts("Concat", along(0), {&texts, &texts}), (std::vector<std::string>{"x", "x"}));
}

TEST(Concat, FailsWhereShapesDiffer) {
  const Tensor a = counting({2, 1});
  const Tensor b = counting({3, 1});
  const Tensor flat = counting({2});
  const Tensor scalar = Tensor::scalar(1.0F);
  EXPECT_THROW(run_node("Concat", along(1), {&a, &b}), Failure);
  EXPECT_THROW(run_node("Concat", along(0), {&a, &flat}), Failure);
  EXPECT_THROW(run_node("Concat", along(2), {&a, &a}), Failure);
  EXPECT_THROW(run_node("Concat", along(0), {&scalar, &scalar}), Failure);
  const Tensor integers = counting<std::int64_t>({2, 1});
  EXPECT_THROW(run_node("Concat", along(0), {&a, &integers}), Refusal);
  EXPECT_THROW(run_node("Concat", {}, {&a, &a}), Refusal);
}

TEST(Concat, KeepsRowsApart) {
  TracedNode("Concat", along(1), rows_at(0, counting({3, 2})), rows_at(0, counting({3, 1}))).expect_rows_at(0);
  TracedNode("Concat", along(0), rows_at(1, counting({2, 3})), rows_at(1, counting({1, 3}))).expect_rows_at(1);
  const TracedNode longer("Concat", along(0), rows_at(0, counting({3, 2})), rows_at(0, counting({3, 2})));
  EXPECT_TRUE(longer.trace().rows.is_mixed());
  const TracedNode beside("Concat", along(1), rows_at(0, counting({3, 2})), same(counting({3, 1})));
  EXPECT_TRUE(beside.trace().rows.is_mixed());
}

}  // namespace
}  // namespace pelton::operators
