#include <gtest/gtest.h>

#include "random_tensor.hpp"
#include "rows_apart.hpp"

namespace pelton::operators {
namespace {

using tensor::Failure;
using tensor::RowAxis;

NodeCase metric(std::string name, bool constants = false) {
  return {.opset = 1, .domain = kMicrosoftDomain, .attributes = {{"metric", std::move(name)}}, .constants = constants};
}

TEST(CDist, MeasuresEachPairOfRows) {
  const Tensor a = make_tensor<float>({2, 2}, {0, 0, 1, 1});
  const Tensor b = make_tensor<float>({3, 2}, {3, 4, 1, 1, 0, -2});
  for (const bool constants : {false, true}) {
    const Tensor squares = run_node("CDist", metric("sqeuclidean", constants), {&a, &b});
    EXPECT_EQ(squares.shape(), Shape({2, 3}));
    EXPECT_EQ(list<float>(squares), (std::vector<float>{25, 2, 4, 13, 0, 10}));
    EXPECT_EQ(list<float>(run_node("CDist", metric("euclidean", constants), {&a, &b})),
              (std::vector<float>{5, std::sqrt(2.0F), 2, std::sqrt(13.0F), 0, std::sqrt(10.0F)}));
  }
}

TEST(CDist, IsExactForNearRowsFarFromTheOrigin) {
  const Tensor a = make_tensor<float>({1, 2}, {16777216, 1});
  const Tensor b = make_tensor<float>({2, 2}, {16777216, 1, 16777218, 1});
  EXPECT_EQ(list<float>(run_node("CDist", metric("euclidean"), {&a, &b})), (std::vector<float>{0, 2}));
}

TEST(CDist, KeepsInfinitiesAndNaN) {
  const double inf = std::numeric_limits<double>::infinity();
  const Tensor a = make_tensor<double>({3, 1}, {inf, -inf, NAN});
  const Tensor b = make_tensor<double>({2, 1}, {1, inf});
  const std::vector<double> y = list<double>(run_node("CDist", metric("euclidean"), {&a, &b}));
  EXPECT_EQ(y[0], inf);
  EXPECT_TRUE(std::isnan(y[1]));
  EXPECT_EQ(y[2], inf);
  EXPECT_EQ(y[3], inf);
  EXPECT_TRUE(std::isnan(y[4]));
  EXPECT_TRUE(std::isnan(y[5]));
}

TEST(CDist, OfNothing) {
  const Tensor none = make_tensor<float>({0, 2}, {}), one = make_tensor<float>({1, 2}, {1, 2});
  const Tensor flat = make_tensor<float>({2, 0}, {});
  EXPECT_EQ(run_node("CDist", metric("euclidean"), {&none, &one}).shape(), Shape({0, 1}));
  EXPECT_EQ(run_node("CDist", metric("euclidean", true), {&one, &none}).shape(), Shape({1, 0}));
  EXPECT_EQ(list<float>(run_node("CDist", metric("euclidean"), {&flat, &flat})), (std::vector<float>{0, 0, 0, 0}));
}

TEST(CDist, RefusesWhatDoesNotFit) {
  const Tensor a = make_tensor<float>({1, 2}, {1, 2}), b = make_tensor<float>({1, 3}, {1, 2, 3});
  const Tensor v = make_tensor<float>({2}, {1, 2});
  EXPECT_THROW(run_node("CDist", metric("euclidean"), {&a, &b}), Failure);
  EXPECT_THROW(run_node("CDist", metric("euclidean", true), {&a, &v}), Failure);
  EXPECT_THROW(run_node("CDist", metric("cosine"), {&a, &a}), Refusal);
}

template <class T>
void compare_with_plain_distances(std::uint64_t seed) {
  RandomTensors random(seed);
  for (int trial = 0; trial < 40; ++trial) {
    const std::int64_t n = random.between(1, 9), m = random.between(1, 200), k = random.between(1, 40);
    const Tensor a = random.of<T>({n, k}), b = random.of<T>({m, k});
    const Tensor y = run_node("CDist", metric("sqeuclidean", trial % 2 == 0), {&a, &b});
    const std::vector<long double> left = exact<T>(a), right = exact<T>(b), distances = exact<T>(y);
    for (std::int64_t i = 0; i < n * m; ++i) {
      long double sum = 0;
      for (std::int64_t j = 0; j < k; ++j) {
        const long double apart =
            left[static_cast<std::size_t>(i / m * k + j)] - right[static_cast<std::size_t>(i % m * k + j)];
        sum += apart * apart;
      }
      const long double bound = sum * (kRounding<T> + 0x1p-53L * static_cast<long double>(k + 4));
      ASSERT_LE(std::fabs(distances[static_cast<std::size_t>(i)] - sum), bound) << trial;
    }
  }
}

TEST(CDist, IsAsNearToTheExactDistanceAsItsTypeAllows) {
  compare_with_plain_distances<float>(41);
  compare_with_plain_distances<double>(42);
}

TEST(CDist, KeepsRowsApart) {
  RandomTensors random(7);
  const Tensor rows = random.of<double>({19, 5}), points = random.of<double>({37, 5});
  const RowAxis first = RowAxis::at(0);
  for (const NodeCase& test : {metric("euclidean"), metric("sqeuclidean")}) {
    EXPECT_TRUE(expect_rows_apart("CDist", test, {{&rows, first}, {&points, RowAxis::none(), true}}));
    EXPECT_TRUE(expect_rows_apart("CDist", test, {{&rows, first}, {&points}}));
    EXPECT_TRUE(expect_rows_apart("CDist", test, {{&points}, {&rows, first}}));
    EXPECT_FALSE(row_axes("CDist", test, {{&rows, first}, {&rows, first}})[0].is_axis());
    EXPECT_FALSE(row_axes("CDist", test, {{&rows, RowAxis::at(1)}, {&points}})[0].is_axis());
  }
}

}  // namespace
}  // namespace pelton::operators
