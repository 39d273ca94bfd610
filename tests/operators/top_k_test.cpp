#include <gtest/gtest.h>

#include <cmath>

#include "trace_node.hpp"

namespace pelton::operators {
namespace {

using Ints = std::vector<std::int64_t>;
using Row = std::vector<float>;
using tensor::Failure;

struct Best {
  Row values;
  Ints places;
};

Best best(const Tensor& x, std::int64_t k, std::map<std::string, AttributeValue, std::less<>> attributes = {}) {
  const Tensor count = make_tensor<std::int64_t>({1}, {k});
  core::TextArena texts;
  const std::vector<Tensor> both =
      run_node_outputs("TopK", {.attributes = std::move(attributes), .outputs = 2}, {&x, &count}, texts);
  return {list<float>(both[0]), list<std::int64_t>(both[1])};
}

constexpr std::int64_t kNo = 0;

TEST(TopK, GivesTheLargestAndTheSmallest) {
  const Tensor x = make_tensor<float>({2, 3}, {1, 3, 2, 9, 7, 8});
  EXPECT_EQ(best(x, 2).values, (Row{3, 2, 9, 8}));
  EXPECT_EQ(best(x, 2).places, (Ints{1, 2, 0, 2}));
  EXPECT_EQ(best(x, 1, {{"largest", kNo}, {"sorted", kNo}}).values, (Row{1, 7}));
  EXPECT_EQ(best(x, 1, {{"axis", std::int64_t{0}}}).values, (Row{9, 7, 8}));
  EXPECT_EQ(best(x, 2, {{"axis", std::int64_t{-2}}, {"largest", kNo}}).places, (Ints{0, 0, 0, 1, 1, 1}));
  EXPECT_EQ(best(x, 0).values, Row{});
}

TEST(TopK, PrefersTheLowerIndexAmongEquals) {
  const Tensor x = make_tensor<float>({5}, {1, 2, 1, 2, 2});
  EXPECT_EQ(best(x, 4).places, (Ints{1, 3, 4, 0}));
  EXPECT_EQ(best(x, 3, {{"largest", kNo}}).places, (Ints{0, 2, 1}));
  const Tensor zeros = make_tensor<float>({3}, {-0.0F, 0.0F, -0.0F});
  EXPECT_EQ(best(zeros, 3).places, (Ints{0, 1, 2}));
  EXPECT_EQ(best(zeros, 3, {{"largest", kNo}}).places, (Ints{0, 1, 2}));
}

// What ONNX Runtime 1.32 gives.
TEST(TopK, TakesNanForTheLargest) {
  const Tensor x = make_tensor<float>({6}, {1, NAN, 3, 2, NAN, 5});
  EXPECT_EQ(best(x, 6).places, (Ints{1, 4, 5, 2, 3, 0}));
  EXPECT_EQ(best(x, 6, {{"largest", kNo}}).places, (Ints{0, 3, 2, 5, 1, 4}));
}

TEST(TopK, TookItsCountFromAnAttribute) {
  const Tensor x = counting<std::int64_t>({4});
  EXPECT_EQ(list<std::int64_t>(run_node("TopK", {.opset = 1, .attributes = {{"k", std::int64_t{2}}}}, {&x})),
            (Ints{3, 2}));
  EXPECT_THROW(run_node("TopK", {.opset = 1}, {&x}), Refusal);
}

TEST(TopK, FailsForMoreThanThereAre) {
  const Tensor x = counting({3});
  EXPECT_THROW(best(x, 4), Failure);
  EXPECT_THROW(best(x, -1), Failure);
  EXPECT_THROW(best(x, INT64_MIN), Failure);
  EXPECT_THROW(best(x, 1, {{"axis", std::int64_t{1}}}), Failure);
  const Tensor text = make_tensor<std::string_view>({1}, {"a"});
  EXPECT_THROW(best(text, 1), Refusal);
}

TEST(TopK, KeepsRowsApart) {
  const auto node = [](std::int64_t axis) {
    return TracedNode("TopK", {.attributes = {{"axis", axis}}, .outputs = 2}, rows_at(0, counting({3, 4})),
                      same_integers({2}));
  };
  node(-1).expect_rows_at(0, 0);
  node(-1).expect_rows_at(0, 1);
  EXPECT_TRUE(node(0).trace().rows.is_mixed());
}

}  // namespace
}  // namespace pelton::operators
