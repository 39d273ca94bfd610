#include <gtest/gtest.h>

#include "trace_node.hpp"

namespace pelton::operators {
namespace {

using Row = std::vector<float>;
using tensor::Failure;

NodeCase along(std::int64_t axis) { return {.attributes = {{"axis", axis}}}; }
Tensor ints(const Shape& shape, std::initializer_list<std::int64_t> values) { return make_tensor(shape, values); }

TEST(Gather, PicksSlices) {
  const Tensor x = counting({3, 2});
  const Tensor indices = ints({2, 2}, {0, 2, -1, 1});
  const Tensor y = run_node("Gather", {}, {&x, &indices});
  EXPECT_EQ(y.shape(), Shape({2, 2, 2}));
  EXPECT_EQ(list<float>(y), (Row{0, 1, 4, 5, 4, 5, 2, 3}));
  const Tensor narrow = make_tensor<std::int32_t>({1}, {1});
  const Tensor column = run_node("Gather", along(-1), {&x, &narrow});
  EXPECT_EQ(column.shape(), Shape({3, 1}));
  EXPECT_EQ(list<float>(column), (Row{1, 3, 5}));
  const Tensor scalar = Tensor::scalar(std::int64_t{1});
  EXPECT_EQ(run_node("Gather", {}, {&x, &scalar}).shape(), Shape({2}));
}

TEST(Gather, OfNothingAndTexts) {
  const Tensor x = make_tensor<std::string_view>({2}, {"a", "b"});
  const Tensor none = ints({0}, {});
  EXPECT_EQ(run_node("Gather", {}, {&x, &none}).shape(), Shape({0}));
  const Tensor swapped = ints({2}, {1, 0});
  EXPECT_EQ(run_texts("Gather", {}, {&x, &swapped}), (std::vector<std::string>{"b", "a"}));
}

TEST(Gather, FailsBeyondTheData) {
  const Tensor x = counting({3, 2});
  const Tensor scalar = Tensor::scalar(1.0F);
  const Tensor empty = counting({0, 2});
  for (const std::int64_t index : {std::int64_t{3}, std::int64_t{-4}, INT64_MIN, INT64_MAX}) {
    const Tensor indices = ints({1}, {index});
    EXPECT_THROW(run_node("Gather", {}, {&x, &indices}), Failure) << index;
  }
  const Tensor zero = ints({1}, {0});
  EXPECT_THROW(run_node("Gather", {}, {&empty, &zero}), Failure);
  EXPECT_THROW(run_node("Gather", {}, {&scalar, &zero}), Failure);
  EXPECT_THROW(run_node("Gather", along(2), {&x, &zero}), Failure);
  EXPECT_THROW(run_node("Gather", {}, {&x, &x}), Refusal);
}

TEST(Gather, KeepsRowsApart) {
  const auto by_row = [] { return rows_at(0, make_tensor<std::int64_t>({3, 2}, {0, 1, 2, 2, 1, 0})); };
  TracedNode("Gather", {}, same(counting({3, 2})), by_row()).expect_rows_at(0);
  TracedNode("Gather", along(1), same(counting({2, 3})), by_row()).expect_rows_at(1);
  TracedNode("Gather", along(1), rows_at(0, counting({3, 4})), same_integers({2, 0})).expect_rows_at(0);
  TracedNode("Gather", along(0), rows_at(1, counting({4, 3})), same_integers({2, 0})).expect_rows_at(1);
  TracedNode("Gather", along(0), rows_at(1, counting({4, 3})), same(Tensor::scalar(std::int64_t{2}))).expect_rows_at(0);
  EXPECT_TRUE(TracedNode("Gather", {}, rows_at(0, counting({3, 4})), same_integers({0})).trace().rows.is_mixed());
  EXPECT_TRUE(TracedNode("Gather", along(1), rows_at(0, counting({3, 4})), by_row()).trace().rows.is_mixed());
}

TEST(GatherElements, PicksElements) {
  const Tensor x = make_tensor<float>({3, 3}, {1, 2, 3, 4, 5, 6, 7, 8, 9});
  const Tensor indices = ints({2, 3}, {1, 2, 0, 2, 0, 0});
  EXPECT_EQ(list<float>(run_node("GatherElements", along(0), {&x, &indices})), (Row{4, 8, 3, 7, 2, 3}));
  const Tensor narrow = make_tensor<std::int32_t>({2, 1}, {-1, -3});
  EXPECT_EQ(list<float>(run_node("GatherElements", along(1), {&x, &narrow})), (Row{3, 4}));
  const Tensor none = ints({0, 3}, {});
  EXPECT_EQ(run_node("GatherElements", along(0), {&x, &none}).shape(), Shape({0, 3}));
}

TEST(GatherElements, FailsBeyondTheData) {
  const Tensor x = counting({2, 2});
  const Tensor wide = ints({1, 3}, {0, 0, 0});
  const Tensor flat = ints({2}, {0, 0});
  const Tensor beyond = ints({1, 1}, {2});
  EXPECT_THROW(run_node("GatherElements", along(0), {&x, &wide}), Failure);
  EXPECT_THROW(run_node("GatherElements", along(0), {&x, &flat}), Failure);
  EXPECT_THROW(run_node("GatherElements", along(0), {&x, &beyond}), Failure);
}

TEST(GatherElements, KeepsRowsApart) {
  const auto by_row = [] { return rows_at(0, make_tensor<std::int64_t>({3, 2}, {0, 1, 1, 1, 1, 0})); };
  TracedNode("GatherElements", along(1), rows_at(0, counting({3, 2})), by_row()).expect_rows_at(0);
  TracedNode("GatherElements", along(0), same(counting({2, 2})), by_row()).expect_rows_at(0);
  const TracedNode across("GatherElements", along(0), rows_at(0, counting({3, 2})), by_row());
  EXPECT_TRUE(across.trace().rows.is_mixed());
  const TracedNode beside("GatherElements", along(1), same(counting({3, 2})), by_row());
  EXPECT_TRUE(beside.trace().rows.is_mixed());  // the data has no slice for a fourth row
}

TEST(GatherNd, PicksByCoordinates) {
  const Tensor x = counting({2, 2, 2});
  const Tensor whole = ints({2, 3}, {0, 0, 1, -1, 0, 0});
  EXPECT_EQ(list<float>(run_node("GatherND", {}, {&x, &whole})), (Row{1, 4}));
  const Tensor slices = ints({2, 1}, {1, 0});
  EXPECT_EQ(list<float>(run_node("GatherND", {}, {&x, &slices})), (Row{4, 5, 6, 7, 0, 1, 2, 3}));
  const NodeCase batched{.attributes = {{"batch_dims", std::int64_t{1}}}};
  EXPECT_EQ(list<float>(run_node("GatherND", batched, {&x, &slices})), (Row{2, 3, 4, 5}));
  const Tensor all = ints({2, 0}, {});
  EXPECT_EQ(run_node("GatherND", {}, {&x, &all}).shape(), Shape({2, 2, 2, 2}));
}

TEST(GatherNd, FailsBeyondTheData) {
  const Tensor x = counting({2, 2});
  const Tensor beyond = ints({1, 2}, {0, 2});
  const Tensor deep = ints({1, 3}, {0, 0, 0});
  const Tensor scalar = Tensor::scalar(std::int64_t{0});
  const Tensor other_batch = ints({3, 1}, {0, 0, 0});
  const NodeCase batched{.attributes = {{"batch_dims", std::int64_t{1}}}};
  EXPECT_THROW(run_node("GatherND", {}, {&x, &beyond}), Failure);
  EXPECT_THROW(run_node("GatherND", {}, {&x, &deep}), Failure);
  EXPECT_THROW(run_node("GatherND", {}, {&x, &scalar}), Failure);
  EXPECT_THROW(run_node("GatherND", batched, {&x, &other_batch}), Failure);
  const NodeCase too_deep{.attributes = {{"batch_dims", std::int64_t{2}}}};
  EXPECT_THROW(run_node("GatherND", too_deep, {&x, &beyond}), Failure);
  EXPECT_THROW(run_node("GatherND", {.attributes = {{"batch_dims", std::int64_t{-1}}}}, {&x, &beyond}), Refusal);
}

TEST(GatherNd, KeepsRowsApart) {
  const auto by_row = [] { return rows_at(0, make_tensor<std::int64_t>({3, 1}, {0, 1, 1})); };
  const NodeCase batched{.attributes = {{"batch_dims", std::int64_t{1}}}};
  TracedNode("GatherND", {}, same(counting({2, 2})), by_row()).expect_rows_at(0);
  TracedNode("GatherND", batched, rows_at(0, counting({3, 2})), by_row()).expect_rows_at(0);
  TracedNode("GatherND", {}, rows_at(1, counting({2, 3})), same(make_tensor<std::int64_t>({2, 1}, {1, 0})))
      .expect_rows_at(1);
  EXPECT_TRUE(TracedNode("GatherND", {}, rows_at(0, counting({3, 2})), by_row()).trace().rows.is_mixed());
}

}  // namespace
}  // namespace pelton::operators
