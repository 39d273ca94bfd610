#include "graph/float_rbf_step.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "core/aligned_buffer.hpp"
#include "math/packed_numbers.hpp"

namespace pelton::graph {
namespace {

constexpr std::size_t kMostProbes = 64;
constexpr std::size_t kLeastProbes = 4;
constexpr std::size_t kProbedNumbers = std::size_t{1} << 26;  ///< of support vectors, over all probes

/// Support vectors from the first to the last, and points halfway between two of them: rows of floats.
std::vector<double> probes_of(math::ConstMatrix vectors) {
  const std::size_t wanted = std::clamp(kProbedNumbers / (vectors.rows * vectors.cols), kLeastProbes, kMostProbes);
  const std::size_t count = std::min(wanted, vectors.rows);
  std::vector<double> rows;
  rows.reserve(count * vectors.cols);
  for (std::size_t i = 0; i < count; ++i) {
    const double* one = vectors.row(i * vectors.rows / count);
    const double* other = i % 2 == 0 ? one : vectors.row((i * vectors.rows / count + vectors.rows / 2) % vectors.rows);
    for (std::size_t k = 0; k < vectors.cols; ++k) {
      rows.push_back(static_cast<double>(static_cast<float>(one[k] / 2 + other[k] / 2)));
    }
  }
  return rows;
}

std::vector<double> answers(const Step& step, math::ConstMatrix rows) {
  std::vector<double> values(rows.rows * step.width());
  core::AlignedBuffer<double> scratch(step.scratch_doubles(rows.rows));
  step.run({&rows, 1}, {values.data(), rows.rows, step.width()}, scratch.data());
  return values;
}

bool near_enough(const Step& floats, const Step& exact, math::ConstMatrix rows) {
  const std::vector<double> wanted = answers(exact, rows), got = answers(floats, rows);
  const std::size_t width = exact.width();
  for (std::size_t column = 0; column < width; ++column) {
    double least = std::numeric_limits<double>::infinity(), most = -least, worst = 0;
    for (std::size_t i = column; i < wanted.size(); i += width) {
      least = std::min(least, wanted[i]);
      most = std::max(most, wanted[i]);
      worst = std::max(worst, std::abs(got[i] - wanted[i]));
    }
    if (worst > 0 && !(worst <= kFloatRbfTolerance * (most - least))) return false;
  }
  return true;
}

}  // namespace

std::string FloatRbfStep::describe() const {
  return "svm rbf sums over " + std::to_string(packed_->vectors()) + " vectors of " +
         std::to_string(packed_->view().features) + ", distances in float32, " + isa_name();
}

Cost FloatRbfStep::cost() const noexcept {
  const math::FloatRbf& view = packed_->view();
  const double per_vector =
      3.0 * static_cast<double>(view.features) + 20.0 + 2.0 * static_cast<double>(view.sums_per_group);
  return {packed_->vectors() * (view.features + view.sums_per_group), packed_->bytes(),
          per_vector * static_cast<double>(packed_->vectors())};
}

StepPtr make_float_rbf(const SvmSums& spec, const Step& exact) {
  constexpr auto kLeastGamma = static_cast<double>(std::numeric_limits<float>::min());
  constexpr auto kMostGamma = static_cast<double>(std::numeric_limits<float>::max()) / 2;
  if (!(spec.gamma >= kLeastGamma && spec.gamma <= kMostGamma) || !math::all_floats(spec.vectors)) return nullptr;
  auto step = std::make_shared<FloatRbfStep>(
      std::make_shared<math::PackedFloatRbf>(spec.gamma, spec.vectors, spec.coefficients, spec.group_sizes));
  const std::vector<double> rows = probes_of(spec.vectors);
  const std::size_t count = rows.size() / spec.vectors.cols;
  return near_enough(*step, exact, {rows.data(), count, spec.vectors.cols}) ? step : nullptr;
}

}  // namespace pelton::graph
