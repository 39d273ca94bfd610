#include <gtest/gtest.h>

#include "trace_node.hpp"

namespace pelton::operators {
namespace {

using Row = std::vector<float>;
using tensor::Failure;

Tensor ints(std::initializer_list<std::int64_t> values) {
  return make_tensor<std::int64_t>({static_cast<std::int64_t>(values.size())}, values);
}
Tensor by(std::string_view name, const Tensor& x, std::initializer_list<std::int64_t> values) {
  const Tensor list_of = ints(values);
  return run_node(name, {}, {&x, &list_of});
}

TEST(Expand, RepeatsDimensionsOfOne) {
  const Tensor column = make_tensor<float>({2, 1}, {1, 2});
  EXPECT_EQ(list<float>(by("Expand", column, {2, 3})), (Row{1, 1, 1, 2, 2, 2}));
  EXPECT_EQ(by("Expand", column, {3, 1, 1}).shape(), Shape({3, 2, 1}));
  EXPECT_EQ(list<float>(by("Expand", column, {1, 1})), (Row{1, 2}));
  EXPECT_EQ(list<float>(by("Expand", Tensor::scalar(7.0F), {2})), (Row{7, 7}));
  EXPECT_EQ(by("Expand", column, {2, 0}).shape(), Shape({2, 0}));
  EXPECT_EQ(by("Expand", column, {}).shape(), Shape({2, 1}));
  EXPECT_EQ(list<bool>(by("Expand", Tensor::scalar(true), {3})), (std::vector<bool>{true, true, true}));
}

TEST(Expand, FailsWhereShapesDoNotFit) {
  const Tensor column = make_tensor<float>({2, 1}, {1, 2});
  EXPECT_THROW(by("Expand", column, {3, 1}), Failure);
  EXPECT_THROW(by("Expand", column, {-1, 1}), Failure);
  EXPECT_THROW(by("Expand", column, {std::int64_t{1} << 27, 1, 1}), Failure);
  EXPECT_THROW(run_node("Expand", {}, {&column, &column}), Refusal);
}

TEST(Expand, KeepsRowsApart) {
  TracedNode("Expand", {}, rows_at(0, counting({3, 1})), same_integers({1, 4})).expect_rows_at(0);
  TracedNode("Expand", {}, rows_at(0, counting({3, 1})), same_integers({4})).expect_rows_at(0);
  TracedNode("Expand", {}, rows_at(0, counting({3, 1})), same_integers({2, 1, 1})).expect_rows_at(1);
  TracedNode("Expand", {}, rows_at(0, counting({3, 1})), counted({{1, true}, {4, false}})).expect_rows_at(0);
  TracedNode("Expand", {}, same(counting({1, 4})), counted({{1, true}, {4, false}})).expect_rows_at(0);
  TracedNode("Expand", {}, same(counting({4})), counted({{1, true}, {1, false}})).expect_rows_at(0);
  // Three of a file are not the rows it is tried with; and rows repeated by their number are mixed.
  EXPECT_TRUE(TracedNode("Expand", {}, rows_at(0, counting({3, 1})), same_integers({3, 4})).trace().rows.is_mixed());
  const TracedNode twice("Expand", {}, rows_at(0, counting({3, 1})), counted({{1, false}, {1, true}}));
  EXPECT_TRUE(twice.trace().rows.is_mixed());
  EXPECT_TRUE(TracedNode("Expand", {}, same(counting({3})), counted({{1, true}})).trace().rows.is_mixed());
}

TEST(Tile, RepeatsAllOfIt) {
  const Tensor x = make_tensor<float>({2, 2}, {1, 2, 3, 4});
  EXPECT_EQ(list<float>(by("Tile", x, {1, 2})), (Row{1, 2, 1, 2, 3, 4, 3, 4}));
  EXPECT_EQ(list<float>(by("Tile", x, {2, 1})), (Row{1, 2, 3, 4, 1, 2, 3, 4}));
  EXPECT_EQ(by("Tile", x, {0, 3}).shape(), Shape({0, 6}));
  EXPECT_EQ(list<float>(by("Tile", Tensor::scalar(5.0F), {})), Row{5});
  const Tensor texts = make_tensor<std::string_view>({1}, {"a"});
  const Tensor twice = ints({2});
  EXPECT_EQ(run_texts("Tile", {}, {&texts, &twice}), (std::vector<std::string>{"a", "a"}));
}

TEST(Tile, FailsWhereRepeatsDoNotFit) {
  const Tensor x = counting({2, 2});
  EXPECT_THROW(by("Tile", x, {2}), Failure);
  EXPECT_THROW(by("Tile", x, {-1, 1}), Failure);
  EXPECT_THROW(by("Tile", x, {INT64_MAX, 1}), Failure);
  EXPECT_THROW(by("Tile", x, {INT64_MAX, 0}), Failure);
}

TEST(Tile, KeepsRowsApart) {
  TracedNode("Tile", {}, rows_at(0, counting({3, 2})), same_integers({1, 2})).expect_rows_at(0);
  TracedNode("Tile", {}, same(counting({1, 2})), counted({{1, true}, {2, false}})).expect_rows_at(0);
  EXPECT_TRUE(TracedNode("Tile", {}, rows_at(0, counting({3, 2})), same_integers({2, 1})).trace().rows.is_mixed());
  EXPECT_TRUE(TracedNode("Tile", {}, same(counting({2, 2})), counted({{1, true}, {1, false}})).trace().rows.is_mixed());
}

}  // namespace
}  // namespace pelton::operators
