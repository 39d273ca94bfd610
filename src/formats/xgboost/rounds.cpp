#include "formats/xgboost/rounds.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string>
#include <vector>

#include "core/printable.hpp"

namespace pelton::formats::xgboost {

namespace {

using core::Error;
using core::ErrorCode;

/// Where each round's trees begin, and after the last round the number of trees.
core::Result<std::vector<std::int64_t>> round_starts(const Booster& booster) {
  const auto trees = static_cast<std::int64_t>(booster.trees.size());
  if (booster.round_starts) {
    const std::vector<std::int64_t>& starts = *booster.round_starts;
    if (starts.empty() ? trees != 0 : starts.front() != 0 || starts.back() != trees) {
      return Error(ErrorCode::malformed,
                   "iteration_indptr does not lead from 0 to the number of trees, " + std::to_string(trees));
    }
    if (!std::is_sorted(starts.begin(), starts.end())) {
      return Error(ErrorCode::malformed, "iteration_indptr goes back");
    }
    return starts.empty() ? std::vector<std::int64_t>{0} : starts;
  }
  // Before XGBoost 2.0: every round has a tree, or num_parallel_tree of them, for every output.
  if (trees == 0) return std::vector<std::int64_t>{0};
  const std::int64_t outputs = *std::max_element(booster.tree_info.begin(), booster.tree_info.end()) + std::int64_t{1};
  const std::int64_t step = outputs * static_cast<std::int64_t>(booster.num_parallel_tree);
  if (step == 0 || trees % step != 0) {
    return Error(ErrorCode::malformed,
                 std::to_string(trees) + " trees are no whole number of rounds of " + std::to_string(step));
  }
  std::vector<std::int64_t> starts;
  for (std::int64_t start = 0; start <= trees; start += step) starts.push_back(start);
  return starts;
}

core::Result<std::size_t> best_round(const File& file) {
  if (!file.best_iteration) {
    return Error(ErrorCode::invalid_argument, "early stopping left no best_iteration in this model");
  }
  const std::string& text = *file.best_iteration;
  std::uint32_t round = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), round);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size()) {
    return Error(ErrorCode::malformed,
                 "the attribute best_iteration is '" + core::printable(text) + "', no number of a round");
  }
  return std::size_t{round};
}

}  // namespace

core::Result<TreeRange> choose_trees(const File& file, const Iterations& iterations) {
  const auto starts = round_starts(file.booster);
  if (!starts) return starts.error();
  const std::size_t rounds = starts->size() - 1;
  if (iterations.all()) return TreeRange{0, file.booster.trees.size()};
  std::size_t last = iterations.last.value_or(0);
  if (iterations.best) {
    const auto best = best_round(file);
    if (!best) return best.error();
    last = *best + 1;
  }
  if (last == 0 || last > rounds) last = rounds;
  if (iterations.first >= last) {
    return Error(ErrorCode::invalid_argument, "no rounds from " + std::to_string(iterations.first) + " up to " +
                                                  std::to_string(last) + ": the model has " + std::to_string(rounds));
  }
  return TreeRange{static_cast<std::size_t>((*starts)[iterations.first]), static_cast<std::size_t>((*starts)[last])};
}

}  // namespace pelton::formats::xgboost
