#include <gtest/gtest.h>

#include "trace_node.hpp"

namespace pelton::operators {
namespace {

using Ints = std::vector<std::int64_t>;
using Lists = std::vector<std::vector<float>>;
using tensor::Failure;

Lists split(const NodeCase& test, const Inputs& inputs) {
  core::TextArena texts;
  Lists parts;
  for (const Tensor& part : run_node_outputs("Split", test, inputs, texts)) parts.push_back(list<float>(part));
  return parts;
}

TEST(Split, CutsEqualParts) {
  const Tensor x = counting({6});
  EXPECT_EQ(split({.opset = 13, .outputs = 3}, {&x}), (Lists{{0, 1}, {2, 3}, {4, 5}}));
  EXPECT_EQ(split({.opset = 2, .outputs = 2}, {&x}), (Lists{{0, 1, 2}, {3, 4, 5}}));
  EXPECT_THROW(split({.opset = 13, .outputs = 4}, {&x}), Failure);
}

TEST(Split, LeavesTheLastPartShorter) {
  const Tensor x = counting({7});
  const auto into = [](std::int64_t parts) {
    return NodeCase{.attributes = {{"num_outputs", parts}}, .outputs = static_cast<std::size_t>(parts)};
  };
  EXPECT_EQ(split(into(3), {&x}), (Lists{{0, 1, 2}, {3, 4, 5}, {6}}));
  EXPECT_EQ(split(into(2), {&x}), (Lists{{0, 1, 2, 3}, {4, 5, 6}}));
  const Tensor five = counting({5});
  EXPECT_THROW(split(into(4), {&five}), Failure);  // 2, 2, 2 is more than there are
  EXPECT_THROW(split({.attributes = {{"num_outputs", std::int64_t{2}}}, .outputs = 3}, {&x}), Refusal);
}

TEST(Split, CutsAtLengths) {
  const Tensor x = make_tensor<float>({2, 3}, {1, 2, 3, 4, 5, 6});
  const Tensor lengths = make_tensor<std::int64_t>({2}, {1, 2});
  const NodeCase columns{.opset = 13, .attributes = {{"axis", std::int64_t{-1}}}, .outputs = 2};
  EXPECT_EQ(split(columns, {&x, &lengths}), (Lists{{1, 4}, {2, 3, 5, 6}}));
  const NodeCase old{.opset = 11, .attributes = {{"axis", std::int64_t{1}}, {"split", Ints{3, 0}}}, .outputs = 2};
  EXPECT_EQ(split(old, {&x}), (Lists{{1, 2, 3, 4, 5, 6}, {}}));
  const Tensor short_of = make_tensor<std::int64_t>({2}, {1, 1});
  const Tensor negative = make_tensor<std::int64_t>({2}, {4, -1});
  const Tensor many = make_tensor<std::int64_t>({3}, {1, 1, 1});
  EXPECT_THROW(split(columns, {&x, &short_of}), Failure);
  EXPECT_THROW(split(columns, {&x, &negative}), Failure);
  EXPECT_THROW(split(columns, {&x, &many}), Failure);
}

TEST(Split, KeepsRowsApart) {
  const NodeCase columns{.opset = 13, .attributes = {{"axis", std::int64_t{1}}}, .outputs = 2};
  const TracedNode node("Split", columns, rows_at(0, counting({3, 4})));
  node.expect_rows_at(0, 0);
  node.expect_rows_at(0, 1);
  const NodeCase rows{.opset = 13, .outputs = 3};
  EXPECT_TRUE(TracedNode("Split", rows, rows_at(0, counting({3, 4}))).trace().rows.is_mixed());
  const TracedNode shape("Split", {.opset = 13, .outputs = 2}, counted({{1, true}, {4, false}}));
  EXPECT_TRUE(shape.trace(0).rows.is_mixed());
}

}  // namespace
}  // namespace pelton::operators
