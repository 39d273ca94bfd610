#include "graph/link_step.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>

namespace pelton::graph {

namespace {

/// One function of a value at a time.
template <class Function>
void each(math::ConstMatrix in, math::Matrix out, Function function) noexcept {
  for (std::size_t r = 0; r < out.rows; ++r) {
    for (std::size_t c = 0; c < out.cols; ++c) out(r, c) = function(in(r, c));
  }
}

/// Of a float.
template <class Function>
void each_float(math::ConstMatrix in, math::Matrix out, Function function) noexcept {
  each(in, out, [&](double x) { return static_cast<double>(function(static_cast<float>(x))); });
}

/// xgboost/src/common/math.h, Sigmoid and Softmax.
float xgboost_sigmoid(float x) noexcept {
  const float denominator = std::exp(std::min(-x, 88.7F)) + 1.0F + 1e-16F;
  return 1.0F / denominator;
}

void xgboost_softmax(const double* in, double* out, std::size_t n) noexcept {
  float most = static_cast<float>(in[0]);
  for (std::size_t i = 1; i < n; ++i) most = std::max(static_cast<float>(in[i]), most);
  double sum = 0;
  for (std::size_t i = 0; i < n; ++i) {
    const float e = std::exp(static_cast<float>(in[i]) - most);
    sum += static_cast<double>(e);
    out[i] = static_cast<double>(e);
  }
  for (std::size_t i = 0; i < n; ++i) {
    out[i] = static_cast<double>(static_cast<float>(out[i]) / static_cast<float>(sum));
  }
}

/// LightGBM/include/LightGBM/utils/common.h, Softmax.
void lightgbm_softmax(const double* in, double* out, std::size_t n) noexcept {
  const double most = *std::max_element(in, in + n);
  double sum = 0;
  for (std::size_t i = 0; i < n; ++i) {
    out[i] = std::exp(in[i] - most);
    sum += out[i];
  }
  for (std::size_t i = 0; i < n; ++i) out[i] /= sum;
}

/// catboost/libs/model/eval_processing.h, CalcSquaredExponent: a mean and the variance about it.
void catboost_uncertainty(const double* in, double* out, std::size_t) noexcept {
  out[0] = in[0];
  out[1] = std::exp(2 * in[1]);
}

class LinkStep final : public Step {
 public:
  LinkStep(const LinkSpec& spec, std::size_t width) : spec_(spec), in_(width) {}

  std::size_t width() const noexcept override {
    return spec_.link == Link::xgboost_argmax ? 1 : spec_.link == Link::two_classes ? 2 : in_;
  }
  void run(std::span<const math::ConstMatrix> inputs, math::Matrix out, double*) const noexcept override {
    const math::ConstMatrix in = inputs[0];
    const double parameter = spec_.parameter;
    switch (spec_.link) {
      case Link::identity:
        if (spec_.float32) return each_float(in, out, [](float x) { return x; });
        return each(in, out, [](double x) { return x; });
      case Link::xgboost_sigmoid: return each_float(in, out, xgboost_sigmoid);
      case Link::xgboost_softmax: return each_row(in, out, xgboost_softmax);
      case Link::xgboost_exp: return each_float(in, out, [](float x) { return std::exp(x); });
      case Link::xgboost_hinge: return each_float(in, out, [](float x) { return x > 0.0F ? 1.0F : 0.0F; });
      case Link::xgboost_argmax: return argmax(in, out);
      case Link::lightgbm_sigmoid:
        return each(in, out, [parameter](double x) { return 1.0 / (1.0 + std::exp(-parameter * x)); });
      case Link::lightgbm_softmax: return each_row(in, out, lightgbm_softmax);
      case Link::lightgbm_exp: return each(in, out, [](double x) { return std::exp(x); });
      case Link::lightgbm_log1p_exp: return each(in, out, [](double x) { return std::log1p(std::exp(x)); });
      case Link::lightgbm_square: return each(in, out, [](double x) { return std::copysign(x * x, x); });
      case Link::lightgbm_average: return each(in, out, [parameter](double x) { return x / parameter; });
      case Link::above: return each(in, out, [parameter](double x) { return x > parameter ? 1.0 : 0.0; });
      case Link::catboost_uncertainty: return each_row(in, out, catboost_uncertainty);
      case Link::two_classes: return two_classes(in, out);
    }
  }
  std::string describe() const override {
    static constexpr const char* kNames[] = {"identity",
                                             "sigmoid (XGBoost)",
                                             "softmax (XGBoost)",
                                             "exp (XGBoost)",
                                             "hinge (XGBoost)",
                                             "argmax (XGBoost)",
                                             "sigmoid (LightGBM)",
                                             "softmax (LightGBM)",
                                             "exp (LightGBM)",
                                             "log(1 + exp) (LightGBM)",
                                             "signed square (LightGBM)",
                                             "average (LightGBM)",
                                             "above",
                                             "uncertainty (CatBoost)",
                                             "two classes"};
    static_assert(std::size(kNames) == static_cast<std::size_t>(Link::two_classes) + 1);
    return std::string(kNames[static_cast<std::size_t>(spec_.link)]) + " over " + std::to_string(in_) + " columns";
  }
  Cost cost() const noexcept override { return {0, 0, 20.0 * static_cast<double>(in_)}; }

 private:
  template <class Function>
  void each_row(math::ConstMatrix in, math::Matrix out, Function function) const noexcept {
    for (std::size_t r = 0; r < out.rows; ++r) function(in.row(r), out.row(r), in_);
  }
  void argmax(math::ConstMatrix in, math::Matrix out) const noexcept {
    for (std::size_t r = 0; r < out.rows; ++r) {
      out(r, 0) = static_cast<double>(std::max_element(in.row(r), in.row(r) + in_) - in.row(r));
    }
  }
  void two_classes(math::ConstMatrix in, math::Matrix out) const noexcept {
    for (std::size_t r = 0; r < out.rows; ++r) {
      const double p = in(r, 0);
      out(r, 0) = spec_.float32 ? static_cast<double>(1.0F - static_cast<float>(p)) : 1.0 - p;
      out(r, 1) = p;
    }
  }

  LinkSpec spec_;
  std::size_t in_;
};

}  // namespace

std::shared_ptr<const Step> make_link(const LinkSpec& spec, std::size_t width) {
  return std::make_shared<LinkStep>(spec, width);
}

}  // namespace pelton::graph
