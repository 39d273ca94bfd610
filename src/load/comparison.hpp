#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "core/text_buffer.hpp"
#include "load/report.hpp"

namespace pelton::load {

/// Two servers under the same load, in turns: A B, B A, A B, … so that a slow minute of the machine falls
/// on both, and what drifts on neither.
struct LoadComparison {
  std::array<std::string, 2> names;
  std::array<std::vector<LoadReport>, 2> reports;  ///< a round after another
};

/// Runs `rounds` rounds (1 to 1000, otherwise `invalid_argument`). `measure(side, round)` runs one of them; its
/// errors end the comparison.
core::Result<LoadComparison> compare_loads(
    std::array<std::string, 2> names, std::size_t rounds,
    const std::function<core::Result<LoadReport>(std::size_t side, std::size_t round)>& measure);

/// The second's figure as a multiple of the first's, round by round: what the machine did to a round it did
/// to both. Rounds in which one of them has no such figure are left out.
struct Ratio {
  double median = 0, least = 0, most = 0;
  std::size_t rounds = 0;
};
Ratio ratio_of(const LoadComparison& comparison, const std::function<double(const LoadReport&)>& figure);

/// Appends one JSON object: the reports of each, a round after another, and the ratios.
void append_json(core::TextBuffer& out, const LoadComparison& comparison);

/// For people: each one's medians over the rounds and the ratios with least and most; with `chart` both
/// distributions side by side. Ends with a line end.
std::string to_table(const LoadComparison& comparison, bool chart);

}  // namespace pelton::load
