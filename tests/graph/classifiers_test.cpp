// The ai.onnx.ml machines against scikit-learn (double, to 1e-9) and ONNX Runtime (float, to 1e-4).
#include "graph/classifiers.hpp"

#include <cmath>

#include "graph/cases.hpp"
#include "graph/running.hpp"

namespace pelton::graph {
namespace {

SvmKernel kernel_of(const std::string& name) {
  if (name == "LINEAR") return SvmKernel::linear;
  if (name == "POLY") return SvmKernel::polynomial;
  if (name == "RBF") return SvmKernel::rbf;
  if (name == "SIGMOID") return SvmKernel::sigmoid;
  throw std::runtime_error("no kernel " + name);
}

PostTransform transform_of(const std::string& name) {
  if (name == "NONE") return PostTransform::none;
  if (name == "LOGISTIC") return PostTransform::logistic;
  if (name == "SOFTMAX") return PostTransform::softmax;
  if (name == "SOFTMAX_ZERO") return PostTransform::softmax_zero;
  if (name == "PROBIT") return PostTransform::probit;
  throw std::runtime_error("no transform " + name);
}

void expect_near(const std::vector<double>& got, const std::vector<double>& wanted, double tolerance,
                 const std::string& what) {
  ASSERT_EQ(got.size(), wanted.size()) << what;
  for (std::size_t i = 0; i < got.size(); ++i) {
    ASSERT_NEAR(got[i], wanted[i], tolerance * (1 + std::abs(wanted[i]))) << what << ", value " << i;
  }
}

struct SvmCase {
  const Case& data;
  std::vector<std::size_t> per_class;
  std::vector<double> prob_a, prob_b;

  explicit SvmCase(const Case& c)
      : data(c), per_class(c.sizes("per_class")), prob_a(c.or_empty("prob_a")), prob_b(c.or_empty("prob_b")) {}

  SvmClassifier spec(Register x, PostTransform transform) const {
    const std::vector<double>& parameters = data.at("parameters");
    const std::size_t vectors = data.at("coefficients").size() / (per_class.size() - 1);
    const std::size_t features = data.at("vectors").size() / vectors;
    return {x,
            kernel_of(data.texts.at("kernel")),
            parameters[0],
            parameters[1],
            parameters[2],
            data.matrix("vectors", features),
            data.matrix("coefficients", vectors),
            per_class,
            data.at("rho"),
            prob_a,
            prob_b,
            per_class.size(),
            transform};
  }
};

TEST(SvmClassifier, DecidesAsScikitLearnDoes) {
  for (const Case& c : read_cases("svm_cases.txt")) {
    const SvmCase svm(c);
    ProgramBuilder builder(3);
    auto built = add_svm_classifier(builder, "svm", svm.spec(builder.input(), PostTransform::none));
    ASSERT_TRUE(built) << built.error().message();
    const Register ovr = must(builder.add("ovr", SvmOneVsRest{built->pairs, svm.per_class.size()}));
    const auto got = run(builder, {built->pairs, built->label, ovr, built->probabilities}, c.matrix("x", 3));
    // scikit-learn turns a binary machine's sign: positive means the second class.
    std::vector<double> pairs = got[0];
    if (svm.per_class.size() == 2) {
      for (double& v : pairs) v = -v;
    } else {
      expect_near(got[2], c.at("ovr"), 1e-9, c.name + " one-vs-rest");
    }
    expect_near(pairs, c.at("decision"), 1e-9, c.name + " decision");
    EXPECT_EQ(got[1], c.at("predict")) << c.name;
    if (c.has("probabilities")) expect_near(got[3], c.at("probabilities"), 1e-9, c.name + " probabilities");
  }
}

TEST(SvmClassifier, AnswersAsOnnxRuntimeDoes) {
  for (const Case& c : read_cases("svm_cases.txt")) {
    const SvmCase svm(c);
    for (const char* const transform : {"NONE", "LOGISTIC", "SOFTMAX"}) {
      ProgramBuilder builder(3);
      auto built = add_svm_classifier(builder, "svm", svm.spec(builder.input(), transform_of(transform)));
      ASSERT_TRUE(built) << built.error().message();
      const auto got = run(builder, {built->label, built->scores}, c.matrix("x", 3));
      EXPECT_EQ(got[0], c.at(std::string("label_") + transform)) << c.name;
      expect_near(got[1], c.at(std::string("scores_") + transform), 1e-4, c.name + " " + transform);
    }
  }
}

TEST(SvmRegressor, AnswersAsBothDo) {
  for (const Case& c : read_cases("svm_regressor_cases.txt")) {
    const std::vector<double>& parameters = c.at("parameters");
    const bool one_class = c.at("one_class")[0] != 0;
    SvmRegressor spec{{},
                      kernel_of(c.texts.at("kernel")),
                      parameters[0],
                      parameters[1],
                      parameters[2],
                      c.matrix("vectors", 3),
                      c.at("coefficients"),
                      c.at("rho")[0],
                      false,
                      PostTransform::none};
    ProgramBuilder builder(3);
    spec.x = builder.input();
    auto value = add_svm_regressor(builder, "value", spec);
    spec.one_class = one_class;
    auto answer = add_svm_regressor(builder, "answer", spec);
    ASSERT_TRUE(value && answer);
    const auto got = run(builder, {*value, *answer}, c.matrix("x", 3));
    expect_near(got[0], c.at("decision"), 1e-9, c.name);
    expect_near(got[1], c.at("predict"), 1e-9, c.name);
    expect_near(got[1], c.at("onnx"), 1e-4, c.name + " onnx");
  }
}

TEST(LinearMachines, AnswerAsOnnxRuntimeDoes) {
  for (const Case& c : read_cases("linear_cases.txt")) {
    const auto classes = static_cast<std::size_t>(c.at("classes")[0]);
    const PostTransform transform = transform_of(c.texts.at("transform"));
    const math::ConstMatrix coefficients = c.matrix("coefficients", 5);
    ProgramBuilder builder(5);
    auto classifier = add_linear_classifier(builder, "classifier",
                                            {builder.input(), coefficients, c.at("intercepts"), classes, transform});
    auto regressor =
        add_linear_regressor(builder, "regressor", {builder.input(), coefficients, c.at("intercepts"), transform});
    ASSERT_TRUE(classifier && regressor) << c.name;
    const auto got = run(builder, {classifier->label, classifier->scores, *regressor}, c.matrix("x", 5));
    EXPECT_EQ(got[0], c.at("label")) << c.name;
    expect_near(got[1], c.at("scores"), 1e-4, c.name);
    expect_near(got[2], c.at("regressor"), 1e-4, c.name + " regressor");
    if (!c.has("svm_label")) continue;
    SvmClassifier spec;
    spec.x = builder.input();
    spec.coefficients = coefficients;
    spec.rho = c.at("intercepts");
    spec.classes = classes;
    spec.transform = transform;
    auto svm = add_svm_classifier(builder, "svm", spec);
    ASSERT_TRUE(svm) << svm.error().message();
    const auto linear = run(builder, {svm->label, svm->scores}, c.matrix("x", 5));
    EXPECT_EQ(linear[0], c.at("svm_label")) << c.name;
    expect_near(linear[1], c.at("svm_scores"), 1e-4, c.name + " svm");
  }
}

TEST(SvmProbabilities, OfNanAreNan) {
  ProgramBuilder builder(3);
  const std::vector<double> a{-1, -1, -1}, b{0, 0, 0};
  const Register p = must(builder.add("p", SvmProbabilities{builder.input(), 3, a, b}));
  const std::vector<double> x{1, std::nan(""), -1, 1, 1, -1};
  const auto got = run(builder, {p}, {x.data(), 2, 3});
  for (std::size_t i = 0; i < 3; ++i) EXPECT_TRUE(std::isnan(got[0][i]));
  EXPECT_NEAR(got[0][3] + got[0][4] + got[0][5], 1, 1e-12);
}

}  // namespace
}  // namespace pelton::graph
