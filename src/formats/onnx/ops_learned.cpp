#include <array>
#include <numeric>
#include <utility>

#include "formats/onnx/class_labels.hpp"
#include "formats/onnx/post_transform.hpp"
#include "formats/onnx/registry.hpp"
#include "graph/classifiers.hpp"

/// The linear models and support vector machines of ai.onnx.ml.
namespace pelton::formats::onnx {

graph::PostTransform post_transform(const NodeContext& node) {
  const std::string_view name = node.text("post_transform", "NONE");
  if (name == "NONE") return graph::PostTransform::none;
  if (name == "SOFTMAX") return graph::PostTransform::softmax;
  if (name == "LOGISTIC") return graph::PostTransform::logistic;
  if (name == "SOFTMAX_ZERO") return graph::PostTransform::softmax_zero;
  if (name == "PROBIT") return graph::PostTransform::probit;
  node.malformed("attribute \"post_transform\" has a value ONNX does not know");
}

namespace {

/// Scores of an operator of ai.onnx.ml: always float, by the specification.
Rows scores(NodeContext& node, graph::Register block) {
  return {.block = block, .width = node.builder().width(block), .type = DataType::float32};
}

/// coefficients of a linear operator, [targets, features], with as many intercepts or none.
struct Linear {
  std::vector<double> coefficients;
  std::vector<double> intercepts;
  std::size_t targets = 0;
};

Linear linear(NodeContext& node, std::size_t features) {
  Linear result{node.numbers("coefficients"), node.numbers("intercepts"), 0};
  if (result.coefficients.empty() || result.coefficients.size() % features != 0) {
    node.malformed("has " + std::to_string(result.coefficients.size()) + " coefficients for rows of " +
                   std::to_string(features));
  }
  result.targets = result.coefficients.size() / features;
  if (!result.intercepts.empty() && result.intercepts.size() != result.targets) {
    node.malformed("has " + std::to_string(result.intercepts.size()) + " intercepts for " +
                   std::to_string(result.targets) + " targets");
  }
  return result;
}

void linear_regressor(NodeContext& node) {
  const Rows& x = node.matrix(0);
  const Linear model = linear(node, x.width);
  if (node.integer("targets", 1) != static_cast<std::int64_t>(model.targets))
    node.malformed("attribute \"targets\" differs from the coefficients");
  const graph::LinearRegressor spec{.x = x.block,
                                    .coefficients = {model.coefficients.data(), model.targets, x.width},
                                    .intercepts = model.intercepts,
                                    .transform = post_transform(node)};
  node.give(scores(node, node.take(add_linear_regressor(node.builder(), node.plan_name(), spec))));
}

void linear_classifier(NodeContext& node) {
  const Rows& x = node.matrix(0);
  const Linear model = linear(node, x.width);
  static_cast<void>(node.integer("multi_class", 0));  // how it was trained; scoring does not differ
  Labels labels = class_labels(node, "classlabels_strings", "classlabels_ints");
  if (labels.names.size() != model.targets && !(labels.names.size() == 2 && model.targets == 1)) {
    node.malformed("has " + std::to_string(labels.names.size()) + " class labels for " + std::to_string(model.targets) +
                   " scores");
  }
  graph::LinearClassifier spec{.x = x.block,
                               .coefficients = {model.coefficients.data(), model.targets, x.width},
                               .intercepts = model.intercepts,
                               .classes = labels.names.size(),
                               .transform = post_transform(node)};
  const auto outputs = node.take(add_linear_classifier(node.builder(), node.plan_name(), spec));
  labels.index = outputs.label;
  node.give(std::move(labels));
  Rows z = scores(node, outputs.scores);
  z.positive = spec.transform == graph::PostTransform::logistic || spec.transform == graph::PostTransform::softmax;
  if (z.positive || spec.transform == graph::PostTransform::none) {
    const graph::LinearRegressor raw{spec.x, spec.coefficients, spec.intercepts, graph::PostTransform::none};
    z.margin = node.take(add_linear_regressor(node.builder(), node.plan_name(), raw));
  }
  node.give(std::move(z));
}

/// What both support vector machines share.
struct Machine {
  graph::SvmKernel kernel = graph::SvmKernel::linear;
  double gamma = 0;
  double coef0 = 0;
  double degree = 0;
  std::vector<double> vectors;  ///< [count, features]
  std::vector<double> coefficients;
  std::vector<double> rho;
};

Machine machine(NodeContext& node, std::size_t vectors, std::size_t features) {
  Machine svm;
  const std::string_view kernel = node.text("kernel_type", "LINEAR");
  if (kernel == "POLY") {
    svm.kernel = graph::SvmKernel::polynomial;
  } else if (kernel == "RBF") {
    svm.kernel = graph::SvmKernel::rbf;
  } else if (kernel == "SIGMOID") {
    svm.kernel = graph::SvmKernel::sigmoid;
  } else if (kernel != "LINEAR") {
    node.malformed("attribute \"kernel_type\" has a value ONNX does not know");
  }
  const std::vector<double> parameters = node.numbers("kernel_params");
  if (parameters.size() == 3) {
    svm.gamma = parameters[0];
    svm.coef0 = parameters[1];
    svm.degree = parameters[2];
  } else if (!parameters.empty() || svm.kernel != graph::SvmKernel::linear) {
    node.malformed("attribute \"kernel_params\" does not hold gamma, coef0 and degree");
  }
  svm.vectors = node.numbers("support_vectors");
  svm.coefficients = node.numbers("coefficients");
  svm.rho = node.numbers("rho");
  if (vectors > svm.vectors.size() || svm.vectors.size() != vectors * features) {
    node.malformed("has " + std::to_string(svm.vectors.size()) + " numbers in support_vectors for " +
                   std::to_string(vectors) + " vectors of " + std::to_string(features));
  }
  return svm;
}

std::size_t vector_count(const NodeContext& node, std::int64_t count) {
  if (count < 0) node.malformed("has a negative number of support vectors");
  return static_cast<std::size_t>(count);
}

void svm_regressor(NodeContext& node) {
  const Rows& x = node.matrix(0);
  const std::size_t vectors = vector_count(node, node.integer("n_supports", 0));
  const Machine svm = machine(node, vectors, x.width);
  if (svm.rho.size() != 1) node.malformed("attribute \"rho\" does not hold one number");
  if (svm.coefficients.size() != (vectors > 0 ? vectors : x.width))
    node.malformed("attribute \"coefficients\" is of the wrong length");
  const graph::SvmRegressor spec{.x = x.block,
                                 .kernel = svm.kernel,
                                 .gamma = svm.gamma,
                                 .coef0 = svm.coef0,
                                 .degree = svm.degree,
                                 .vectors = {svm.vectors.data(), vectors, x.width},
                                 .coefficients = svm.coefficients,
                                 .rho = svm.rho[0],
                                 .one_class = node.integer("one_class", 0) != 0,
                                 .transform = post_transform(node),
                                 .float32 = x.type == DataType::float32};
  node.give(scores(node, node.take(add_svm_regressor(node.builder(), node.plan_name(), spec))));
}

void svm_classifier(NodeContext& node) {
  const Rows& x = node.matrix(0);
  Labels labels = class_labels(node, "classlabels_strings", "classlabels_ints");
  const std::size_t classes = labels.names.size();
  std::vector<std::size_t> per_class;
  for (const std::int64_t count : node.integers("vectors_per_class")) per_class.push_back(vector_count(node, count));
  std::size_t vectors = 0;
  for (const std::size_t count : per_class) {
    if (__builtin_add_overflow(vectors, count, &vectors)) node.malformed("attribute \"vectors_per_class\" overflows");
  }
  const Machine svm = machine(node, vectors, x.width);
  const std::vector<double> prob_a = node.numbers("prob_a");
  const std::vector<double> prob_b = node.numbers("prob_b");
  const std::size_t lines = vectors > 0 ? classes - 1 : classes;
  const std::size_t columns = vectors > 0 ? vectors : x.width;
  if (svm.coefficients.size() != lines * columns) node.malformed("attribute \"coefficients\" is of the wrong length");
  const graph::SvmClassifier spec{.x = x.block,
                                  .kernel = svm.kernel,
                                  .gamma = svm.gamma,
                                  .coef0 = svm.coef0,
                                  .degree = svm.degree,
                                  .vectors = {svm.vectors.data(), vectors, x.width},
                                  .coefficients = {svm.coefficients.data(), lines, columns},
                                  .vectors_per_class = per_class,
                                  .rho = svm.rho,
                                  .prob_a = prob_a,
                                  .prob_b = prob_b,
                                  .classes = classes,
                                  .transform = post_transform(node),
                                  .float32 = x.type == DataType::float32};
  const auto outputs = node.take(add_svm_classifier(node.builder(), node.plan_name(), spec));
  labels.index = outputs.label;
  node.give(std::move(labels));
  Rows z = scores(node, outputs.scores);
  // With more classes the file does not say whether decision_function was one value a class or one a pair.
  if (classes == 2) z.margin = outputs.pairs;
  node.give(std::move(z));
}

constexpr std::array kOperators{
    Operator{kMlDomain, "LinearClassifier", 1, linear_classifier},
    Operator{kMlDomain, "LinearRegressor", 1, linear_regressor},
    Operator{kMlDomain, "SVMClassifier", 1, svm_classifier},
    Operator{kMlDomain, "SVMRegressor", 1, svm_regressor},
};

}  // namespace

std::span<const Operator> learned_operators() noexcept { return kOperators; }

}  // namespace pelton::formats::onnx
