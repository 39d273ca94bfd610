#include <gtest/gtest.h>

#include "trace_node.hpp"

namespace pelton::operators {
namespace {

using Ints = std::vector<std::int64_t>;
using tensor::Failure;

TEST(Transpose, OrdersDimensionsAnew) {
  const Tensor x = counting({2, 3});
  const Tensor y = run_node("Transpose", {}, {&x});
  EXPECT_EQ(y.shape(), Shape({3, 2}));
  EXPECT_EQ(list<float>(y), (std::vector<float>{0, 3, 1, 4, 2, 5}));
  const Tensor cube = counting<std::int16_t>({2, 3, 2});
  const Tensor turned = run_node("Transpose", {.attributes = {{"perm", Ints{1, 2, 0}}}}, {&cube});
  EXPECT_EQ(turned.shape(), Shape({3, 2, 2}));
  EXPECT_EQ(list<std::int16_t>(turned), (std::vector<std::int16_t>{0, 6, 1, 7, 2, 8, 3, 9, 4, 10, 5, 11}));
}

TEST(Transpose, OfScalarsTextsAndNothing) {
  const Tensor scalar = Tensor::scalar(7.0);
  EXPECT_EQ(list<double>(run_node("Transpose", {}, {&scalar})), std::vector<double>{7});
  const Tensor none = counting({0, 3});
  EXPECT_EQ(run_node("Transpose", {}, {&none}).shape(), Shape({3, 0}));
  const Tensor texts = make_tensor<std::string_view>({2, 2}, {"a", "b", "c", "d"});
  EXPECT_EQ(run_texts("Transpose", {}, {&texts}), (std::vector<std::string>{"a", "c", "b", "d"}));
}

TEST(Transpose, RefusesWhatIsNoOrder) {
  const Tensor x = counting({2, 3});
  for (const Ints& order : {Ints{0, 0}, Ints{0, 2}, Ints{0, -1}}) {
    EXPECT_THROW(run_node("Transpose", {.attributes = {{"perm", order}}}, {&x}), Refusal);
  }
  EXPECT_THROW(run_node("Transpose", {.attributes = {{"perm", Ints{0}}}}, {&x}), Failure);
}

TEST(Transpose, TakesRowsAlong) {
  TracedNode("Transpose", {}, rows_at(0, counting({3, 4}))).expect_rows_at(1);
  TracedNode("Transpose", {.attributes = {{"perm", Ints{1, 2, 0}}}}, rows_at(1, counting({2, 3, 4}))).expect_rows_at(0);
}

}  // namespace
}  // namespace pelton::operators
