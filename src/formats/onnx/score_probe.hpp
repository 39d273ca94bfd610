#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "core/result.hpp"
#include "graph/program_builder.hpp"
#include "model/schema.hpp"

namespace pelton::formats::onnx {

/// What a classifier does with a fixed set of made-up rows of every magnitude.
///
/// ONNX files do not say whether a classifier's scores are probabilities, nor which way round a
/// two-class margin points; exporters call both "probabilities". What the scores do tells it: raw
/// margins neither stay within 0 and 1 nor sum to one over such rows.
class ScoreProbe {
 public:
  /// Scores the rows with every block of `blocks`.
  static core::Result<ScoreProbe> run(const graph::ProgramBuilder& builder, std::span<const graph::Register> blocks,
                                      std::span<const model::Feature> features);

  /// Whether every row of block `b` is within 0 and 1 and sums to 1; where several are side by side, `each` columns,
  /// whether each of them is. Rows with NaN say nothing; with no other rows the answer is no.
  bool are_probabilities(std::size_t b) const { return are_probabilities(b, blocks_[b].width); }
  bool are_probabilities(std::size_t b, std::size_t each) const;
  /// Whether the second of the two columns is always the first, negated.
  bool is_mirrored(std::size_t b) const;
  /// +1 if column `column` of block `b` is positive for index 1 and negative for index 0 of `label`
  /// (a block of width 1), −1 if it is the other way round, 0 if neither or it cannot be told.
  int orientation(std::size_t b, std::size_t column, std::size_t label) const;

 private:
  struct Block {
    std::vector<double> values;
    std::size_t width = 0;
    math::ConstMatrix view() const noexcept { return {values.data(), values.size() / width, width}; }
  };
  std::vector<Block> blocks_;
};

}  // namespace pelton::formats::onnx
