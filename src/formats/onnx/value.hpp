#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <variant>
#include <vector>

#include "formats/onnx/proto.hpp"
#include "formats/onnx/tensor.hpp"
#include "formats/onnx/vocabulary.hpp"
#include "graph/program.hpp"
#include "model/schema.hpp"

/// What a name in a graph stands for while the graph is compiled. Pelton carries out graphs whose
/// values belong to a row each, so a value is a constant, a block with one line a row, or a
/// classifier's answer.
namespace pelton::formats::onnx {

/// A tensor known at load: one of the file's initializers (decoded where it is used, so that large
/// weights are held once), or one that a node gave.
struct ConstantValue {
  const TensorProto* initializer = nullptr;
  std::shared_ptr<const Tensor> tensor;
};

/// How much of 1 / (1 + e^−x) has been seen where an exporter spells the logistic function out.
enum class LogisticPart : std::uint8_t { none, negated, exponential, one_plus };

/// A [rows, width] tensor, or [rows] where `flat` (width 1).
struct Rows {
  graph::Register block;
  std::size_t width = 0;
  DataType type = DataType::undefined;
  bool flat = false;
  /// Of a row's values, where the tensor is [rows, …] with more than two dimensions.
  std::vector<std::size_t> shape = {};
  /// Matrix products with weights on the way here: above one the model is a network.
  std::size_t layers = 0;
  /// The values are of the precision of `type` already.
  bool rounded = false;
  /// No value is negative.
  bool positive = false;
  /// The raw scores that these values were squashed from, while that is known: as many, and in the
  /// same order within a row (or one for two mirrored columns).
  std::optional<graph::Register> margin = std::nullopt;
  /// The scores of trees that these values are, or are a positive multiple of: what scikit-learn calls
  /// their margin, whatever they are multiplied by before they are squashed.
  std::optional<graph::Register> tree_scores = std::nullopt;
  /// The values are one minus what was squashed from `margin`.
  bool complement = false;
  /// The features that the columns hold unchanged; empty once anything was computed.
  std::vector<std::size_t> features = {};
  /// The features of whose values the columns hold the whole parts; empty where that is not so.
  std::vector<std::size_t> whole_parts = {};
  /// The values are column numbers below this (an ArgMax's answer); 0: they are not.
  std::size_t choices = 0;
  /// A constant that the graph adds next and that has been added already, as the product's bias.
  const TensorProto* added = nullptr;
  /// How far the values are on the way to the logistic function of `logistic_of`.
  LogisticPart logistic = LogisticPart::none;
  graph::Register logistic_of = {};
};

/// A class label a row, kept as an index into its names.
struct Labels {
  graph::Register index;
  std::vector<model::Label> names;
  DataType type = DataType::int64;  ///< string, int64, or what an integer label was cast to meanwhile
  bool sideways = false;            ///< [1, rows], as ArrayFeatureExtractor gives it
  bool flat = true;                 ///< [rows]; else [rows, 1]
};

/// Texts out of the request, [rows, width] or [rows] where `flat`: the block holds their numbers in the
/// vocabulary of the feature that each column came from.
struct Words {
  graph::Register block;
  std::vector<std::shared_ptr<Vocabulary>> columns;
  bool flat = false;

  std::size_t width() const noexcept { return columns.size(); }
};

/// [rows, lines, depth], as OneHotEncoder gives it for [rows, lines]: the lines of a row side by side.
struct Stacked {
  Rows rows;
  std::size_t depth = 0;

  std::size_t lines() const noexcept { return rows.width / depth; }
};

/// ZipMap's answer: the scores, each with its label.
struct LabelledScores {
  Rows scores;
  std::vector<model::Label> names;
};

/// The answer of a node that was refused: whatever depends on it is passed over in silence, for the
/// refusal has been told already.
struct Unknown {};

using Value = std::variant<Unknown, ConstantValue, Rows, Words, Stacked, Labels, LabelledScores>;

/// Whether squashing these values makes them what scikit-learn calls a decision function: the scores
/// of a linear model. (Its networks have none.)
inline bool is_margin(const Rows& rows) noexcept { return rows.layers <= 1; }

}  // namespace pelton::formats::onnx
