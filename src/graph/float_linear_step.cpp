#include "graph/float_linear_step.hpp"

#include <cassert>
#include <cmath>
#include <string>
#include <utility>

namespace pelton::graph {

namespace {

class FloatLinearStep final : public Step {
 public:
  FloatLinearStep(std::vector<float> weights, std::vector<float> start, std::size_t features)
      : weights_(std::move(weights)), start_(std::move(start)), features_(features) {
    assert(weights_.size() == features_ * start_.size());
  }

  std::size_t width() const noexcept override { return start_.size(); }

  void run(std::span<const math::ConstMatrix> inputs, math::Matrix out, double*) const noexcept override {
    for (std::size_t r = 0; r < out.rows; ++r) {
      for (std::size_t k = 0; k < start_.size(); ++k) out(r, k) = static_cast<double>(sum(inputs[0].row(r), k));
    }
  }

  std::string describe() const override {
    return "float linear " + std::to_string(features_) + "x" + std::to_string(start_.size()) +
           ", summed in the order of the features";
  }
  Cost cost() const noexcept override {
    const std::size_t numbers = weights_.size() + start_.size();
    return {numbers, numbers * sizeof(float), 2.0 * static_cast<double>(weights_.size())};
  }

 private:
  float sum(const double* row, std::size_t output) const noexcept {
    float sum = start_[output];
    for (std::size_t i = 0; i < features_; ++i) {
      const auto x = static_cast<float>(row[i]);
      if (!std::isnan(x)) sum += x * weights_[i * start_.size() + output];
    }
    return sum;
  }

  std::vector<float> weights_;
  std::vector<float> start_;
  std::size_t features_;
};

}  // namespace

std::shared_ptr<const Step> make_float_linear(std::vector<float> weights, std::vector<float> start,
                                              std::size_t features) {
  return std::make_shared<FloatLinearStep>(std::move(weights), std::move(start), features);
}

}  // namespace pelton::graph
