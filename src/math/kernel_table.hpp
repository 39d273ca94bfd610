#pragma once

#include <cstddef>
#include <cstdint>

#include "math/elementwise.hpp"
#include "math/float_views.hpp"

/// The dense kernels as a table of functions, one table an instruction set. Plain pointers and
/// sizes only: these functions are compiled for instruction sets that not every machine has, and a
/// template of the standard library instantiated among them could be linked into all the rest.
///
/// Every matrix is row-major; its stride is the distance between rows in doubles. Outputs may be the
/// very window of an input of the same shape where said "in place". Whatever the instruction set,
/// the number of rows in the call and the neighbours, a row's result has the same bits.
namespace pelton::math {

/// A [rows, cols] operand that may stand still in either direction: element (r, c) is
/// data[r · row_step + c · column_step], column_step 0 or 1.
struct Spread {
  const double* data = nullptr;
  std::size_t row_step = 0;
  std::size_t column_step = 0;
};

struct Input {
  const double* data = nullptr;
  std::size_t stride = 0;
};

struct Output {
  double* data = nullptr;
  std::size_t stride = 0;
};

enum class Norm : std::uint8_t { l1, l2, max };

enum class ReduceOp : std::uint8_t { sum, mean, max, min, l1, l2, sum_squares, prod, log_sum, log_sum_exp };

/// x · W + b packed for the kernels (PackedAffine makes it).
///
/// Panels of eight outputs, in groups of four: weights[group][k][panel of the group][8], the last
/// group narrower, so that one k's weights lie together. Outputs are lanes, k runs in order, one fma
/// each, starting from the bias. Dots (few outputs): weights[output][k], rows padded to whole lanes; eight
/// partial sums over k mod 8, the fixed tree, then the bias.
///
/// Weights that are all floats, as a float32 graph's are, are kept as floats: the same numbers, half
/// the memory to stream. Exactly one of the two pointers is set.
inline constexpr std::size_t kPanelGroup = 4;

struct AffineView {
  const double* weights = nullptr;
  const float* weights32 = nullptr;
  const double* bias = nullptr;  ///< padded to whole panels
  std::size_t in = 0;
  std::size_t out = 0;
  bool dots = false;
  Activation activation{};
};

enum class SvmKernel : std::uint8_t { linear, polynomial, rbf, sigmoid };

/// Support vectors packed for the kernels (PackedSvm makes it): blocks of eight vectors, a group's
/// last block padded.
struct SvmView {
  SvmKernel kernel = SvmKernel::rbf;
  double gamma = 0;
  double coef0 = 0;
  double degree = 0;
  std::size_t features = 0;
  std::size_t groups = 0;
  std::size_t sums_per_group = 0;            ///< m
  const std::size_t* group_sizes = nullptr;  ///< vectors of each group
  const double* vectors = nullptr;           ///< [block][feature][8]
  const double* coefficients = nullptr;      ///< [block][m][8], 0 in the padding
};

/// Points packed for the kernels (PackedPoints makes it): blocks of eight, [block][feature][8], the last
/// padded with zeros.
struct PointsView {
  const double* values = nullptr;
  std::size_t count = 0;
  std::size_t features = 0;
};

struct Kernels {
  /// y = f(x). In place allowed.
  void (*unary)(const Activation& f, Input x, std::size_t rows, std::size_t cols, Output y);
  /// y = op(a, b). y may be the window of either operand that moves in both directions.
  void (*binary)(BinaryOp op, Spread a, Spread b, std::size_t rows, std::size_t cols, Output y);
  /// y = condition != 0 ? a : b (NaN counts as not 0).
  void (*where)(Spread condition, Spread a, Spread b, std::size_t rows, std::size_t cols, Output y);
  /// y = min(max(x, low), high), NaN kept. In place allowed.
  void (*clip)(double low, double high, Input x, std::size_t rows, std::size_t cols, Output y);
  /// y = (x − offset) · factor. In place allowed.
  void (*scale)(Spread offset, Spread factor, Input x, std::size_t rows, std::size_t cols, Output y);
  /// y = x == missing ? value : x; a NaN `missing` means every NaN. In place allowed.
  void (*impute)(double missing, Spread values, Input x, std::size_t rows, std::size_t cols, Output y);
  /// impute, then scale, in one pass; the same bits as one after the other.
  void (*impute_scale)(double missing, Spread values, Spread offset, Spread factor, Input x, std::size_t rows,
                       std::size_t cols, Output y);
  /// y = x over its row's norm; a row of norm 0 is copied. In place allowed.
  void (*normalize)(Norm norm, Input x, std::size_t rows, std::size_t cols, Output y);
  /// y = e^(x − max) / Σ, or its logarithm. In place allowed.
  void (*softmax)(bool log, Input x, std::size_t rows, std::size_t cols, Output y);
  /// ai.onnx.ml SOFTMAX_ZERO as ONNX Runtime computes it: values within 1e-7 of 0 take no part. In place allowed.
  void (*softmax_zero)(Input x, std::size_t rows, std::size_t cols, Output y);
  /// y[r] = op over the row's columns.
  void (*reduce)(ReduceOp op, Input x, std::size_t rows, std::size_t cols, Output y);
  /// y = activation(x · W + b). y apart from x.
  void (*affine)(const AffineView& w, Input x, std::size_t rows, Output y);
  /// y[r, g·m + i] = Σ over vectors v of group g: coefficient(i, v) K(v, x). y apart from x;
  /// `scratch` holds svm_scratch_doubles(m), 64-byte aligned.
  void (*svm_sums)(const SvmView& svm, Input x, std::size_t rows, Output y, double* scratch);
  /// y[r, i] = Σ (x[r, k] − point i's k)². y apart from x.
  void (*squared_distances)(const PointsView& points, Input x, std::size_t rows, Output y);
  /// y = the last layer's values for rows x rounded to floats. y apart from x; `scratch` holds
  /// network_scratch_doubles(widest, rows), 64-byte aligned.
  void (*float_network)(const FloatNetwork& network, Input x, std::size_t rows, Output y, double* scratch);
  /// What svm_sums gives for an rbf kernel, from rows x rounded to floats and distances in floats. y apart from x;
  /// `scratch` holds rbf_scratch_doubles(features, m), 64-byte aligned.
  void (*rbf_sums)(const FloatRbf& rbf, Input x, std::size_t rows, Output y, double* scratch);
};

/// Rows of support vectors' values worked on together, and the doubles of scratch they need.
inline constexpr std::size_t kSvmRows = 4;
constexpr std::size_t svm_scratch_doubles(std::size_t sums_per_group) { return kSvmRows * sums_per_group * 8; }

/// The tables, by file. Only to be called where the machine has the instruction set.
const Kernels& scalar_kernels() noexcept;
const Kernels& avx2_kernels() noexcept;
const Kernels& avx512_kernels() noexcept;

}  // namespace pelton::math
