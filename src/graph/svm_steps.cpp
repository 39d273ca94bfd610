#include <algorithm>
#include <cmath>
#include <memory>
#include <utility>

#include "graph/float_rbf_step.hpp"
#include "graph/steps.hpp"
#include "math/packed_svm.hpp"

namespace pelton::graph {
namespace {

std::size_t pairs_of(std::size_t classes) { return classes * (classes - 1) / 2; }

class SvmSumsStep final : public Step {
 public:
  explicit SvmSumsStep(const SvmSums& spec)
      : packed_({spec.kernel, spec.gamma, spec.coef0, spec.degree}, spec.vectors, spec.coefficients, spec.group_sizes) {
  }

  std::size_t width() const noexcept override { return packed_.view().groups * packed_.view().sums_per_group; }
  std::size_t scratch_doubles(std::size_t) const noexcept override {
    return math::svm_scratch_doubles(packed_.view().sums_per_group);
  }
  void run(std::span<const math::ConstMatrix> inputs, math::Matrix out, double* scratch) const noexcept override {
    math::kernels().svm_sums(packed_.view(), input_of(inputs[0]), out.rows, output_of(out), scratch);
  }
  std::string describe() const override {
    static constexpr const char* kNames[] = {"linear", "polynomial", "rbf", "sigmoid"};
    return std::string("svm ") + kNames[static_cast<std::size_t>(packed_.view().kernel)] + " sums over " +
           std::to_string(packed_.vectors()) + " vectors of " + std::to_string(packed_.view().features) + ", " +
           isa_name();
  }
  Cost cost() const noexcept override {
    const math::SvmView& view = packed_.view();
    const double per_vector = 3.0 * static_cast<double>(view.features) +
                              (view.kernel == SvmKernel::linear ? 0.0 : 40.0) +
                              2.0 * static_cast<double>(view.sums_per_group);
    return {packed_.vectors() * (view.features + view.sums_per_group), packed_.bytes(),
            per_vector * static_cast<double>(packed_.vectors())};
  }

 private:
  math::PackedSvm packed_;
};

class SvmPairsStep final : public Step {
 public:
  SvmPairsStep(std::size_t classes, Columns intercepts) : classes_(classes), intercepts_(std::move(intercepts)) {}
  std::size_t width() const noexcept override { return intercepts_.size(); }
  void run(std::span<const math::ConstMatrix> inputs, math::Matrix out, double*) const noexcept override {
    const std::size_t m = classes_ - 1;
    for (std::size_t r = 0; r < out.rows; ++r) {
      const double* sums = inputs[0].row(r);
      double* to = out.row(r);
      std::size_t pair = 0;
      for (std::size_t i = 0; i < classes_; ++i) {
        for (std::size_t j = i + 1; j < classes_; ++j, ++pair) {
          to[pair] = sums[i * m + j - 1] + sums[j * m + i] + intercepts_[pair];
        }
      }
    }
  }
  std::string describe() const override { return "svm decision values of " + std::to_string(width()) + " pairs"; }
  Cost cost() const noexcept override {
    return {width(), width() * sizeof(double), 2.0 * static_cast<double>(width())};
  }

 private:
  std::size_t classes_;
  Columns intercepts_;
};

/// Counts the votes of one row's pairs.
void count_votes(const double* pairs, std::size_t classes, double* votes) {
  std::fill_n(votes, classes, 0.0);
  for (std::size_t i = 0; i < classes; ++i) {
    for (std::size_t j = i + 1; j < classes; ++j) votes[*pairs++ > 0 ? i : j] += 1;
  }
}

class SvmVotesStep final : public Step {
 public:
  explicit SvmVotesStep(std::size_t classes) : classes_(classes) {}
  std::size_t width() const noexcept override { return classes_; }
  void run(std::span<const math::ConstMatrix> inputs, math::Matrix out, double*) const noexcept override {
    for (std::size_t r = 0; r < out.rows; ++r) count_votes(inputs[0].row(r), classes_, out.row(r));
  }
  std::string describe() const override { return "svm votes for " + std::to_string(classes_) + " classes"; }
  Cost cost() const noexcept override { return {0, 0, static_cast<double>(pairs_of(classes_))}; }

 private:
  std::size_t classes_;
};

class SvmOneVsRestStep final : public Step {
 public:
  explicit SvmOneVsRestStep(std::size_t classes) : classes_(classes) {}
  std::size_t width() const noexcept override { return classes_; }
  std::size_t scratch_doubles(std::size_t) const noexcept override { return classes_; }
  void run(std::span<const math::ConstMatrix> inputs, math::Matrix out, double* confidence) const noexcept override {
    for (std::size_t r = 0; r < out.rows; ++r) {
      const double* pairs = inputs[0].row(r);
      double* votes = out.row(r);
      count_votes(pairs, classes_, votes);
      std::fill_n(confidence, classes_, 0.0);
      for (std::size_t i = 0; i < classes_; ++i) {
        for (std::size_t j = i + 1; j < classes_; ++j, ++pairs) {
          confidence[i] += *pairs;
          confidence[j] -= *pairs;
        }
      }
      for (std::size_t i = 0; i < classes_; ++i) votes[i] += confidence[i] / (3 * (std::abs(confidence[i]) + 1));
    }
  }
  std::string describe() const override { return "svm one-vs-rest of " + std::to_string(classes_) + " classes"; }
  Cost cost() const noexcept override { return {0, 0, 3.0 * static_cast<double>(pairs_of(classes_))}; }

 private:
  std::size_t classes_;
};

/// Platt's sigmoid a pair, then the second method of Wu, Lin and Weng, "Probability Estimates for
/// Multi-class Classification by Pairwise Coupling" (2004), with libsvm's constants.
class SvmProbabilitiesStep final : public Step {
 public:
  SvmProbabilitiesStep(std::size_t classes, Columns prob_a, Columns prob_b)
      : classes_(classes), prob_a_(std::move(prob_a)), prob_b_(std::move(prob_b)) {}

  std::size_t width() const noexcept override { return classes_; }
  std::size_t scratch_doubles(std::size_t) const noexcept override {
    return 2 * classes_ * classes_ + 2 * classes_ + 16;
  }
  void run(std::span<const math::ConstMatrix> inputs, math::Matrix out, double* scratch) const noexcept override {
    double* shares = scratch;
    double* rest = scratch + (pairs_of(classes_) + 7) / 8 * 8;
    for (std::size_t r = 0; r < out.rows; ++r) {
      platt(inputs[0].row(r), shares);
      couple(shares, rest, rest + classes_ * classes_, out.row(r));
    }
  }
  std::string describe() const override {
    return "svm probabilities of " + std::to_string(classes_) + " classes, " + isa_name();
  }
  Cost cost() const noexcept override {
    const auto k = static_cast<double>(classes_);
    return {2 * prob_a_.size(), 2 * prob_a_.size() * sizeof(double), 30 * k * (k - 1) / 2 + 50 * k * k};
  }

 private:
  /// shares[pair i, j] = the estimate of P(i | i or j), kept off 0 and 1.
  void platt(const double* pairs, double* shares) const noexcept {
    const std::size_t n = prob_a_.size();
    for (std::size_t p = 0; p < n; ++p) shares[p] = -(pairs[p] * prob_a_[p] + prob_b_[p]);
    math::kernels().unary({UnaryOp::sigmoid, 0, 0}, {shares, n}, 1, n, {shares, n});
    for (std::size_t p = 0; p < n; ++p) shares[p] = std::min(std::max(shares[p], 1e-7), 1 - 1e-7);
  }

  void couple(const double* shares, double* q, double* qp, double* p) const noexcept {
    const std::size_t k = classes_;
    fill(shares, q);
    std::fill_n(p, k, 1.0 / static_cast<double>(k));
    const double tolerance = 0.005 / static_cast<double>(k);
    const std::size_t rounds = std::max<std::size_t>(100, k);
    for (std::size_t round = 0; round < rounds; ++round) {
      double pqp = 0;
      for (std::size_t t = 0; t < k; ++t) {
        qp[t] = 0;
        for (std::size_t j = 0; j < k; ++j) qp[t] += q[t * k + j] * p[j];
        pqp += p[t] * qp[t];
      }
      if (pqp != pqp) {  // an input was NaN: so is every answer
        std::fill_n(p, k, pqp);
        return;
      }
      double error = 0;
      for (std::size_t t = 0; t < k; ++t) error = std::max(error, std::abs(qp[t] - pqp));
      if (error < tolerance) break;
      for (std::size_t t = 0; t < k; ++t) {
        const double step = (-qp[t] + pqp) / q[t * k + t];
        p[t] += step;
        pqp = (pqp + step * (step * q[t * k + t] + 2 * qp[t])) / (1 + step) / (1 + step);
        for (std::size_t j = 0; j < k; ++j) {
          qp[j] = (qp[j] + step * q[t * k + j]) / (1 + step);
          p[j] /= 1 + step;
        }
      }
    }
  }

  /// Q of the coupling problem: Q(i,i) = Σ r(j,i)², Q(i,j) = −r(j,i) r(i,j).
  void fill(const double* shares, double* q) const noexcept {
    const std::size_t k = classes_;
    for (std::size_t i = 0; i < k; ++i) q[i * k + i] = 0;
    for (std::size_t i = 0; i < k; ++i) {
      for (std::size_t j = i + 1; j < k; ++j) {
        const double won = *shares++;
        const double lost = 1 - won;
        q[i * k + i] += lost * lost;
        q[j * k + j] += won * won;
        q[i * k + j] = q[j * k + i] = -lost * won;
      }
    }
  }

  std::size_t classes_;
  Columns prob_a_;
  Columns prob_b_;
};

}  // namespace

StepPtr make_svm_sums(const SvmSums& spec) {
  const std::size_t all[] = {spec.vectors.rows};
  SvmSums grouped = spec;
  if (grouped.group_sizes.empty()) grouped.group_sizes = all;
  auto exact = std::make_shared<SvmSumsStep>(grouped);
  if (spec.float32 && spec.kernel == SvmKernel::rbf) {
    if (StepPtr floats = make_float_rbf(grouped, *exact)) return floats;
  }
  return exact;
}
StepPtr make_svm_pairs(std::size_t classes, Columns intercepts) {
  return std::make_shared<SvmPairsStep>(classes, std::move(intercepts));
}
StepPtr make_svm_votes(std::size_t classes) { return std::make_shared<SvmVotesStep>(classes); }
StepPtr make_svm_one_vs_rest(std::size_t classes) { return std::make_shared<SvmOneVsRestStep>(classes); }
StepPtr make_svm_probabilities(std::size_t classes, Columns prob_a, Columns prob_b) {
  return std::make_shared<SvmProbabilitiesStep>(classes, std::move(prob_a), std::move(prob_b));
}

}  // namespace pelton::graph
