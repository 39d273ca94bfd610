#pragma once

#include <cstddef>
#include <limits>
#include <span>
#include <variant>
#include <vector>

#include "graph/program.hpp"
#include "math/elementwise.hpp"
#include "math/kernel_table.hpp"
#include "math/matrix_view.hpp"

/// What can be asked of a ProgramBuilder: one struct an operation, arguments by name. Spans and
/// windows are read during the `add` call only. "per column" vectors hold one value, used for all
/// columns, or one a column.
namespace pelton::graph {

using math::BinaryOp;
using math::Norm;
using math::ReduceOp;
using math::SvmKernel;
using math::UnaryOp;

/// x · weights + bias, then the activation. [n, in] → [n, out]. With `float32`, layers with activations between them
/// are computed in floats, as the graph they come from declares; all else is computed in double.
struct Affine {
  Register x;
  math::ConstMatrix weights;      ///< [in, out]
  std::span<const double> bias;   ///< out values, or none for zero
  math::Activation activation{};  ///< fused into the same pass
  bool float32 = false;           ///< x and the result are float32 in the graph
};

/// op(x) column by column; alpha and beta where the op has them. [n, w] → [n, w].
/// Casts of ONNX are unary ops too (to_float32, to_int64, to_bool, …).
struct Unary {
  Register x;
  UnaryOp op = UnaryOp::identity;
  double alpha = 0;
  double beta = 0;
};

/// min(max(x, low), high), NaN kept, as ONNX Clip.
struct Clip {
  Register x;
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
};

/// A register, or constants per column. A register of width 1 is spread over all columns.
using Operand = std::variant<Register, std::vector<double>>;

/// op(a, b) column by column; result as wide as the wider. At least one side is a register.
struct Binary {
  BinaryOp op = BinaryOp::add;
  Operand a;
  Operand b;
};

/// condition != 0 ? a : b, column by column.
struct Where {
  Register condition;
  Operand a;
  Operand b;
};

/// (x − offset) · scale, per column: ai.onnx.ml Scaler.
struct Scale {
  Register x;
  std::span<const double> offset;
  std::span<const double> scale;
};

/// Each row over its norm: ai.onnx.ml Normalizer. A row of norm 0 stays as it is. `max` divides by
/// the largest value (not the largest absolute value), as ONNX Runtime does.
struct Normalize {
  Register x;
  Norm norm = Norm::l2;
};

/// Replaces `missing` (NaN: every NaN) by a value per column: ai.onnx.ml Imputer.
struct Impute {
  Register x;
  std::span<const double> values;
  double missing = std::numeric_limits<double>::quiet_NaN();
};

/// Columns side by side.
struct Concat {
  std::span<const Register> parts;
};

/// The named columns of x, in that order, repeats allowed. A run of neighbours costs nothing.
struct Select {
  Register x;
  std::span<const std::size_t> columns;
};

/// The same row of values in every row.
struct Constant {
  std::span<const double> values;
};

/// table[x] per value: [n, w] → [n, w]. x is truncated; outside of the table it gives NaN.
struct Lookup {
  Register x;
  std::span<const double> table;
};

/// values[i] where x equals keys[i], else `otherwise`, per value: [n, w] → [n, w]. NaN equals NaN; of
/// equal keys the first counts.
struct Translate {
  Register x;
  std::span<const double> keys;
  std::span<const double> values;  ///< one a key
  double otherwise = std::numeric_limits<double>::quiet_NaN();
};

/// A column a key, 1 where x equals it, else 0, for each column of x side by side: [n, w] → [n, w · keys].
/// Keys are compared as Translate does. An Affine over such columns, among others in a Concat, becomes
/// one of the other columns that looks up the categories' weights: no column is made.
struct OneHot {
  Register x;
  std::span<const double> keys;
};

/// e^(x − max) / Σ over the columns, or its logarithm.
struct Softmax {
  Register x;
  bool log = false;
};

/// The column of the largest (or smallest) value: [n, w] → [n, 1]. NaN is never chosen unless the
/// row has nothing else (then 0).
struct ArgExtreme {
  Register x;
  bool largest = true;
  bool last_on_ties = false;
};

/// One value a row: [n, w] → [n, 1].
struct Reduce {
  Register x;
  ReduceOp op = ReduceOp::sum;
};

/// post_transform of ai.onnx.ml classifiers and regressors, over the columns of a row.
enum class PostTransform { none, softmax, logistic, softmax_zero, probit };

struct PostTransformed {
  Register x;
  PostTransform transform = PostTransform::none;
};

/// Weighted kernel sums over groups of support vectors (a group is a class; regressors have one).
/// [n, features] → [n, groups · m], column g·m + r = Σ over vectors v of group g of
/// coefficients(r, v) · K(v, x). K: linear v·x; polynomial (gamma v·x + coef0)^degree;
/// rbf exp(−gamma |v − x|²); sigmoid tanh(gamma v·x + coef0). With `float32`, an rbf kernel's distances may be taken in
/// floats, where that is seen to be good enough (float_rbf_step.hpp).
struct SvmSums {
  Register x;
  SvmKernel kernel = SvmKernel::rbf;
  double gamma = 0;
  double coef0 = 0;
  double degree = 3;
  math::ConstMatrix vectors;                 ///< [vectors, features], group after group
  math::ConstMatrix coefficients;            ///< [m, vectors]
  std::span<const std::size_t> group_sizes;  ///< vectors of each group; none: one group of all
  bool float32 = false;                      ///< x is float32 in the graph
};

/// libsvm's one-against-one values from SvmSums with m = classes − 1: [n, classes (classes − 1) / 2],
/// for i < j in order (0,1), (0,2), …: sums(i, j − 1) + sums(j, i) + intercept. Positive means i.
struct SvmPairs {
  Register sums;
  std::size_t classes = 0;
  std::span<const double> intercepts;  ///< one a pair; libsvm's −rho
};

/// Votes of the pairs: [n, pairs] → [n, classes]; a pair's vote goes to i if its value > 0, else j.
struct SvmVotes {
  Register pairs;
  std::size_t classes = 0;
};

/// scikit-learn's decision_function_shape="ovr" from one-against-one values:
/// votes + s / (3 (|s| + 1)), s the summed confidences. [n, pairs] → [n, classes].
struct SvmOneVsRest {
  Register pairs;
  std::size_t classes = 0;
};

/// libsvm's probabilities (Platt's sigmoid a pair, then Wu, Lin and Weng's second coupling).
/// [n, pairs] → [n, classes].
struct SvmProbabilities {
  Register pairs;
  std::size_t classes = 0;
  std::span<const double> prob_a;
  std::span<const double> prob_b;
};

}  // namespace pelton::graph
