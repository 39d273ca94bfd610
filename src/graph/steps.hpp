#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "graph/specs.hpp"
#include "graph/step.hpp"
#include "math/kernels.hpp"

/// The steps behind ProgramBuilder, for this room only: the builder has checked all shapes.
namespace pelton::graph {

using StepPtr = std::shared_ptr<const Step>;

/// Constants of an operation, one value or one a column. Owned by the step.
using Columns = std::vector<double>;

StepPtr make_affine(const Affine& spec);
StepPtr make_unary(const math::Activation& function, std::size_t width);
StepPtr make_clip(double low, double high, std::size_t width);
/// A binary step takes one or two inputs; constants stand for the missing one.
StepPtr make_binary(BinaryOp op, std::size_t width);
StepPtr make_binary_constant(BinaryOp op, Columns constants, bool constant_first, std::size_t width);
/// Inputs: the condition, then those of a and b that are registers.
StepPtr make_where(const Operand& a, const Operand& b, std::size_t width);
StepPtr make_scale(Columns offset, Columns scale, std::size_t width);
StepPtr make_impute(Columns values, double missing, std::size_t width);
StepPtr make_lookup(Columns table, std::size_t width);

StepPtr make_normalize(Norm norm, std::size_t width);
StepPtr make_gather(std::vector<std::size_t> columns, std::size_t width);
StepPtr make_copy(std::size_t width);
StepPtr make_constant(Columns values);
StepPtr make_softmax(bool log, std::size_t width);
StepPtr make_softmax_zero(std::size_t width);
StepPtr make_arg_extreme(bool largest, bool last_on_ties, std::size_t width);
StepPtr make_reduce(ReduceOp op, std::size_t width);

StepPtr make_svm_sums(const SvmSums& spec);
StepPtr make_svm_pairs(std::size_t classes, Columns intercepts);
StepPtr make_svm_votes(std::size_t classes);
StepPtr make_svm_one_vs_rest(std::size_t classes);
StepPtr make_svm_probabilities(std::size_t classes, Columns prob_a, Columns prob_b);

/// Several in-place steps of one width after another, a few rows at a time in the nearest cache.
StepPtr make_chain(std::vector<StepPtr> steps);

/// One step with the same bits as `first` followed by `second`, or none where there is no such.
StepPtr fuse(const Step& first, const Step& second);

/// The instruction set of math::kernels(), for descriptions.
std::string isa_name();

/// "8", or "8 -> 3" where the widths differ.
std::string widths(std::size_t in, std::size_t out);

inline math::Input input_of(math::ConstMatrix m) { return {m.data, m.stride}; }
inline math::Output output_of(math::Matrix m) { return {m.data, m.stride}; }
/// Constants as an operand that stands still over rows.
inline math::Spread spread_of(std::span<const double> columns) {
  return {columns.data(), 0, columns.size() == 1 ? std::size_t{0} : std::size_t{1}};
}
/// A block as an operand; of width 1 it is spread over `width` columns.
inline math::Spread spread_of(math::ConstMatrix m, std::size_t width) {
  return {m.data, m.stride, m.cols == 1 && width != 1 ? std::size_t{0} : std::size_t{1}};
}

}  // namespace pelton::graph
