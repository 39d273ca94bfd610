#include "tensor/shape.hpp"

#include <gtest/gtest.h>

#include "tensor/failure.hpp"

namespace pelton::tensor {
namespace {

TEST(Shape, CountsElements) {
  EXPECT_EQ(Shape().elements(), 1U);
  EXPECT_EQ(Shape({2, 3}).elements(), 6U);
  EXPECT_EQ(Shape({2, 0, 3}).elements(), 0U);
}

TEST(Shape, RefusesWhatNoTensorHas) {
  EXPECT_THROW(Shape({-1}), Failure);
  EXPECT_THROW(Shape({INT64_MAX, 2}), Failure);
  EXPECT_THROW(Shape({INT64_MAX, 0, 2}), Failure);
  const std::array<std::int64_t, kMaxRank + 1> many{};
  EXPECT_THROW(Shape(std::span<const std::int64_t>(many)), Failure);
}

TEST(Shape, ChangesOneDimension) {
  const Shape shape{2, 3};
  EXPECT_EQ(shape.inserted(0, 5), Shape({5, 2, 3}));
  EXPECT_EQ(shape.inserted(2, 5), Shape({2, 3, 5}));
  EXPECT_EQ(shape.erased(0), Shape({3}));
  EXPECT_EQ(shape.with(1, 7), Shape({2, 7}));
}

TEST(Shape, Broadcasts) {
  EXPECT_EQ(broadcast({2, 3}, {3}), Shape({2, 3}));
  EXPECT_EQ(broadcast({2, 1}, {1, 3}), Shape({2, 3}));
  EXPECT_EQ(broadcast({}, {4}), Shape({4}));
  EXPECT_EQ(broadcast({0}, {1}), Shape({0}));
  EXPECT_THROW(broadcast({2}, {3}), Failure);
}

TEST(Shape, CountsAxesFromTheEnd) {
  EXPECT_EQ(axis_of(-1, 3), 2U);
  EXPECT_THROW(axis_of(3, 3), Failure);
  EXPECT_THROW(axis_of(-4, 3), Failure);
}

}  // namespace
}  // namespace pelton::tensor
