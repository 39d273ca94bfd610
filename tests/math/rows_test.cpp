// Kernels over whole rows: softmax, reductions, norms.
#include <functional>

#include "math/samples.hpp"

namespace pelton::math {
namespace {

using RowKernel = std::function<void(const Kernels&, Input, std::size_t rows, std::size_t cols, Output)>;

std::vector<std::pair<std::string, RowKernel>> row_kernels() {
  std::vector<std::pair<std::string, RowKernel>> all;
  for (const bool log : {false, true}) {
    all.emplace_back(log ? "log_softmax" : "softmax",
                     [log](const Kernels& k, Input x, std::size_t rows, std::size_t cols, Output y) {
                       k.softmax(log, x, rows, cols, y);
                     });
  }
  all.emplace_back("softmax_zero", [](const Kernels& k, Input x, std::size_t rows, std::size_t cols, Output y) {
    k.softmax_zero(x, rows, cols, y);
  });
  for (int norm = 0; norm <= static_cast<int>(Norm::max); ++norm) {
    all.emplace_back("norm " + std::to_string(norm),
                     [norm](const Kernels& k, Input x, std::size_t rows, std::size_t cols, Output y) {
                       k.normalize(static_cast<Norm>(norm), x, rows, cols, y);
                     });
  }
  for (int op = 0; op <= static_cast<int>(ReduceOp::log_sum_exp); ++op) {
    all.emplace_back("reduce " + std::to_string(op),
                     [op](const Kernels& k, Input x, std::size_t rows, std::size_t cols, Output y) {
                       k.reduce(static_cast<ReduceOp>(op), x, rows, cols, y);
                     });
  }
  return all;
}

TEST(RowKernels, GiveTheSameBitsOnEveryInstructionSetAndInEveryBatch) {
  Samples samples(11);
  for (const auto& [name, kernel] : row_kernels()) {
    for (std::size_t cols = 1; cols <= 37; cols += 1 + cols / 9) {
      for (const bool ordinary : {true, false}) {
        const std::size_t rows = 1 + samples.below(70), stride = cols + samples.below(3);
        const std::vector<double> x = ordinary ? samples.ordinary(rows * stride) : samples.any(rows * stride);
        std::vector<std::uint64_t> wanted;
        for (const core::Isa isa : available_isas()) {
          std::vector<double> y(rows * cols, -77.0), alone(rows * cols, -77.0);
          kernel(kernels(isa), {x.data(), stride}, rows, cols, {y.data(), cols});
          for (std::size_t r = 0; r < rows; ++r) {
            kernel(kernels(isa), {&x[r * stride], stride}, 1, cols, {&alone[r * cols], cols});
          }
          if (wanted.empty()) wanted = bits(y);
          ASSERT_EQ(bits(y), wanted) << name << " over " << cols << " on " << core::to_string(isa);
          ASSERT_EQ(bits(alone), wanted) << name << " row by row over " << cols;
        }
      }
    }
  }
}

struct Row {
  std::vector<double> x;
  double reduce(ReduceOp op) const {
    double y = 0;
    kernels().reduce(op, {x.data(), x.size()}, 1, x.size(), {&y, 1});
    return y;
  }
  std::vector<double> normalize(Norm norm) const {
    std::vector<double> y(x.size());
    kernels().normalize(norm, {x.data(), x.size()}, 1, x.size(), {y.data(), y.size()});
    return y;
  }
  std::vector<double> softmax(bool log) const {
    std::vector<double> y(x.size());
    kernels().softmax(log, {x.data(), x.size()}, 1, x.size(), {y.data(), y.size()});
    return y;
  }
  std::vector<double> softmax_zero() const {
    std::vector<double> y(x.size());
    kernels().softmax_zero({x.data(), x.size()}, 1, x.size(), {y.data(), y.size()});
    return y;
  }
};

TEST(Reduce, MeansWhatItsNameSays) {
  const Row row{{1, -2, 3, 4, -5, 6, 7, -8, 9, 10}};
  EXPECT_EQ(row.reduce(ReduceOp::sum), 25);
  EXPECT_EQ(row.reduce(ReduceOp::mean), 2.5);
  EXPECT_EQ(row.reduce(ReduceOp::max), 10);
  EXPECT_EQ(row.reduce(ReduceOp::min), -8);
  EXPECT_EQ(row.reduce(ReduceOp::l1), 55);
  EXPECT_EQ(row.reduce(ReduceOp::sum_squares), 385);
  EXPECT_EQ(row.reduce(ReduceOp::l2), std::sqrt(385.0));
  EXPECT_EQ(row.reduce(ReduceOp::prod), -3628800);
  EXPECT_DOUBLE_EQ(row.reduce(ReduceOp::log_sum), std::log(25.0));
  long double total = 0;
  for (const double v : row.x) total += std::exp(static_cast<long double>(v));
  EXPECT_LE(ulps(row.reduce(ReduceOp::log_sum_exp), std::log(total)), 2);
}

TEST(Reduce, KeepsNanAndInfinities) {
  for (const ReduceOp op : {ReduceOp::sum, ReduceOp::max, ReduceOp::min, ReduceOp::l2, ReduceOp::log_sum_exp}) {
    for (std::size_t at = 0; at < 11; ++at) {
      Row row{std::vector<double>(11, 1.0)};
      row.x[at] = std::nan("");
      EXPECT_TRUE(std::isnan(row.reduce(op))) << static_cast<int>(op) << " at " << at;
    }
  }
  EXPECT_EQ((Row{{-INFINITY, -INFINITY}}).reduce(ReduceOp::log_sum_exp), -INFINITY);
  EXPECT_EQ((Row{{INFINITY, 1}}).reduce(ReduceOp::log_sum_exp), INFINITY);
  EXPECT_EQ((Row{{1000, 1000}}).reduce(ReduceOp::log_sum_exp), 1000 + std::log(2.0));
}

TEST(Softmax, IsRightWhereExponentialsOverflow) {
  for (const double shift : {0.0, 1000.0, -1000.0}) {
    const Row row{{shift + 1, shift + 2, shift + 3}};
    long double total = 0;
    for (const int i : {1, 2, 3}) total += std::exp(static_cast<long double>(i));
    for (const int i : {1, 2, 3}) {
      const auto at = static_cast<std::size_t>(i - 1);
      EXPECT_LE(ulps(row.softmax(false)[at], std::exp(static_cast<long double>(i)) / total), 3);
      EXPECT_LE(ulps(row.softmax(true)[at], i - std::log(total)), 3);
    }
  }
  EXPECT_EQ((Row{{0, -INFINITY}}).softmax(false), (std::vector<double>{1, 0}));
  for (const double v : (Row{{0, std::nan("")}}).softmax(false)) EXPECT_TRUE(std::isnan(v));
}

TEST(SoftmaxZero, LeavesZerosOut) {
  const std::vector<double> y = (Row{{0, 1, 2}}).softmax_zero();
  const double total = std::exp(-1.0) + 1;
  EXPECT_EQ(y[0], 0);
  EXPECT_DOUBLE_EQ(y[1], std::exp(-1.0) / total);
  EXPECT_DOUBLE_EQ(y[2], 1 / total);
}

TEST(Normalize, DividesByTheNorm) {
  const Row row{{3, -4}};
  EXPECT_EQ(row.normalize(Norm::l1), (std::vector<double>{3.0 / 7, -4.0 / 7}));
  EXPECT_EQ(row.normalize(Norm::l2), (std::vector<double>{3.0 / 5, -4.0 / 5}));
  EXPECT_EQ(row.normalize(Norm::max), (std::vector<double>{1, -4.0 / 3}));
  const Row zeros{{0, 0}};
  for (const Norm norm : {Norm::l1, Norm::l2, Norm::max}) EXPECT_EQ(zeros.normalize(norm), zeros.x);
}

}  // namespace
}  // namespace pelton::math
