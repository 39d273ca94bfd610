#include <gtest/gtest.h>

#include "random_tensor.hpp"
#include "rows_apart.hpp"

namespace pelton::operators {
namespace {

using tensor::Failure;
using tensor::Float16;
using tensor::RowAxis;

const std::int64_t kYes = 1;

TEST(Det, OfMatricesAndStacksOfThem) {
  const Tensor m = make_tensor<float>({2, 2}, {0, 1, 2, 3});
  const Tensor y = run_node("Det", {}, {&m});
  EXPECT_EQ(y.shape(), Shape());
  EXPECT_EQ(list<float>(y), std::vector<float>{-2});
  const Tensor stack = make_tensor<double>({3, 2, 2}, {1, 2, 3, 4, 1, 2, 2, 4, 5, 0, 7, 2});
  const Tensor each = run_node("Det", {}, {&stack});
  EXPECT_EQ(each.shape(), Shape({3}));
  EXPECT_EQ(list<double>(each), (std::vector<double>{-2, 0, 10}));
  const Tensor half = make_tensor<Float16>({1, 1}, {Float16(0.5F)});
  EXPECT_EQ(static_cast<float>(list<Float16>(run_node("Det", {}, {&half}))[0]), 0.5F);
}

TEST(Det, OfNothingIsOne) {
  const Tensor empty = make_tensor<double>({2, 0, 0}, {});
  EXPECT_EQ(list<double>(run_node("Det", {}, {&empty})), (std::vector<double>{1, 1}));
}

TEST(Det, FollowsRowSwaps) {
  const Tensor cycle = make_tensor<double>({3, 3}, {0, 1, 0, 0, 0, 1, 1, 0, 0});
  EXPECT_EQ(list<double>(run_node("Det", {}, {&cycle})), std::vector<double>{1});
  const Tensor swap = make_tensor<double>({3, 3}, {0, 1, 0, 1, 0, 0, 0, 0, 2});
  EXPECT_EQ(list<double>(run_node("Det", {}, {&swap})), std::vector<double>{-2});
  const Tensor nan = make_tensor<double>({2, 2}, {NAN, 1, 1, 1});
  EXPECT_TRUE(std::isnan(list<double>(run_node("Det", {}, {&nan}))[0]));
}

TEST(Det, RefusesWhatIsNotSquare) {
  const Tensor wide = make_tensor<float>({1, 2}, {1, 2});
  const Tensor flat = make_tensor<float>({2}, {1, 2});
  const Tensor whole = make_tensor<std::int32_t>({1, 1}, {1});
  EXPECT_THROW(run_node("Det", {}, {&wide}), Failure);
  EXPECT_THROW(run_node("Det", {}, {&flat}), Failure);
  EXPECT_THROW(run_node("Det", {}, {&whole}), Refusal);
}

TEST(Det, KeepsRowsApart) {
  RandomTensors random(4);
  const Tensor stack = random.of<double>({7, 3, 5, 5}), square = random.of<double>({5, 5});
  EXPECT_TRUE(expect_rows_apart("Det", {}, {{&stack, RowAxis::at(0)}}));
  EXPECT_TRUE(expect_rows_apart("Det", {}, {{&stack, RowAxis::at(1)}}));
  EXPECT_FALSE(row_axes("Det", {}, {{&square, RowAxis::at(0)}})[0].is_axis());
}

const NodeCase kInverse{.opset = 1, .domain = kMicrosoftDomain};

TEST(Inverse, OfMatricesAndStacksOfThem) {
  const Tensor stack = make_tensor<float>({2, 2, 2}, {0, 1, 2, 0, 4, 7, 2, 6});
  const Tensor y = run_node("Inverse", kInverse, {&stack});
  EXPECT_EQ(y.shape(), stack.shape());
  const std::vector<float> expected{0, 0.5F, 1, 0, 0.6F, -0.7F, -0.2F, 0.4F};
  EXPECT_EQ(list<float>(y), expected);
  const Tensor singular = make_tensor<float>({2, 2}, {1, 2, 2, 4});
  EXPECT_THROW(run_node("Inverse", kInverse, {&singular}), Failure);
  EXPECT_TRUE(expect_rows_apart("Inverse", kInverse, {{&stack, RowAxis::at(0)}}));
}

NodeCase solve_case(bool transposed, bool constants) {
  return {.opset = 1,
          .domain = kMicrosoftDomain,
          .attributes = {{"transposed", std::int64_t{transposed}}, {"lower", std::int64_t{0}}},
          .constants = constants};
}

TEST(Solve, FindsWhatGivesTheRightSide) {
  const Tensor a = make_tensor<double>({2, 2}, {0, 2, 4, 1});
  const Tensor b = make_tensor<double>({2, 2}, {2, 4, 5, 6});
  const Tensor v = make_tensor<double>({2}, {2, 5});
  for (const bool constants : {false, true}) {
    EXPECT_EQ(list<double>(run_node("Solve", solve_case(false, constants), {&a, &b})),
              (std::vector<double>{1, 1, 1, 2}));
    const Tensor y = run_node("Solve", solve_case(false, constants), {&a, &v});
    EXPECT_EQ(y.shape(), Shape({2}));
    EXPECT_EQ(list<double>(y), (std::vector<double>{1, 1}));
    EXPECT_EQ(list<double>(run_node("Solve", solve_case(true, constants), {&a, &v})), (std::vector<double>{2.25, 0.5}));
  }
}

TEST(Solve, TakesTrianglesAsTheyAre) {
  // Pivoting would swap these rows.
  const Tensor lower = make_tensor<double>({3, 3}, {1, 0, 0, 8, 2, 0, 9, 4, 4});
  const Tensor b = make_tensor<double>({3, 1}, {1, 10, 25});
  EXPECT_EQ(list<double>(run_node("Solve", solve_case(false, true), {&lower, &b})), (std::vector<double>{1, 1, 3}));
  const Tensor c = make_tensor<double>({3, 1}, {18, 6, 4});
  EXPECT_EQ(list<double>(run_node("Solve", solve_case(true, false), {&lower, &c})), (std::vector<double>{1, 1, 1}));
}

TEST(Solve, RefusesWhatHasNoAnswer) {
  const Tensor singular = make_tensor<double>({2, 2}, {1, 2, 2, 4});
  const Tensor b = make_tensor<double>({2, 1}, {1, 1});
  const Tensor longer = make_tensor<double>({3, 1}, {1, 1, 1});
  const Tensor floats = make_tensor<float>({2, 1}, {1, 1});
  for (const bool constants : {false, true}) {
    EXPECT_THROW(run_node("Solve", solve_case(false, constants), {&singular, &b}), Failure);
    EXPECT_THROW(run_node("Solve", solve_case(false, constants), {&singular, &longer}), Failure);
    EXPECT_THROW(run_node("Solve", solve_case(false, constants), {&b, &b}), Failure);
    EXPECT_THROW(run_node("Solve", solve_case(false, constants), {&singular, &floats}), Refusal);
  }
}

TEST(Solve, LeavesNextToNothingOver) {
  RandomTensors random(5);
  for (const std::int64_t n : {1, 2, 7, 30, 90}) {
    for (const std::int64_t cols : {1, 3, 40}) {
      const Tensor a = random.of<double>({n, n}), b = random.of<double>({n, cols});
      const Tensor x = run_node("Solve", solve_case(false, n % 2 == 0), {&a, &b});
      const Tensor back = run_node("MatMul", {}, {&a, &x});
      long double size = 0;
      for (const double value : list<double>(x)) size = std::max<long double>(size, std::fabs(value));
      for (std::size_t i = 0; i < b.size(); ++i) {
        EXPECT_LE(std::fabs(list<double>(back)[i] - list<double>(b)[i]),
                  1e-14L * size * static_cast<long double>(n * 4));
      }
    }
  }
}

TEST(Solve, KeepsColumnsApart) {
  RandomTensors random(6);
  const Tensor a = random.of<double>({20, 20}), b = random.of<double>({20, 37});
  EXPECT_TRUE(
      expect_rows_apart("Solve", solve_case(false, false), {{&a, RowAxis::none(), true}, {&b, RowAxis::at(1)}}));
  EXPECT_TRUE(expect_rows_apart("Solve", solve_case(true, false), {{&a}, {&b, RowAxis::at(1)}}));
  EXPECT_FALSE(row_axes("Solve", solve_case(false, false), {{&a}, {&b, RowAxis::at(0)}})[0].is_axis());
  EXPECT_FALSE(row_axes("Solve", solve_case(false, false), {{&a, RowAxis::at(0)}, {&b}})[0].is_axis());
}

}  // namespace
}  // namespace pelton::operators
