#include "formats/onnx/score_probe.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <string>

#include "core/aligned_buffer.hpp"
#include "formats/onnx/vocabulary.hpp"
#include "math/row_buffer.hpp"

namespace pelton::formats::onnx {
namespace {

constexpr std::size_t kMostRows = 64;
constexpr std::size_t kFewestRows = 8;
constexpr std::size_t kMostNumbers = 1'000'000;

/// Steele, Lea and Flood's SplitMix64: the same rows on every load.
class SplitMix {
 public:
  std::uint64_t next() noexcept {
    state_ += 0x9E3779B97F4A7C15U;
    std::uint64_t z = state_;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9U;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBU;
    return z ^ (z >> 31);
  }
  /// Uniform in [−1, 1).
  double symmetric() noexcept { return std::ldexp(static_cast<double>(next() >> 11), -52) - 1; }

 private:
  std::uint64_t state_ = 0;
};

/// Up to two words of up to eleven letters; none at all in one row of eight.
std::string probe_text(SplitMix& random, std::size_t row) {
  std::string text;
  for (std::size_t word = row % kFewestRows == 0 ? 0 : 1 + random.next() % 2; word != 0; --word) {
    if (!text.empty()) text += ' ';
    for (std::size_t letter = 1 + random.next() % 11; letter != 0; --letter) {
      text += static_cast<char>('a' + static_cast<int>(random.next() % 26));
    }
  }
  return text;
}

/// The number of one of a feature's words, or of none of them.
double probe_word(const model::Feature& feature, SplitMix& random) {
  const std::vector<std::string>& names = feature.categories->names();
  const std::size_t choice = random.next() % (names.size() + 1);
  if (choice == names.size()) return Vocabulary::kUnknown;
  return feature.categories->number(names[choice]).value_or(Vocabulary::kUnknown);
}

/// Rows of every magnitude that features come in, zero among them; short texts for features of text.
math::RowBuffer probe_rows(std::size_t rows, std::span<const model::Feature> features) {
  constexpr std::array kScales{0.0, 1.0, 10.0, 0.1, 100.0, 0.01, 1e3, 1e6};
  math::RowBuffer made(features.size());
  double* at = made.append_rows(rows);
  SplitMix random;
  for (std::size_t r = 0; r < rows; ++r) {
    for (const model::Feature& feature : features) {
      if (feature.is_text()) {
        *at++ = made.put_text(probe_text(random, r));
        continue;
      }
      if (feature.is_word()) {
        *at++ = probe_word(feature, random);
        continue;
      }
      const double value = kScales[r % kScales.size()] * random.symmetric();
      switch (feature.type) {
        case model::ElementType::boolean: *at++ = value > 0 ? 1 : 0; break;
        case model::ElementType::int64: *at++ = std::round(value); break;
        default: *at++ = value; break;
      }
    }
  }
  return made;
}

}  // namespace

core::Result<ScoreProbe> ScoreProbe::run(const graph::ProgramBuilder& builder, std::span<const graph::Register> blocks,
                                         std::span<const model::Feature> features) {
  auto program = builder.compile(blocks);
  if (!program) return program.error();
  const std::size_t rows = std::clamp(kMostNumbers / std::max<std::size_t>(features.size(), 1), kFewestRows, kMostRows);
  const math::RowBuffer made = probe_rows(rows, features);
  ScoreProbe probe;
  probe.blocks_.resize(blocks.size());
  std::vector<math::Matrix> outputs;
  for (std::size_t b = 0; b < blocks.size(); ++b) {
    probe.blocks_[b].width = program->output_width(b);
    probe.blocks_[b].values.resize(rows * program->output_width(b));
    outputs.emplace_back(probe.blocks_[b].values.data(), rows, program->output_width(b));
  }
  core::AlignedBuffer<double> scratch(program->scratch_doubles());
  program->run(made.view(), outputs, scratch.data());
  return probe;
}

bool ScoreProbe::are_probabilities(std::size_t b, std::size_t each) const {
  constexpr double kSlack = 1e-4;
  const math::ConstMatrix scores = blocks_[b].view();
  bool any = false;
  for (std::size_t i = 0; i + each <= scores.rows * scores.cols; i += each) {
    double sum = 0;
    bool within = true;
    for (std::size_t c = 0; c < each; ++c) {
      const double score = scores.data[i + c];
      sum += score;
      within = within && score >= -kSlack && score <= 1 + kSlack;
    }
    if (std::isnan(sum)) continue;
    if (!within || std::abs(sum - 1) > kSlack) return false;
    any = true;
  }
  return any;
}

bool ScoreProbe::is_mirrored(std::size_t b) const {
  const math::ConstMatrix scores = blocks_[b].view();
  if (scores.cols != 2) return false;
  for (std::size_t r = 0; r < scores.rows; ++r) {
    if (!std::isnan(scores(r, 0)) && scores(r, 0) != -scores(r, 1)) return false;
  }
  return true;
}

int ScoreProbe::orientation(std::size_t b, std::size_t column, std::size_t label) const {
  const math::ConstMatrix scores = blocks_[b].view();
  const math::ConstMatrix labels = blocks_[label].view();
  bool agrees = true;
  bool disagrees = true;
  bool any = false;
  for (std::size_t r = 0; r < scores.rows; ++r) {
    const double score = scores(r, column);
    if (std::isnan(score) || score == 0) continue;
    const bool same = (score > 0) == (labels(r, 0) == 1);
    agrees = agrees && same;
    disagrees = disagrees && !same;
    any = true;
  }
  if (!any || agrees == disagrees) return 0;
  return agrees ? 1 : -1;
}

}  // namespace pelton::formats::onnx
