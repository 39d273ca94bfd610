#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/result.hpp"
#include "graph/program_builder.hpp"
#include "model/schema.hpp"

namespace pelton::formats::onnx {

/// The texts that a graph tells apart in one column of its input, numbered while it is compiled: rows
/// hold the numbers, and scoring never sees a text. What the graph does not know is kUnknown, all of
/// it: later texts do not change what earlier steps make of a row. Not thread-safe.
///
/// A missing value (NaN in a row) is the text that Python writes for one, where the graph compares the
/// column with exactly one of them: "nan" or "None", or the empty text.
class Vocabulary {
 public:
  Vocabulary() = default;
  Vocabulary(const Vocabulary&) = delete;
  Vocabulary& operator=(const Vocabulary&) = delete;

  static constexpr double kUnknown = -1;

  /// The number of a text that the column is compared with; NaN for the one that stands for a missing value.
  double compared(std::string_view text);
  std::vector<double> compared(std::span<const std::string> texts);
  /// The number of a text that the graph puts into the column.
  double put(std::string_view text);

  /// Says that the graph fails on rows where `flag` [rows, 1] is not 0.
  void fails_where(graph::Register flag) { failures_.push_back(flag); }
  const std::vector<graph::Register>& failures() const noexcept { return failures_; }

  /// The numbers of the texts a row may bring, and kUnknown and NaN, in the order of `describe`'s flags.
  std::vector<double> numbers() const;
  /// Whether all texts are UTF-8, as those of requests are.
  bool is_utf8() const;
  /// Tells the feature its categories and whether a missing value is one. `fails` says for each of
  /// `numbers()` whether the graph fails on it; empty: on none.
  void describe(model::Feature& feature, const std::vector<bool>& fails) const;

 private:
  struct Text {
    double number;
    bool compared;
  };
  /// The texts in the order of their numbers; those only put into the column stay in between.
  std::vector<std::string_view> order_;
  std::unordered_map<std::string, Text> texts_;
  std::vector<graph::Register> failures_;
  std::size_t missing_ = 0;  ///< texts compared with that stand for a missing value
};

/// Tells every feature that has a vocabulary (null where it has none; by column of the input) which
/// texts it takes, trying out on which of them the graph fails. unsupported where that depends on
/// another feature too, malformed where a text is not UTF-8.
core::Result<void> settle_vocabularies(std::span<const std::shared_ptr<Vocabulary>> vocabularies,
                                       graph::ProgramBuilder& builder, std::span<model::Feature> features);

}  // namespace pelton::formats::onnx
