#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string_view>

#include "core/result.hpp"
#include "graph/program_builder.hpp"

/// The ai.onnx.ml classifiers and regressors as compositions of steps, giving what ONNX Runtime
/// gives. Steps of outputs nobody compiles cost nothing.
namespace pelton::graph {

/// What a classifier node gives.
struct ClassifierOutputs {
  Register label;   ///< [n, 1]: index into the node's list of class labels
  Register scores;  ///< [n, score columns], post_transform applied
};

/// ai.onnx.ml LinearClassifier.
struct LinearClassifier {
  Register x;
  math::ConstMatrix coefficients;      ///< [scores, features], as the attribute is laid out
  std::span<const double> intercepts;  ///< one a score, or none
  std::size_t classes = 0;             ///< number of class labels
  PostTransform transform = PostTransform::none;
};
core::Result<ClassifierOutputs> add_linear_classifier(ProgramBuilder& builder, std::string_view name,
                                                      const LinearClassifier& spec);

/// ai.onnx.ml LinearRegressor: x · coefficientsᵀ + intercepts, post_transform applied.
struct LinearRegressor {
  Register x;
  math::ConstMatrix coefficients;  ///< [targets, features]
  std::span<const double> intercepts;
  PostTransform transform = PostTransform::none;
};
core::Result<Register> add_linear_regressor(ProgramBuilder& builder, std::string_view name,
                                            const LinearRegressor& spec);

/// ai.onnx.ml TreeEnsembleClassifier, from what its trees add up to. The label is the class of the
/// largest sum; where the trees vote for one class of two only, the second if the sum exceeds 0, or
/// 0.5 where no weight is negative.
struct TreeClassifier {
  Register sums;                  ///< [n, classes], or [n, 1]: all weights are for class `voted` of two
  std::optional<Register> votes;  ///< [n, classes], where rows may have classes that no weight was for (0 here):
                                  ///< they are no candidates for the label
  std::size_t classes = 0;
  std::size_t voted = 0;
  bool some_negative = false;  ///< weights
  PostTransform transform = PostTransform::none;
};
core::Result<ClassifierOutputs> add_tree_classifier(ProgramBuilder& builder, std::string_view name,
                                                    const TreeClassifier& spec);

/// ai.onnx.ml SVMClassifier. Without support vectors it is a linear machine (mode LINEAR of the
/// operator): coefficients [classes, features].
struct SvmClassifier {
  Register x;
  SvmKernel kernel = SvmKernel::rbf;
  double gamma = 0;
  double coef0 = 0;
  double degree = 3;
  math::ConstMatrix vectors;                       ///< [vectors, features]; none: linear machine
  math::ConstMatrix coefficients;                  ///< [classes − 1, vectors]
  std::span<const std::size_t> vectors_per_class;  ///< one a class
  std::span<const double> rho;                     ///< one a pair of classes
  std::span<const double> prob_a;                  ///< one a pair, or none: no probabilities
  std::span<const double> prob_b;
  std::size_t classes = 0;  ///< number of class labels
  PostTransform transform = PostTransform::none;
  bool float32 = false;  ///< as in SvmSums
};

/// The operator's outputs and, for direct use, the values on the way there.
struct SvmOutputs {
  Register label;          ///< [n, 1], the operator's label as an index
  Register scores;         ///< [n, columns], the operator's scores
  Register pairs;          ///< [n, pairs], libsvm's decision values (linear machine: its scores)
  Register votes;          ///< [n, classes] (linear machine: its scores)
  Register probabilities;  ///< [n, classes]; without prob_a the votes
};
core::Result<SvmOutputs> add_svm_classifier(ProgramBuilder& builder, std::string_view name, const SvmClassifier& spec);

/// ai.onnx.ml SVMRegressor. [n, 1].
struct SvmRegressor {
  Register x;
  SvmKernel kernel = SvmKernel::rbf;
  double gamma = 0;
  double coef0 = 0;
  double degree = 3;
  math::ConstMatrix vectors;                      ///< [vectors, features]; none: linear, coefficients per feature
  std::span<const double> coefficients;           ///< one a vector (or feature)
  double rho = 0;                                 ///< added
  bool one_class = false;                         ///< sign of the sum: 1 or −1
  PostTransform transform = PostTransform::none;  ///< without effect, as in ONNX Runtime
  bool float32 = false;                           ///< as in SvmSums
};
core::Result<Register> add_svm_regressor(ProgramBuilder& builder, std::string_view name, const SvmRegressor& spec);

}  // namespace pelton::graph
