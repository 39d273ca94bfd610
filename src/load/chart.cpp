#include "load/chart.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <string_view>
#include <vector>

#include "load/format.hpp"

namespace pelton::load {

namespace {

constexpr std::size_t kRows = 20;
constexpr std::size_t kBarsTogether = 48;  ///< cells that all bars of a row have
constexpr std::size_t kEighths = 8;        ///< of a cell
constexpr std::size_t kMarksWidth = 12;
constexpr double kNsPerMs = 1e6;
constexpr double kLeastStep = 1.02;  ///< finer the histogram does not tell apart by much
constexpr std::array<std::string_view, kEighths> kPartsOfACell{"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};

struct Mark {
  double quantile;
  std::string_view name;
};
constexpr std::array<Mark, 5> kMarks{{{0.5, "p50"}, {0.9, "p90"}, {0.99, "p99"}, {0.999, "p99.9"}, {1, "max"}}};

/// Upper bounds of the rows, in nanoseconds; the last is above `longest`.
std::vector<std::uint64_t> steps_between(std::uint64_t shortest, std::uint64_t longest) {
  const double from = static_cast<double>(std::max<std::uint64_t>(shortest, 1));
  const double whole = (static_cast<double>(longest) + 1) / from;
  const double step = std::max(kLeastStep, std::pow(whole, 1.0 / static_cast<double>(kRows)));
  std::vector<std::uint64_t> bounds;
  for (double at = from * step; bounds.empty() || bounds.back() <= longest; at *= step) {
    bounds.push_back(std::max(static_cast<std::uint64_t>(std::ceil(at)), bounds.empty() ? 1 : bounds.back() + 1));
  }
  return bounds;
}

/// What a row is for: latencies in [from, to).
struct Step {
  std::uint64_t from;
  std::uint64_t to;
};

Step step_of(const std::vector<std::uint64_t>& bounds, std::size_t row) {
  // The histogram rounds: what is next to the ends belongs to them.
  return {row == 0 ? 0 : bounds[row - 1], row + 1 == bounds.size() ? UINT64_MAX : bounds[row]};
}

double share(const Histogram& of, const Step& step) {
  if (of.count() == 0) return 0;
  return static_cast<double>(of.count_between(step.from, step.to)) / static_cast<double>(of.count());
}

double tallest_share(std::span<const Histogram* const> distributions, const std::vector<std::uint64_t>& bounds) {
  double tallest = 0;
  for (std::size_t row = 0; row < bounds.size(); ++row) {
    for (const Histogram* each : distributions) tallest = std::max(tallest, share(*each, step_of(bounds, row)));
  }
  return tallest;
}

/// A bar of `share` of `width` cells, filled up with blanks; never empty where there is anything.
void append_bar(std::string& out, double share, std::size_t width) {
  const double eighths = share * static_cast<double>(width * kEighths);
  const auto length = static_cast<std::size_t>(share > 0 ? std::max(1.0, std::round(eighths)) : 0);
  for (std::size_t i = 0; i < length / kEighths; ++i) out.append("█");
  out.append(kPartsOfACell[length % kEighths]);
  out.append(width - (length + kEighths - 1) / kEighths, ' ');
}

/// The percentiles that lie there, padded to one width.
void append_marks(std::string& out, const Histogram& distribution, const Step& step) {
  std::string marks;
  for (const Mark& mark : kMarks) {
    const std::uint64_t at = distribution.quantile(mark.quantile);
    if (distribution.count() != 0 && at >= step.from && at < step.to) {
      marks.append(marks.empty() ? "" : " ").append(mark.name);
    }
  }
  marks.resize(std::max(marks.size(), kMarksWidth), ' ');
  out.append(" ").append(marks);
}

}  // namespace

void append_chart(std::string& out, std::span<const Histogram* const> distributions) {
  std::uint64_t shortest = UINT64_MAX;
  std::uint64_t longest = 0;
  for (const Histogram* each : distributions) {
    if (each->count() == 0) continue;
    shortest = std::min(shortest, each->quantile(0));
    longest = std::max(longest, each->max());
  }
  if (shortest > longest) return;
  const std::vector<std::uint64_t> bounds = steps_between(shortest, longest);
  const std::size_t width = kBarsTogether / distributions.size();
  const double tallest = tallest_share(distributions, bounds);
  for (std::size_t row = 0; row < bounds.size(); ++row) {
    append_format(out, "  < %10.3f ms", static_cast<double>(bounds[row]) / kNsPerMs);
    for (const Histogram* each : distributions) {
      const Step step = step_of(bounds, row);
      const double here = share(*each, step);
      append_format(out, " %7.3f %% ", here * 100);
      append_bar(out, here / tallest, width);
      append_marks(out, *each, step);
    }
    out.erase(out.find_last_not_of(' ') + 1);
    out.append("\n");
  }
}

}  // namespace pelton::load
