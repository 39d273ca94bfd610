#include "train/validation.hpp"

#include <cassert>
#include <cmath>
#include <numeric>
#include <utility>

namespace pelton::train {
namespace {

/// Steele, Lea and Flood's SplitMix64 (OOPSLA 2014).
std::uint64_t next_random(std::uint64_t& state) {
  state += 0x9E3779B97F4A7C15U;
  std::uint64_t z = state;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
  return z ^ (z >> 31);
}

/// A number below `bound`, each as likely as the others: what does not divide evenly is drawn again.
std::uint64_t random_below(std::uint64_t bound, std::uint64_t& state) {
  const std::uint64_t excess = (0 - bound) % bound;
  std::uint64_t drawn = next_random(state);
  while (drawn < excess) drawn = next_random(state);
  return drawn % bound;
}

/// All rows in random order (Fisher and Yates).
std::vector<std::size_t> shuffled(std::size_t rows, std::uint64_t seed) {
  std::vector<std::size_t> order(rows);
  std::iota(order.begin(), order.end(), std::size_t{0});
  for (std::size_t i = rows; i > 1; --i) std::swap(order[i - 1], order[random_below(i, seed)]);
  return order;
}

double column_r2(math::ConstMatrix truth, math::ConstMatrix predicted, std::size_t column) {
  double mean = 0;
  for (std::size_t r = 0; r < truth.rows; ++r) mean += truth(r, column);
  mean /= static_cast<double>(truth.rows);
  double unexplained = 0;
  double total = 0;
  for (std::size_t r = 0; r < truth.rows; ++r) {
    const double miss = truth(r, column) - predicted(r, column);
    const double spread = truth(r, column) - mean;
    unexplained += miss * miss;
    total += spread * spread;
  }
  if (total == 0) return unexplained == 0 ? 1 : 0;
  return 1 - unexplained / total;
}

}  // namespace

std::optional<double> r2_score(math::ConstMatrix truth, math::ConstMatrix predicted) {
  assert(truth.rows == predicted.rows && truth.cols == predicted.cols && truth.cols > 0);
  if (truth.rows < 2) return std::nullopt;
  double sum = 0;
  for (std::size_t c = 0; c < truth.cols; ++c) sum += column_r2(truth, predicted, c);
  return sum / static_cast<double>(truth.cols);
}

core::Result<Split> hold_out(std::size_t rows, double test_share, std::uint64_t seed) {
  const auto fail = [](const char* why) { return core::Error(core::ErrorCode::invalid_argument, why); };
  if (!(test_share > 0 && test_share < 1)) return fail("the share of rows held out must be between 0 and 1");
  const auto held = static_cast<std::size_t>(std::ceil(test_share * static_cast<double>(rows)));
  if (held == 0 || held >= rows) return fail("too few rows to hold some out and learn from the rest");
  const std::vector<std::size_t> order = shuffled(rows, seed);
  const auto border = order.begin() + static_cast<std::ptrdiff_t>(held);
  return Split{.train = {border, order.end()}, .test = {order.begin(), border}};
}

core::Result<std::vector<Split>> k_fold(std::size_t rows, std::size_t folds, std::uint64_t seed) {
  if (folds < 2 || folds > rows) {
    return core::Error(core::ErrorCode::invalid_argument,
                       "the number of folds must be at least 2 and at most the number of rows");
  }
  const std::vector<std::size_t> order = shuffled(rows, seed);
  std::vector<Split> splits;
  auto begin = order.begin();
  for (std::size_t fold = 0; fold < folds; ++fold) {
    const auto end = begin + static_cast<std::ptrdiff_t>(rows / folds + (fold < rows % folds ? 1 : 0));
    Split split{.train = {order.begin(), begin}, .test = {begin, end}};
    split.train.insert(split.train.end(), end, order.end());
    splits.push_back(std::move(split));
    begin = end;
  }
  return splits;
}

std::vector<double> take_rows(math::ConstMatrix from, std::span<const std::size_t> rows) {
  std::vector<double> values;
  values.reserve(rows.size() * from.cols);
  for (const std::size_t row : rows) values.insert(values.end(), from.row(row), from.row(row) + from.cols);
  return values;
}

}  // namespace pelton::train
