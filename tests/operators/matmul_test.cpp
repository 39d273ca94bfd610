#include <gtest/gtest.h>

#include "random_tensor.hpp"
#include "rows_apart.hpp"

namespace pelton::operators {
namespace {

using tensor::BFloat16;
using tensor::Failure;
using tensor::Float16;
using tensor::RowAxis;

TEST(MatMul, MultipliesMatrices) {
  const Tensor a = make_tensor<float>({2, 3}, {1, 2, 3, 4, 5, 6});
  const Tensor b = make_tensor<float>({3, 2}, {1, 0, 0, 1, 2, -1});
  for (const bool constants : {false, true}) {
    const Tensor y = run_node("MatMul", {.constants = constants}, {&a, &b});
    EXPECT_EQ(y.shape(), Shape({2, 2}));
    EXPECT_EQ(list<float>(y), (std::vector<float>{7, -1, 16, -1}));
  }
}

TEST(MatMul, TakesVectorsOnEitherSide) {
  const Tensor v = make_tensor<double>({2}, {1, 2});
  const Tensor m = make_tensor<double>({2, 2}, {1, 2, 3, 4});
  const Tensor stack = make_tensor<double>({2, 2, 2}, {1, 2, 3, 4, 5, 6, 7, 8});
  const Tensor dot = run_node("MatMul", {}, {&v, &v});
  EXPECT_EQ(dot.shape(), Shape());
  EXPECT_EQ(list<double>(dot), std::vector<double>{5});
  const Tensor row = run_node("MatMul", {}, {&v, &m});
  EXPECT_EQ(row.shape(), Shape({2}));
  EXPECT_EQ(list<double>(row), (std::vector<double>{7, 10}));
  const Tensor column = run_node("MatMul", {.constants = true}, {&m, &v});
  EXPECT_EQ(column.shape(), Shape({2}));
  EXPECT_EQ(list<double>(column), (std::vector<double>{5, 11}));
  const Tensor columns = run_node("MatMul", {}, {&stack, &v});
  EXPECT_EQ(columns.shape(), Shape({2, 2}));
  EXPECT_EQ(list<double>(columns), (std::vector<double>{5, 11, 17, 23}));
  const Tensor rows = run_node("MatMul", {}, {&v, &stack});
  EXPECT_EQ(rows.shape(), Shape({2, 2}));
  EXPECT_EQ(list<double>(rows), (std::vector<double>{7, 10, 19, 22}));
}

TEST(MatMul, SpreadsStacksOverEachOther) {
  const Tensor a = make_tensor<std::int64_t>({2, 1, 1, 2}, {1, 2, 3, 4});
  const Tensor b = make_tensor<std::int64_t>({3, 2, 1}, {1, 0, 0, 1, 1, 1});
  const Tensor y = run_node("MatMul", {}, {&a, &b});
  EXPECT_EQ(y.shape(), Shape({2, 3, 1, 1}));
  EXPECT_EQ(list<std::int64_t>(y), (std::vector<std::int64_t>{1, 2, 3, 3, 4, 7}));
}

TEST(MatMul, IntegersWrapAround) {
  const Tensor a = make_tensor<std::int32_t>({1, 2}, {2147483647, 1});
  const Tensor b = make_tensor<std::int32_t>({2, 1}, {2, 1});
  EXPECT_EQ(list<std::int32_t>(run_node("MatMul", {}, {&a, &b})), std::vector<std::int32_t>{-1});
  const Tensor c = make_tensor<std::int64_t>({1, 1}, {(std::int64_t{1} << 53) + 1});
  const Tensor one = make_tensor<std::int64_t>({1, 1}, {1});
  EXPECT_EQ(list<std::int64_t>(run_node("MatMul", {}, {&c, &one})), list<std::int64_t>(c));
  const Tensor u = make_tensor<std::uint64_t>({1, 1}, {~std::uint64_t{0}});
  EXPECT_EQ(list<std::uint64_t>(run_node("MatMul", {}, {&u, &u})), std::vector<std::uint64_t>{1});
}

TEST(MatMul, SumsInDoubles) {
  const Tensor a = make_tensor<float>({1, 3}, {1e8F, 1, -1e8F});
  const Tensor ones = make_tensor<float>({3, 1}, {1, 1, 1});
  EXPECT_EQ(list<float>(run_node("MatMul", {}, {&a, &ones})), std::vector<float>{1});
  const Tensor halves = make_tensor<Float16>({1, 2}, {Float16(2048.0F), Float16(1.0F)});
  const Tensor h = make_tensor<Float16>({2, 1}, {Float16(1.0F), Float16(3.0F)});
  EXPECT_EQ(static_cast<float>(list<Float16>(run_node("MatMul", {}, {&halves, &h}))[0]), 2052.0F);
}

TEST(MatMul, KeepsInfinitiesAndNaN) {
  const float inf = std::numeric_limits<float>::infinity();
  const Tensor a = make_tensor<float>({3, 2}, {inf, 1, inf, -inf, NAN, 0});
  const Tensor b = make_tensor<float>({2, 1}, {1, 1});
  const std::vector<float> y = list<float>(run_node("MatMul", {}, {&a, &b}));
  EXPECT_EQ(y[0], inf);
  EXPECT_TRUE(std::isnan(y[1]));
  EXPECT_TRUE(std::isnan(y[2]));
}

TEST(MatMul, OfNothing) {
  const Tensor a = make_tensor<float>({2, 0}, {});
  const Tensor b = make_tensor<float>({0, 3}, {});
  for (const bool constants : {false, true}) {
    const Tensor y = run_node("MatMul", {.constants = constants}, {&a, &b});
    EXPECT_EQ(y.shape(), Shape({2, 3}));
    EXPECT_EQ(list<float>(y), std::vector<float>(6, 0.0F));
    const Tensor flat = make_tensor<float>({0, 2}, {});
    EXPECT_EQ(run_node("MatMul", {.constants = constants}, {&flat, &a}).shape(), Shape({0, 0}));
  }
  const Tensor none = make_tensor<std::int32_t>({0, 2, 2}, {});
  const Tensor one = make_tensor<std::int32_t>({2, 2}, {1, 2, 3, 4});
  EXPECT_EQ(run_node("MatMul", {}, {&none, &one}).shape(), Shape({0, 2, 2}));
}

TEST(MatMul, RefusesWhatDoesNotFit) {
  const Tensor a = make_tensor<float>({2, 3}, {1, 2, 3, 4, 5, 6});
  const Tensor scalar = Tensor::scalar(1.0F);
  const Tensor d = make_tensor<double>({3}, {1, 2, 3});
  EXPECT_THROW(run_node("MatMul", {}, {&a, &a}), Failure);
  EXPECT_THROW(run_node("MatMul", {}, {&a, &scalar}), Failure);
  EXPECT_THROW(run_node("MatMul", {.constants = true}, {&a, &scalar}), Failure);
  EXPECT_THROW(run_node("MatMul", {}, {&a, &d}), Refusal);
  const Tensor flags = make_tensor<bool>({1, 1}, {true});
  EXPECT_THROW(run_node("MatMul", {}, {&flags, &flags}), Refusal);
  RandomTensors random(1);
  const Tensor two = random.of<float>({2, 2, 3}), three = random.of<float>({3, 3, 2});
  EXPECT_THROW(run_node("MatMul", {}, {&two, &three}), Failure);
}

TEST(MatMul, RefusesDaysOfWork) {
  Tensor a;
  a.reset(DataType::int32, {8192, 2048});
  std::memset(a.data(), 0, a.bytes());
  Tensor b;
  b.assign(a, {2048, 8192});
  EXPECT_THROW(run_node("MatMul", {}, {&a, &b}), Failure);
}

/// Against a plain evaluation: two roundings of the sum's size at most, and one of T.
template <class T>
void compare_with_plain_product(std::uint64_t seed) {
  RandomTensors random(seed);
  for (int trial = 0; trial < 60; ++trial) {
    const std::int64_t stack = random.between(1, 3), n = random.between(1, 9), k = random.between(1, 70),
                       m = random.between(1, 40);
    const Tensor a = random.of<T>({stack, n, k});
    const Tensor b = trial % 2 == 0 ? random.of<T>({k, m}) : random.of<T>({stack, k, m});
    const Tensor y = run_node("MatMul", {.constants = trial % 4 < 2}, {&a, &b});
    ASSERT_EQ(y.shape(), Shape({stack, n, m}));
    const std::vector<long double> left = exact<T>(a), right = exact<T>(b), product = exact<T>(y);
    for (std::int64_t i = 0; i < stack * n * m; ++i) {
      const std::int64_t s = i / (n * m), r = i / m, c = i % m;
      long double sum = 0, size = 0;
      for (std::int64_t j = 0; j < k; ++j) {
        const long double term = left[static_cast<std::size_t>(r * k + j)] *
                                 right[static_cast<std::size_t>(((b.rank() == 3 ? s : 0) * k + j) * m + c)];
        sum += term;
        size += std::fabs(term);
      }
      const long double bound = std::fabs(sum) * kRounding<T> + size * 0x1p-53L * static_cast<long double>(k);
      ASSERT_LE(std::fabs(product[static_cast<std::size_t>(i)] - sum), bound) << a.rank() << " " << trial;
    }
  }
}

TEST(MatMul, IsAsNearToTheExactProductAsItsTypeAllows) {
  compare_with_plain_product<float>(11);
  compare_with_plain_product<double>(12);
  compare_with_plain_product<Float16>(13);
  compare_with_plain_product<BFloat16>(14);
}

TEST(MatMul, KeepsRowsApart) {
  RandomTensors random(2);
  const RowAxis none = RowAxis::none();
  const auto apart = [&](const Shape& a, RowAxis a_rows, const Shape& b, RowAxis b_rows) {
    const Tensor x = random.of<double>(a), w = random.of<double>(b);
    bool result = expect_rows_apart("MatMul", {}, {{&x, a_rows}, {&w, b_rows}});
    if (b_rows.is_none()) {
      EXPECT_EQ(expect_rows_apart("MatMul", {}, {{&x, a_rows}, {&w, none, true}}), result);
    }
    return result;
  };
  for (const std::int64_t k : {3, 100}) {
    for (const std::int64_t m : {1, 2, 17}) {
      EXPECT_TRUE(apart({21, k}, RowAxis::at(0), {k, m}, none));
      EXPECT_TRUE(apart({m, k}, none, {k, 21}, RowAxis::at(1)));
    }
  }
  EXPECT_TRUE(apart({5, 4}, RowAxis::at(0), {4}, none));
  EXPECT_TRUE(apart({4}, none, {4, 5}, RowAxis::at(1)));
  EXPECT_TRUE(apart({5, 3, 4}, RowAxis::at(0), {4, 2}, none));
  EXPECT_TRUE(apart({2, 5, 4}, RowAxis::at(1), {2, 4, 2}, none));
  EXPECT_TRUE(apart({5, 3, 4}, RowAxis::at(0), {5, 4, 2}, RowAxis::at(0)));
  EXPECT_TRUE(apart({5, 1, 3, 4}, RowAxis::at(0), {7, 4, 2}, none));
  EXPECT_TRUE(apart({3, 4}, none, {5, 4, 2}, RowAxis::at(0)));
  EXPECT_TRUE(apart({4}, none, {5, 4, 2}, RowAxis::at(0)));
  // A sum over rows, a matrix for each row, rows against rows.
  EXPECT_FALSE(apart({4, 5}, RowAxis::at(1), {5, 3}, none));
  EXPECT_FALSE(apart({4, 5}, none, {5, 3}, RowAxis::at(0)));
  EXPECT_FALSE(apart({5}, RowAxis::at(0), {5, 3}, none));
  EXPECT_FALSE(apart({5, 3, 4}, RowAxis::at(0), {5, 4, 2}, none));
  EXPECT_FALSE(apart({5, 3, 4}, none, {5, 4, 2}, RowAxis::at(0)));
  EXPECT_FALSE(apart({5, 4}, RowAxis::at(0), {4, 5}, RowAxis::at(1)));
  EXPECT_FALSE(apart({5, 4}, RowAxis::at(0), {5, 4, 5}, RowAxis::at(0)));
  EXPECT_FALSE(apart({5, 1, 3, 4}, RowAxis::at(0), {5, 4, 2}, RowAxis::at(0)));
}

}  // namespace
}  // namespace pelton::operators
