#include <gtest/gtest.h>

#include "trace_node.hpp"

namespace pelton::operators {
namespace {

using Ints = std::vector<std::int64_t>;
using tensor::Failure;

Shape shape_by(std::string_view name, const Shape& from, const Ints& axes) {
  const Tensor x = counting(from);
  const Tensor list_of_axes = Tensor::of<std::int64_t>({static_cast<std::int64_t>(axes.size())}, axes);
  const Tensor y = run_node(name, {}, {&x, &list_of_axes});
  EXPECT_EQ(list<float>(y), list<float>(x));
  return y.shape();
}

Shape old_shape_by(std::string_view name, const Shape& from, const Ints& axes) {
  const Tensor x = counting(from);
  return run_node(name, {.opset = 11, .attributes = {{"axes", axes}}}, {&x}).shape();
}

TEST(Squeeze, TakesDimensionsAway) {
  EXPECT_EQ(shape_by("Squeeze", {1, 3, 1}, {0}), Shape({3, 1}));
  EXPECT_EQ(shape_by("Squeeze", {1, 3, 1}, {-1, 0}), Shape({3}));
  EXPECT_EQ(old_shape_by("Squeeze", {1, 3, 1}, {2}), Shape({1, 3}));
  const Tensor x = counting({1, 3, 1});
  EXPECT_EQ(run_node("Squeeze", {}, {&x}).shape(), Shape({3}));
  EXPECT_EQ(run_node("Squeeze", {.opset = 1}, {&x}).shape(), Shape({3}));
  EXPECT_THROW(shape_by("Squeeze", {1, 3}, {1}), Failure);
  EXPECT_THROW(shape_by("Squeeze", {1, 3}, {2}), Failure);
  EXPECT_THROW(shape_by("Squeeze", {1, 3}, {0, -2}), Failure);
  EXPECT_THROW(shape_by("Squeeze", {}, {0}), Failure);
}

TEST(Unsqueeze, PutsDimensionsIn) {
  EXPECT_EQ(shape_by("Unsqueeze", {3}, {0}), Shape({1, 3}));
  EXPECT_EQ(shape_by("Unsqueeze", {3}, {-1, 0}), Shape({1, 3, 1}));
  EXPECT_EQ(shape_by("Unsqueeze", {3, 4}, {2, 1}), Shape({3, 1, 1, 4}));
  EXPECT_EQ(shape_by("Unsqueeze", {}, {0}), Shape({1}));
  EXPECT_EQ(shape_by("Unsqueeze", {3}, {}), Shape({3}));
  EXPECT_EQ(old_shape_by("Unsqueeze", {3}, {1}), Shape({3, 1}));
  EXPECT_THROW(shape_by("Unsqueeze", {3}, {2}), Failure);
  EXPECT_THROW(shape_by("Unsqueeze", {3}, {0, 0}), Failure);
  EXPECT_THROW(shape_by("Unsqueeze", {1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1}, {0}), Failure);
  const Tensor x = counting({3});
  EXPECT_THROW(run_node("Unsqueeze", {.opset = 11}, {&x}), Refusal);
}

TEST(Squeeze, KeepsRowsApart) {
  TracedNode("Squeeze", {}, rows_at(1, counting({1, 3, 1})), same_integers({0, 2})).expect_rows_at(0);
  TracedNode("Squeeze", {}, rows_at(0, counting({3, 1, 4})), same_integers({-2})).expect_rows_at(0);
  // A row alone would lose its own dimension.
  EXPECT_TRUE(TracedNode("Squeeze", {}, rows_at(0, counting({3, 1}))).trace().rows.is_mixed());
}

TEST(Unsqueeze, KeepsRowsApart) {
  TracedNode("Unsqueeze", {}, rows_at(0, counting({3, 4})), same_integers({0})).expect_rows_at(1);
  TracedNode("Unsqueeze", {}, rows_at(0, counting({3, 4})), same_integers({1, -1})).expect_rows_at(0);
  TracedNode("Unsqueeze", {}, rows_at(1, counting({4, 3})), same_integers({0, 1, 4})).expect_rows_at(3);
}

}  // namespace
}  // namespace pelton::operators
