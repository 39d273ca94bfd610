#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "core/aligned_buffer.hpp"
#include "graph/refused_row.hpp"
#include "math/matrix_view.hpp"
#include "model/attachments.hpp"
#include "model/schema.hpp"

namespace pelton::model {

/// Scratch memory a scoring call may use and grow; one per thread that scores, reused between
/// calls so that scoring allocates nothing once warm.
class Workspace {
 public:
  /// At least `count` uninitialised doubles, 64-byte aligned; valid until the next call of `doubles`.
  double* doubles(std::size_t count) {
    if (buffer_.size() < count) buffer_.resize_uninitialized(count);
    return buffer_.data();
  }
  void release() noexcept { buffer_.release(); }

 private:
  core::AlignedBuffer<double> buffer_;
};

/// How a model is carried out, told to people by `pelton inspect` and the model card.
struct Description {
  std::string format;  ///< "onnx", "xgboost", …
  std::string kind;    ///< "linear regression", "support vector classifier", …
  /// The tensors that hold several features: `tokens: int64 [rows, 4], features 0 to 3`.
  std::vector<std::string> inputs = {};
  std::vector<std::string> operations;  ///< as the file has them, in order
  std::vector<std::string> plan;        ///< the fused steps that run, one line each, kernels named
  std::size_t parameters = 0;           ///< learned numbers
  std::size_t bytes = 0;                ///< memory they take, packed
  double flops_per_row = 0;             ///< for `predict`; NaN: not counted
  /// By feature: some of the values that the model's decisions turn on, ascending, to make up rows that
  /// exercise it; empty where there are none. None at all: nothing is known.
  std::vector<std::vector<double>> turning_points = {};
  Attachments attachments = {};
};

/// A loaded model: immutable, so any number of threads may score with it, each with its Workspace.
class Model {
 public:
  virtual ~Model() = default;

  virtual const Schema& schema() const noexcept = 0;
  virtual const Description& description() const noexcept = 0;

  /// Rows below which each costs more with a method: a batch is not worth cutting into smaller parts.
  virtual std::size_t rows_together(Method /*method*/) const noexcept { return 1; }

  /// Scores every row with one method.
  ///
  /// `rows` is [n, features] doubles as parsed (NaN where missing); `out` is [n, width of the
  /// method's output] and is written whole: values, or class indices where the output is labelled.
  /// float32 outputs are rounded to float. A row's result does not depend on the others, on n, or on
  /// the instruction set. The method must be one the schema offers (asserted). Thread-safe.
  virtual void score(math::ConstMatrix rows, Method method, math::Matrix out, Workspace& workspace) const = 0;

  /// Whether there are rows of the right form that a method cannot score (an index beyond a table).
  virtual bool refuses_rows(Method /*method*/) const noexcept { return false; }
  /// Whether `score` gave this (the first of a row's values) because it cannot score the row.
  static bool is_refused(double value) noexcept { return graph::is_refused_row(value); }
  /// Why it cannot: scores the row ([1, features]) again. Empty where it can.
  virtual std::string refusal(math::ConstMatrix /*row*/, Method /*method*/, Workspace& /*workspace*/) const {
    return {};
  }
};

}  // namespace pelton::model
