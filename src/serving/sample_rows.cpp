#include "serving/sample_rows.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <string>
#include <vector>

namespace pelton::serving {

namespace {

/// SplitMix64 (Steele, Lea, Flood 2014): the same numbers on every machine.
class Random {
 public:
  /// Below 1, from 0.
  double uniform() noexcept { return static_cast<double>(next() >> 11) * 0x1p-53; }
  std::size_t below(std::size_t n) noexcept { return static_cast<std::size_t>(uniform() * static_cast<double>(n)); }
  /// Box and Muller 1958.
  double normal() noexcept {
    const double radius = std::sqrt(-2 * std::log(1 - uniform()));
    return radius * std::cos(2 * std::numbers::pi * uniform());
  }

 private:
  std::uint64_t next() noexcept {
    std::uint64_t z = state_ += 0x9E3779B97F4A7C15U;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31);
  }
  std::uint64_t state_ = 0;
};

/// A value between two neighbours of `points` (ascending), or a little outside of all.
double between(const std::vector<double>& points, Random& random) {
  const double span = points.back() - points.front();
  const double margin = span > 0 && std::isfinite(span) ? span / static_cast<double>(points.size())
                                                        : std::max(1.0, std::fabs(points.front()) / 8);
  const std::size_t gap = random.below(points.size() + 1);
  const double low = gap == 0 ? points.front() - margin : points[gap - 1];
  const double high = gap == points.size() ? points.back() + margin : points[gap];
  return low + random.uniform() * (high - low);
}

bool all_whole(const std::vector<double>& points) {
  return std::all_of(points.begin(), points.end(), [](double p) { return p == std::trunc(p); });
}

/// A few words of a few letters each.
std::string words(Random& random) {
  std::string text;
  for (std::size_t word = 2 + random.below(14); word != 0; --word) {
    if (!text.empty()) text += ' ';
    for (std::size_t letter = 2 + random.below(8); letter != 0; --letter) {
      text += static_cast<char>('a' + static_cast<int>(random.below(26)));
    }
  }
  return text;
}

/// What one feature's values are drawn from.
class FeatureSource {
 public:
  FeatureSource(const model::Feature& feature, const std::vector<double>* points)
      : points_(points != nullptr && !points->empty() ? points : nullptr),
        categories_(feature.categories ? feature.categories->names().size() : 0),
        boolean_(feature.type == model::ElementType::boolean),
        text_(feature.is_text()),
        whole_(feature.type == model::ElementType::int64 || (points_ != nullptr && all_whole(*points_))) {}

  /// The value for one of the rows that `rows` holds.
  double draw(Random& random, math::RowBuffer& rows) const {
    if (text_) return rows.put_text(words(random));
    if (categories_ != 0) return static_cast<double>(random.below(categories_));
    if (boolean_) return static_cast<double>(random.below(2));
    const double value = points_ != nullptr ? between(*points_, random) : random.normal() * (whole_ ? 4 : 1);
    return whole_ ? std::round(value) : value;
  }

 private:
  const std::vector<double>* points_;
  std::size_t categories_;
  bool boolean_;
  bool text_;
  bool whole_;
};

/// Which of the rows a model refuses with one of its methods.
std::vector<std::size_t> refused(const model::Model& model, const math::RowBuffer& rows, model::Method method) {
  constexpr std::size_t kTogether = 64;
  const std::size_t width = model.schema().output(method)->width;
  std::vector<double> out(kTogether * width);
  std::vector<std::size_t> found;
  model::Workspace workspace;
  for (std::size_t first = 0; first < rows.rows(); first += kTogether) {
    const std::size_t count = std::min(kTogether, rows.rows() - first);
    model.score(rows.view().slice(first, count), method, {out.data(), count, width}, workspace);
    for (std::size_t r = 0; r < count; ++r) {
      if (model::Model::is_refused(out[r * width])) found.push_back(first + r);
    }
  }
  return found;
}

/// Puts other values where a model refuses its row, which tells nothing of what a row costs: whole numbers
/// are mostly places in tables, and all tables have places 0 and 1 (or at least 0).
void mend_refused(const model::Model& model, math::RowBuffer& rows, Random& random) {
  const auto& features = model.schema().features;
  for (const model::Method method : model::kAllMethods) {
    if (!model.schema().output(method) || !model.refuses_rows(method)) continue;
    for (const std::size_t places : {2U, 1U}) {
      for (const std::size_t row : refused(model, rows, method)) {
        for (std::size_t f = 0; f < features.size(); ++f) {
          if (features[f].type == model::ElementType::int64 && features[f].categories == nullptr)
            rows.view()(row, f) = static_cast<double>(random.below(places));
        }
      }
    }
  }
}

}  // namespace

math::RowBuffer sample_rows(const model::Model& model, std::size_t count) {
  const auto& features = model.schema().features;
  const auto& points = model.description().turning_points;
  std::vector<FeatureSource> sources;
  for (std::size_t f = 0; f < features.size(); ++f) {
    sources.emplace_back(features[f], f < points.size() ? &points[f] : nullptr);
  }
  Random random;
  math::RowBuffer rows(features.size());
  double* at = rows.append_rows(count);
  for (std::size_t r = 0; r < count; ++r) {
    for (const FeatureSource& source : sources) *at++ = source.draw(random, rows);
  }
  mend_refused(model, rows, random);
  return rows;
}

}  // namespace pelton::serving
