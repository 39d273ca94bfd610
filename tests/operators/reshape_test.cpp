#include <gtest/gtest.h>

#include "trace_node.hpp"

namespace pelton::operators {
namespace {

using Ints = std::vector<std::int64_t>;
using tensor::Failure;
using tensor::RowAxis;

Tensor ints(std::initializer_list<std::int64_t> values) {
  return make_tensor<std::int64_t>({static_cast<std::int64_t>(values.size())}, values);
}

Shape reshaped(const Shape& from, std::initializer_list<std::int64_t> target, std::int64_t allowzero = 0) {
  const Tensor x = counting(from);
  const Tensor shape = ints(target);
  const Tensor y = run_node("Reshape", {.attributes = {{"allowzero", allowzero}}}, {&x, &shape});
  EXPECT_EQ(list<float>(y), list<float>(x));
  return y.shape();
}

TEST(Reshape, KeepsElementsInOrder) {
  EXPECT_EQ(reshaped({2, 3}, {3, 2}), Shape({3, 2}));
  EXPECT_EQ(reshaped({2, 3}, {-1}), Shape({6}));
  EXPECT_EQ(reshaped({2, 3, 4}, {0, -1}), Shape({2, 12}));
  EXPECT_EQ(reshaped({2, 3, 4}, {-1, 0, 2}), Shape({4, 3, 2}));
  EXPECT_EQ(reshaped({1, 1}, {}), Shape());
  EXPECT_EQ(reshaped({}, {1, 1}), Shape({1, 1}));
}

TEST(Reshape, OfNoElements) {
  EXPECT_EQ(reshaped({0, 3}, {-1, 3}), Shape({0, 3}));
  EXPECT_EQ(reshaped({0, 3}, {3, 0}, 1), Shape({3, 0}));
  EXPECT_EQ(reshaped({0, 3}, {0, 7}, 1), Shape({0, 7}));
  EXPECT_THROW(reshaped({0, 3}, {0, -1}), Failure);
}

TEST(Reshape, FailsWhereElementsDoNotFit) {
  EXPECT_THROW(reshaped({2, 3}, {4, 2}), Failure);
  EXPECT_THROW(reshaped({2, 3}, {-1, 4}), Failure);
  EXPECT_THROW(reshaped({2, 3}, {-1, -1}), Failure);
  EXPECT_THROW(reshaped({2, 3}, {-2, 3}), Failure);
  EXPECT_THROW(reshaped({6}, {6, 0}), Failure);  // keeps a dimension that is not there
  EXPECT_THROW(reshaped({6}, {std::int64_t{1} << 40, std::int64_t{1} << 40}), Failure);
  EXPECT_THROW(reshaped({1}, {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}), Failure);
}

TEST(Reshape, TookItsShapeFromAnAttribute) {
  const Tensor x = counting({2, 3});
  const Tensor y = run_node("Reshape", {.opset = 1, .attributes = {{"shape", Ints{3, -1}}}}, {&x});
  EXPECT_EQ(y.shape(), Shape({3, 2}));
}

TEST(Reshape, KeepsRowsApartWhereOneDimensionIsTheirNumber) {
  const auto flat = [](std::initializer_list<std::int64_t> target, const Shape& from, std::size_t rows) {
    return TracedNode("Reshape", {}, rows_at(rows, counting(from)), same_integers(target));
  };
  flat({-1, 20}, {3, 4, 5}, 0).expect_rows_at(0);
  flat({0, -1}, {3, 4, 5}, 0).expect_rows_at(0);
  flat({0, 20}, {3, 4, 5}, 0).expect_rows_at(0);
  flat({1, -1, 4}, {3, 4}, 0).expect_rows_at(1);
  flat({2, -1, 2, 2}, {2, 3, 4}, 1).expect_rows_at(1);
  EXPECT_TRUE(flat({-1}, {3, 4}, 0).trace().rows.is_mixed());
  EXPECT_TRUE(flat({-1, 2}, {3, 4}, 0).trace().rows.is_mixed());
  EXPECT_TRUE(flat({4, -1}, {3, 4}, 0).trace().rows.is_mixed());
  EXPECT_TRUE(flat({-1, 4}, {4, 3}, 1).trace().rows.is_mixed());
  // A file that says 3 means 3, not the number of rows it is tried with.
  EXPECT_TRUE(flat({3, 20}, {3, 4, 5}, 0).trace().rows.is_mixed());
  EXPECT_TRUE(flat({3, -1}, {3, 4, 5}, 0).trace().rows.is_mixed());
}

TEST(Reshape, KeepsRowsApartByTheirCountedNumber) {
  const auto by_count = [](std::vector<tensor::Count> target) {
    return TracedNode("Reshape", {}, rows_at(0, counting({3, 4, 5})), counted(std::move(target)));
  };
  by_count({{1, true}, {-1, false}}).expect_rows_at(0);
  by_count({{1, true}, {20, false}}).expect_rows_at(0);
  by_count({{1, true}, {0, false}, {5, false}}).expect_rows_at(0);
  by_count({{1, false}, {1, true}, {-1, false}}).expect_rows_at(1);
  EXPECT_TRUE(by_count({{4, true}, {5, false}}).trace().rows.is_mixed());
  EXPECT_TRUE(by_count({{4, false}, {1, true}, {5, false}}).trace().rows.is_mixed());
  EXPECT_TRUE(by_count({{-1, false}, {4, true}}).trace().rows.is_mixed());
}

TEST(Flatten, MakesAMatrix) {
  const auto flattened = [](const Shape& from, std::int64_t axis) {
    const Tensor x = counting(from);
    return run_node("Flatten", {.attributes = {{"axis", axis}}}, {&x}).shape();
  };
  EXPECT_EQ(flattened({2, 3, 4}, 0), Shape({1, 24}));
  EXPECT_EQ(flattened({2, 3, 4}, 1), Shape({2, 12}));
  EXPECT_EQ(flattened({2, 3, 4}, 3), Shape({24, 1}));
  EXPECT_EQ(flattened({2, 3, 4}, -1), Shape({6, 4}));
  EXPECT_EQ(flattened({}, 0), Shape({1, 1}));
  EXPECT_EQ(flattened({0, 3}, 1), Shape({0, 3}));
  EXPECT_THROW(flattened({2, 3}, 3), Failure);
  EXPECT_THROW(flattened({2, 3}, -3), Failure);
  const Tensor x = counting({2, 3, 4});
  EXPECT_EQ(run_node("Flatten", {.opset = 1}, {&x}).shape(), Shape({2, 12}));
}

TEST(Flatten, KeepsRowsApartWhereTheyAreADimension) {
  const auto node = [](std::int64_t axis, const Shape& from, std::size_t rows) {
    return TracedNode("Flatten", {.attributes = {{"axis", axis}}}, rows_at(rows, counting(from)));
  };
  node(1, {3, 4, 5}, 0).expect_rows_at(0);
  node(2, {1, 3, 4}, 1).expect_rows_at(0);
  node(1, {4, 3}, 1).expect_rows_at(1);
  EXPECT_TRUE(node(2, {3, 4, 5}, 0).trace().rows.is_mixed());
  EXPECT_TRUE(node(0, {3, 4}, 0).trace().rows.is_mixed());
}

}  // namespace
}  // namespace pelton::operators
