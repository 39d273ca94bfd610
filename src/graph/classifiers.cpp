#include "graph/classifiers.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <new>
#include <numeric>
#include <string>
#include <vector>

#include "core/error.hpp"

namespace pelton::graph {
namespace {

using core::Error;
using core::ErrorCode;
using core::Result;

Error wrong(std::string_view name, std::string message) {
  return Error(ErrorCode::invalid_argument, std::move(message)).within(name);
}

std::string named(std::string_view name, const char* part) { return std::string(name).append(".").append(part); }

/// [in, out] from coefficients as attributes hold them, [out, in].
struct Transposed {
  std::vector<double> values;
  math::ConstMatrix view;

  explicit Transposed(math::ConstMatrix m) : values(m.rows * m.cols), view(values.data(), m.cols, m.rows) {
    for (std::size_t r = 0; r < m.rows; ++r) {
      for (std::size_t c = 0; c < m.cols; ++c) values[c * m.rows + r] = m(r, c);
    }
  }
};

/// ONNX Runtime transforms a single column only by PROBIT.
PostTransform on_columns(PostTransform transform, std::size_t columns) {
  return columns == 1 && transform != PostTransform::probit ? PostTransform::none : transform;
}

/// Both scores from the single one of a two-class machine, as ONNX Runtime 1.32 shows them: LOGISTIC
/// gives [σ(−s), σ(s)], SVMClassifier without a transform [−s, s], everything else [1 − s, s].
Result<Register> two_scores(ProgramBuilder& builder, std::string_view name, Register s, PostTransform transform,
                            bool opposite) {
  if (transform == PostTransform::probit) {
    return Error(ErrorCode::unsupported,
                 "post_transform PROBIT of a two-class machine's one score: the operator "
                 "leaves its second score undefined")
        .within(name);
  }
  const bool logistic = transform == PostTransform::logistic;
  auto other = logistic || opposite
                   ? builder.add(named(name, "opposite"), Unary{s, UnaryOp::neg})
                   : builder.add(named(name, "complement"), Binary{BinaryOp::sub, std::vector<double>{1.0}, s});
  if (!other) return other;
  auto both = builder.add(named(name, "scores"), Concat{std::array{*other, s}});
  if (!both || !logistic) return both;
  return builder.add(named(name, "post_transform"), Unary{*both, UnaryOp::sigmoid});
}

/// 1 where x > bound, else 0.
Result<Register> above(ProgramBuilder& builder, std::string_view name, Register x, double bound) {
  return builder.add(name, Binary{BinaryOp::greater, x, std::vector<double>{bound}});
}

/// The column of the largest sum among those that anything was added to.
Result<Register> tree_label(ProgramBuilder& builder, std::string_view name, const TreeClassifier& spec) {
  Result<Register> sums = spec.sums;
  if (spec.votes) {
    const std::vector<double> never{-std::numeric_limits<double>::infinity()};
    sums = builder.add(named(name, "candidates"), Where{*spec.votes, spec.sums, never});
    if (!sums) return sums;
  }
  return builder.add(named(name, "label"), ArgExtreme{*sums});
}

/// [0, s].
Result<Register> beside_zero(ProgramBuilder& builder, std::string_view name, Register s) {
  const std::array zero{0.0};
  auto other = builder.add(named(name, "other"), Constant{zero});
  if (!other) return other;
  return builder.add(named(name, "scores"), Concat{std::array{*other, s}});
}

/// The label of SVMClassifier's linear mode with two labels: not the argmax, but by the largest
/// score's sign (or 0.5 where no coefficient is negative), as ONNX Runtime chooses.
Result<Register> linear_svm_label(ProgramBuilder& builder, std::string_view name, Register scores,
                                  const SvmClassifier& spec) {
  auto best = builder.add(named(name, "argmax"), ArgExtreme{scores});
  if (!best || spec.classes != 2 || !spec.prob_a.empty()) return best;
  bool all_positive = true;
  for (std::size_t r = 0; r < spec.coefficients.rows; ++r) {
    for (std::size_t c = 0; c < spec.coefficients.cols; ++c) all_positive &= spec.coefficients(r, c) >= 0;
  }
  auto most = builder.add(named(name, "max"), Reduce{scores, ReduceOp::max});
  if (!most) return most;
  auto second = all_positive ? builder.add(named(name, "second"),
                                           Binary{BinaryOp::greater_equal, *most, std::vector<double>{0.5}})
                             : above(builder, named(name, "second"), *most, 0);
  if (!second) return second;
  return builder.add(named(name, "label"), Binary{BinaryOp::max, *second, *best});
}

Result<SvmOutputs> add_linear_svm(ProgramBuilder& builder, std::string_view name, const SvmClassifier& spec) {
  if (spec.rho.empty()) return wrong(name, "rho is empty");
  const Transposed weights(spec.coefficients);
  // The operator's linear mode adds the first rho to every class.
  const std::vector<double> bias(spec.coefficients.rows, spec.rho[0]);
  auto scores = builder.add(named(name, "linear"), Affine{spec.x, weights.view, bias});
  if (!scores) return std::move(scores).error();
  auto label = linear_svm_label(builder, name, *scores, spec);
  if (!label) return std::move(label).error();
  auto shown =
      builder.add(named(name, "post_transform"), PostTransformed{*scores, on_columns(spec.transform, spec.classes)});
  if (!shown) return std::move(shown).error();
  return SvmOutputs{*label, *shown, *scores, *scores, *scores};
}

/// The operator's scores: probabilities if it has them, else the pairs' values, two columns for two
/// classes.
Result<Register> svm_scores(ProgramBuilder& builder, std::string_view name, const SvmClassifier& spec,
                            const SvmOutputs& values) {
  if (!spec.prob_a.empty() || spec.classes > 2) {
    const Register columns = spec.prob_a.empty() ? values.pairs : values.probabilities;
    return builder.add(named(name, "post_transform"), PostTransformed{columns, spec.transform});
  }
  return two_scores(builder, name, values.pairs, spec.transform, spec.transform == PostTransform::none);
}

}  // namespace

Result<ClassifierOutputs> add_linear_classifier(ProgramBuilder& builder, std::string_view name,
                                                const LinearClassifier& spec) try {
  const std::size_t scores = spec.coefficients.rows;
  if (scores != spec.classes && !(scores == 1 && spec.classes == 2)) {
    return wrong(
        name, std::to_string(scores) + " rows of coefficients for " + std::to_string(spec.classes) + " class labels");
  }
  const Transposed weights(spec.coefficients);
  auto raw = builder.add(named(name, "linear"), Affine{spec.x, weights.view, spec.intercepts});
  if (!raw) return std::move(raw).error();
  auto label =
      scores == 1 ? above(builder, named(name, "label"), *raw, 0) : builder.add(named(name, "label"), ArgExtreme{*raw});
  if (!label) return std::move(label).error();
  if (scores == 1 && spec.classes == 2) {
    auto both = two_scores(builder, name, *raw, spec.transform, false);
    if (!both) return std::move(both).error();
    return ClassifierOutputs{*label, *both};
  }
  auto shown = builder.add(named(name, "post_transform"), PostTransformed{*raw, on_columns(spec.transform, scores)});
  if (!shown) return std::move(shown).error();
  return ClassifierOutputs{*label, *shown};
} catch (const std::bad_alloc&) {
  return Error(ErrorCode::too_large, "not enough memory").within(name);
}

Result<Register> add_linear_regressor(ProgramBuilder& builder, std::string_view name, const LinearRegressor& spec) try {
  const Transposed weights(spec.coefficients);
  auto raw = builder.add(named(name, "linear"), Affine{spec.x, weights.view, spec.intercepts});
  if (!raw) return raw;
  return builder.add(named(name, "post_transform"),
                     PostTransformed{*raw, on_columns(spec.transform, spec.coefficients.rows)});
} catch (const std::bad_alloc&) {
  return Error(ErrorCode::too_large, "not enough memory").within(name);
}

Result<ClassifierOutputs> add_tree_classifier(ProgramBuilder& builder, std::string_view name,
                                              const TreeClassifier& spec) try {
  const std::size_t columns = builder.width(spec.sums);
  const bool single = columns == 1 && spec.classes == 2;
  if (!single && (columns != spec.classes || columns < 2)) {
    return wrong(name, std::to_string(columns) + " sums for " + std::to_string(spec.classes) + " classes");
  }
  Result<Register> label = single ? above(builder, named(name, "label"), spec.sums, spec.some_negative ? 0 : 0.5)
                                  : tree_label(builder, name, spec);
  if (!label) return std::move(label).error();
  Result<Register> scores = spec.sums;
  if (single && spec.voted == 0) {
    // The sum is the second class's, although the file has it under the first.
    scores = two_scores(builder, name, spec.sums, spec.transform, spec.some_negative);
  } else {
    if (single) scores = beside_zero(builder, name, spec.sums);
    if (!scores) return std::move(scores).error();
    scores = builder.add(named(name, "post_transform"), PostTransformed{*scores, spec.transform});
  }
  if (!scores) return std::move(scores).error();
  return ClassifierOutputs{*label, *scores};
} catch (const std::bad_alloc&) {
  return Error(ErrorCode::too_large, "not enough memory").within(name);
}

Result<SvmOutputs> add_svm_classifier(ProgramBuilder& builder, std::string_view name, const SvmClassifier& spec) try {
  if (spec.vectors.rows == 0) {
    if (spec.coefficients.rows != spec.classes) return wrong(name, "linear mode needs one row of coefficients a class");
    return add_linear_svm(builder, name, spec);
  }
  if (spec.vectors_per_class.size() != spec.classes) {
    return wrong(name, "vectors_per_class has " + std::to_string(spec.vectors_per_class.size()) + " values for " +
                           std::to_string(spec.classes) + " classes");
  }
  if (spec.coefficients.rows + 1 != spec.classes) return wrong(name, "classes - 1 rows of coefficients wanted");
  if (spec.prob_a.size() != spec.prob_b.size()) return wrong(name, "prob_a and prob_b differ in length");
  auto sums = builder.add(named(name, "kernels"),
                          SvmSums{spec.x, spec.kernel, spec.gamma, spec.coef0, spec.degree, spec.vectors,
                                  spec.coefficients, spec.vectors_per_class, spec.float32});
  if (!sums) return std::move(sums).error();
  auto pairs = builder.add(named(name, "pairs"), SvmPairs{*sums, spec.classes, spec.rho});
  if (!pairs) return std::move(pairs).error();
  auto votes = builder.add(named(name, "votes"), SvmVotes{*pairs, spec.classes});
  if (!votes) return std::move(votes).error();
  auto label = builder.add(named(name, "label"), ArgExtreme{*votes});
  if (!label) return std::move(label).error();
  SvmOutputs outputs{*label, *pairs, *pairs, *votes, *votes};
  if (!spec.prob_a.empty()) {
    auto probabilities =
        builder.add(named(name, "probabilities"), SvmProbabilities{*pairs, spec.classes, spec.prob_a, spec.prob_b});
    if (!probabilities) return std::move(probabilities).error();
    outputs.probabilities = *probabilities;
  }
  auto scores = svm_scores(builder, name, spec, outputs);
  if (!scores) return std::move(scores).error();
  outputs.scores = *scores;
  return outputs;
} catch (const std::bad_alloc&) {
  return Error(ErrorCode::too_large, "not enough memory").within(name);
}

Result<Register> add_svm_regressor(ProgramBuilder& builder, std::string_view name, const SvmRegressor& spec) try {
  const math::ConstMatrix row(spec.coefficients.data(), 1, spec.coefficients.size());
  const std::array rho{spec.rho};
  Result<Register> sum = Register{};
  if (spec.vectors.rows == 0) {
    sum = builder.add(named(name, "linear"), Affine{spec.x, Transposed(row).view, rho});
  } else {
    auto kernels = builder.add(
        named(name, "kernels"),
        SvmSums{spec.x, spec.kernel, spec.gamma, spec.coef0, spec.degree, spec.vectors, row, {}, spec.float32});
    if (!kernels) return kernels;
    sum = builder.add(named(name, "rho"), Binary{BinaryOp::add, *kernels, std::vector<double>{spec.rho}});
  }
  if (!sum || !spec.one_class) return sum;
  return builder.add(named(name, "one_class"), Unary{*sum, UnaryOp::one_class});
} catch (const std::bad_alloc&) {
  return Error(ErrorCode::too_large, "not enough memory").within(name);
}

}  // namespace pelton::graph
