#include "load/histogram.hpp"

#include <algorithm>
#include <bit>
#include <cmath>

namespace pelton::load {

namespace {

constexpr int kBucketBits = 7;  // 128 buckets an octave: a bucket is at most 1/128 of its value wide
constexpr int kValueBits = 42;
constexpr std::uint64_t kLargest = (std::uint64_t{1} << kValueBits) - 1;
constexpr std::size_t kBuckets = std::size_t{kValueBits - kBucketBits + 1} << kBucketBits;

}  // namespace

Histogram::Histogram() : counts_(kBuckets) {}

std::size_t Histogram::index_of(std::uint64_t value) noexcept {
  value = std::min(value, kLargest);
  const int shift = std::max(0, static_cast<int>(std::bit_width(value)) - 1 - kBucketBits);
  return (static_cast<std::size_t>(shift) << kBucketBits) + static_cast<std::size_t>(value >> shift);
}

std::uint64_t Histogram::middle_of(std::size_t index) noexcept {
  const std::size_t octave = index >> kBucketBits;
  if (octave < 2) return index;  // unit buckets
  const std::size_t shift = octave - 1;
  const std::uint64_t low = static_cast<std::uint64_t>(index - (shift << kBucketBits)) << shift;
  return low + (std::uint64_t{1} << shift) / 2;
}

void Histogram::merge(const Histogram& other) noexcept {
  for (std::size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
  count_ += other.count_;
  sum_ += other.sum_;
  max_ = std::max(max_, other.max_);
}

void Histogram::clear() noexcept {
  std::fill(counts_.begin(), counts_.end(), 0);
  count_ = max_ = 0;
  sum_ = 0;
}

std::uint64_t Histogram::quantile(double q) const noexcept {
  if (count_ == 0) return 0;
  const double wanted = std::ceil(std::clamp(q, 0.0, 1.0) * static_cast<double>(count_));
  const std::uint64_t rank = std::clamp<std::uint64_t>(static_cast<std::uint64_t>(wanted), 1, count_);
  if (rank == count_) return max_;
  std::uint64_t seen = 0;
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    seen += counts_[i];
    if (seen >= rank) return std::min(middle_of(i), max_);
  }
  return max_;
}

std::uint64_t Histogram::count_between(std::uint64_t from, std::uint64_t to) const noexcept {
  std::uint64_t total = 0;
  for (std::size_t i = 0; i < counts_.size(); ++i) {
    const std::uint64_t middle = middle_of(i);
    if (middle >= from && middle < to) total += counts_[i];
  }
  return total;
}

}  // namespace pelton::load
