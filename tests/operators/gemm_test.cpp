#include <gtest/gtest.h>

#include "random_tensor.hpp"
#include "rows_apart.hpp"

namespace pelton::operators {
namespace {

using tensor::BFloat16;
using tensor::Failure;
using tensor::Float16;
using tensor::RowAxis;

const std::int64_t kYes = 1;

TEST(Gemm, MultipliesAndAdds) {
  const Tensor a = make_tensor<float>({2, 3}, {1, 2, 3, 4, 5, 6});
  const Tensor b = make_tensor<float>({3, 2}, {1, 0, 0, 1, 2, -1});
  const Tensor c = make_tensor<float>({2}, {10, 20});
  for (const bool constants : {false, true}) {
    const Tensor y = run_node("Gemm", {.constants = constants}, {&a, &b, &c});
    EXPECT_EQ(y.shape(), Shape({2, 2}));
    EXPECT_EQ(list<float>(y), (std::vector<float>{17, 19, 26, 19}));
    EXPECT_EQ(list<float>(run_node("Gemm", {.attributes = {{"alpha", 0.5}, {"beta", -1.0}}, .constants = constants},
                                   {&a, &b, &c})),
              (std::vector<float>{-6.5, -20.5, -2, -20.5}));
    EXPECT_EQ(list<float>(run_node("Gemm", {.constants = constants}, {&a, &b})), (std::vector<float>{7, -1, 16, -1}));
    EXPECT_EQ(list<float>(run_node("Gemm", {.constants = constants}, {&a, &b, nullptr})),
              (std::vector<float>{7, -1, 16, -1}));
  }
}

TEST(Gemm, TurnsEitherSide) {
  const Tensor a = make_tensor<double>({3, 2}, {1, 4, 2, 5, 3, 6});
  const Tensor b = make_tensor<double>({2, 3}, {1, 0, 2, 0, 1, -1});
  for (const bool constants : {false, true}) {
    const Tensor y =
        run_node("Gemm", {.attributes = {{"transA", kYes}, {"transB", kYes}}, .constants = constants}, {&a, &b});
    EXPECT_EQ(list<double>(y), (std::vector<double>{7, -1, 16, -1}));
  }
  const Tensor i = make_tensor<std::int32_t>({3, 2}, {1, 4, 2, 5, 3, 6});
  const Tensor j = make_tensor<std::int32_t>({2, 3}, {1, 0, 2, 0, 1, -1});
  EXPECT_EQ(list<std::int32_t>(run_node("Gemm", {.attributes = {{"transA", kYes}, {"transB", kYes}}}, {&i, &j})),
            (std::vector<std::int32_t>{7, -1, 16, -1}));
}

TEST(Gemm, SpreadsTheTerm) {
  const Tensor a = make_tensor<float>({2, 1}, {1, 2});
  const Tensor b = make_tensor<float>({1, 2}, {1, 10});
  const auto with = [&](const Tensor& c) { return list<float>(run_node("Gemm", {}, {&a, &b, &c})); };
  EXPECT_EQ(with(Tensor::scalar(0.5F)), (std::vector<float>{1.5, 10.5, 2.5, 20.5}));
  EXPECT_EQ(with(make_tensor<float>({1}, {0.5})), (std::vector<float>{1.5, 10.5, 2.5, 20.5}));
  EXPECT_EQ(with(make_tensor<float>({1, 1}, {0.5})), (std::vector<float>{1.5, 10.5, 2.5, 20.5}));
  EXPECT_EQ(with(make_tensor<float>({2, 1}, {100, 200})), (std::vector<float>{101, 110, 202, 220}));
  EXPECT_EQ(with(make_tensor<float>({1, 2}, {100, 200})), (std::vector<float>{101, 210, 102, 220}));
  EXPECT_EQ(with(make_tensor<float>({2, 2}, {100, 200, 300, 400})), (std::vector<float>{101, 210, 302, 420}));
  EXPECT_THROW(with(make_tensor<float>({3}, {1, 2, 3})), Failure);
  EXPECT_THROW(with(make_tensor<float>({1, 1, 1}, {1})), Failure);
}

TEST(Gemm, OfVersionsBeforeSevenSpreadsOnlyWhereTold) {
  const Tensor a = make_tensor<float>({2, 1}, {1, 2});
  const Tensor b = make_tensor<float>({1, 2}, {1, 10});
  const Tensor row = make_tensor<float>({2}, {1, 2});
  const Tensor all = make_tensor<float>({2, 2}, {1, 2, 3, 4});
  EXPECT_THROW(run_node("Gemm", {.opset = 6}, {&a, &b, &row}), Failure);
  EXPECT_EQ(list<float>(run_node("Gemm", {.opset = 6}, {&a, &b, &all})), (std::vector<float>{2, 12, 5, 24}));
  EXPECT_EQ(list<float>(run_node("Gemm", {.opset = 1, .attributes = {{"broadcast", kYes}}}, {&a, &b, &row})),
            (std::vector<float>{2, 12, 3, 22}));
}

TEST(Gemm, LeavesATermOfNoWeightOut) {
  const Tensor a = make_tensor<float>({1, 1}, {2});
  const Tensor c = make_tensor<float>({1}, {NAN});
  EXPECT_EQ(list<float>(run_node("Gemm", {.attributes = {{"beta", 0.0}}}, {&a, &a, &c})), std::vector<float>{4});
}

TEST(Gemm, ScalesIntegers) {
  const Tensor a = make_tensor<std::int64_t>({1, 1}, {(std::int64_t{1} << 53) + 1});
  const Tensor one = make_tensor<std::int64_t>({1, 1}, {1});
  const Tensor c = make_tensor<std::int64_t>({1}, {5});
  EXPECT_EQ(list<std::int64_t>(run_node("Gemm", {.attributes = {{"alpha", 2.0}, {"beta", -1.0}}}, {&a, &one, &c})),
            std::vector<std::int64_t>{(std::int64_t{1} << 54) - 3});
  // 0.5 · 1 · 7 + 0.25 · 5, towards zero.
  const Tensor seven = make_tensor<std::int64_t>({1, 1}, {7});
  EXPECT_EQ(list<std::int64_t>(run_node("Gemm", {.attributes = {{"alpha", 0.5}, {"beta", 0.25}}}, {&seven, &one, &c})),
            std::vector<std::int64_t>{4});
  const Tensor most = make_tensor<std::int32_t>({1, 1}, {2147483647});
  const Tensor unit = make_tensor<std::int32_t>({1, 1}, {1});
  const auto scaled = [&](double alpha) {
    return list<std::int32_t>(run_node("Gemm", {.attributes = {{"alpha", alpha}}}, {&most, &unit}))[0];
  };
  EXPECT_EQ(scaled(1.5), 2147483647);
  EXPECT_EQ(scaled(-1.5), -2147483647 - 1);
  EXPECT_EQ(scaled(NAN), 0);
  EXPECT_EQ(scaled(2.0), -2);
}

TEST(Gemm, OfNothing) {
  const Tensor a = make_tensor<float>({2, 0}, {});
  const Tensor b = make_tensor<float>({0, 2}, {});
  const Tensor c = make_tensor<float>({2}, {3, 4});
  EXPECT_EQ(list<float>(run_node("Gemm", {}, {&a, &b, &c})), (std::vector<float>{3, 4, 3, 4}));
  EXPECT_EQ(run_node("Gemm", {}, {&b, &a}).shape(), Shape({0, 0}));
}

TEST(Gemm, RefusesWhatDoesNotFit) {
  const Tensor a = make_tensor<float>({1, 2}, {1, 2});
  const Tensor stack = make_tensor<float>({1, 1, 2}, {1, 2});
  const Tensor d = make_tensor<double>({2, 1}, {1, 2});
  EXPECT_THROW(run_node("Gemm", {}, {&a, &a}), Failure);
  EXPECT_THROW(run_node("Gemm", {}, {&stack, &a}), Failure);
  EXPECT_THROW(run_node("Gemm", {}, {&a, &d}), Refusal);
}

/// Against a plain evaluation.
template <class T>
void compare_with_plain(std::uint64_t seed) {
  RandomTensors random(seed);
  for (int trial = 0; trial < 64; ++trial) {
    const bool turn_a = (trial & 1) != 0, turn_b = (trial & 2) != 0;
    const std::int64_t n = random.between(1, 12), k = random.between(1, 70), m = random.between(1, 40);
    const Tensor a = random.of<T>(turn_a ? Shape{k, n} : Shape{n, k});
    const Tensor b = random.of<T>(turn_b ? Shape{m, k} : Shape{k, m});
    const Tensor c = random.of<T>((trial & 8) != 0 ? Shape{m} : Shape{n, 1});
    const Tensor y = run_node("Gemm",
                              {.attributes = {{"alpha", 0.75},
                                              {"beta", -1.5},
                                              {"transA", std::int64_t{turn_a}},
                                              {"transB", std::int64_t{turn_b}}},
                               .constants = (trial & 4) != 0},
                              {&a, &b, &c});
    const std::vector<long double> left = exact<T>(a), right = exact<T>(b), term = exact<T>(c), result = exact<T>(y);
    for (std::int64_t i = 0; i < n * m; ++i) {
      const std::int64_t row = i / m, col = i % m;
      long double sum = 0, size = 0;
      for (std::int64_t j = 0; j < k; ++j) {
        const long double p = left[static_cast<std::size_t>(turn_a ? j * n + row : row * k + j)] *
                              right[static_cast<std::size_t>(turn_b ? col * k + j : j * m + col)];
        sum += p;
        size += std::fabs(p);
      }
      const long double added = -1.5L * term[static_cast<std::size_t>(c.rank() == 1 ? col : row)];
      sum = sum * 0.75L + added;
      size += std::fabs(added);
      const long double bound = std::fabs(sum) * kRounding<T> + size * 0x1p-53L * static_cast<long double>(k + 2);
      ASSERT_LE(std::fabs(result[static_cast<std::size_t>(i)] - sum), bound) << trial;
    }
  }
}

TEST(Gemm, IsAsNearToTheExactResultAsItsTypeAllows) {
  compare_with_plain<float>(31);
  compare_with_plain<double>(32);
  compare_with_plain<Float16>(33);
  compare_with_plain<BFloat16>(34);
}

TEST(Gemm, KeepsRowsApart) {
  RandomTensors random(3);
  const RowAxis none = RowAxis::none(), first = RowAxis::at(0), second = RowAxis::at(1);
  const Tensor rows = random.of<double>({9, 20}), turned = random.of<double>({20, 9});
  const Tensor w = random.of<double>({20, 3}), v = random.of<double>({3, 20});
  const Tensor bias = random.of<double>({3}), column = random.of<double>({9, 1}), scalar = Tensor::scalar(2.0);
  const Tensor own = random.of<double>({9, 3}), line = random.of<double>({1, 9}), list9 = random.of<double>({9});
  EXPECT_TRUE(expect_rows_apart("Gemm", {}, {{&rows, first}, {&w, none, true}, {&bias}}));
  EXPECT_TRUE(expect_rows_apart("Gemm", {}, {{&rows, first}, {&w}}));
  EXPECT_TRUE(expect_rows_apart("Gemm", {}, {{&rows, first}, {&w}, {&scalar}}));
  EXPECT_TRUE(expect_rows_apart("Gemm", {}, {{&rows, first}, {&w}, {&column, first}}));
  EXPECT_TRUE(expect_rows_apart("Gemm", {}, {{&rows, first}, {&w}, {&own, first}}));
  EXPECT_TRUE(expect_rows_apart("Gemm", {.attributes = {{"transA", kYes}}}, {{&turned, second}, {&w}, {&bias}}));
  EXPECT_TRUE(expect_rows_apart("Gemm", {}, {{&v}, {&turned, second}, {&line, second}}));
  EXPECT_TRUE(expect_rows_apart("Gemm", {}, {{&v}, {&turned, second}, {&list9, first}}));
  EXPECT_TRUE(expect_rows_apart("Gemm", {.attributes = {{"transB", kYes}}}, {{&v}, {&rows, first}}));
  EXPECT_FALSE(expect_rows_apart("Gemm", {}, {{&rows, first}, {&w}, {&column}}));
  EXPECT_FALSE(expect_rows_apart("Gemm", {}, {{&rows, first}, {&turned, second}}));
  EXPECT_FALSE(expect_rows_apart("Gemm", {.attributes = {{"transA", kYes}}}, {{&w, first}, {&w}}));
  EXPECT_FALSE(expect_rows_apart("Gemm", {}, {{&v}, {&turned, second}, {&list9}}));
}

}  // namespace
}  // namespace pelton::operators
