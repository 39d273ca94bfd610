#pragma once

#include <atomic>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "model/model.hpp"

namespace pelton::test {

/// A model whose answers are plain to see: predict is `factor` times the sum of the features,
/// decision_function the features themselves. Counts how many of it are alive.
class FakeModel final : public model::Model {
 public:
  explicit FakeModel(std::vector<std::string> names, double factor = 1.0) : factor_(factor) {
    for (std::string& name : names) schema_.features.push_back({.name = std::move(name)});
    schema_.outputs[static_cast<std::size_t>(model::Method::predict)] = model::OutputSpec{.name = "predict"};
    schema_.outputs[static_cast<std::size_t>(model::Method::decision_function)] =
        model::OutputSpec{.name = "decision_function", .width = schema_.features.size(), .scalar = false};
    description_.kind = "fake";
    ++alive();
  }
  ~FakeModel() override { --alive(); }

  const model::Schema& schema() const noexcept override { return schema_; }
  const model::Description& description() const noexcept override { return description_; }
  void score(math::ConstMatrix rows, model::Method method, math::Matrix out, model::Workspace&) const override {
    for (std::size_t r = 0; r < rows.rows; ++r) {
      double sum = 0;
      for (std::size_t c = 0; c < rows.cols; ++c) {
        sum += rows(r, c);
        if (method == model::Method::decision_function) out(r, c) = rows(r, c);
      }
      if (method == model::Method::predict) out(r, 0) = factor_ * sum;
    }
  }

  static std::atomic<int>& alive() {
    static std::atomic<int> count{0};
    return count;
  }

 private:
  double factor_;
  model::Schema schema_;
  model::Description description_;
};

}  // namespace pelton::test
