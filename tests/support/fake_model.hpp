#pragma once

#include <algorithm>
#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/text_store.hpp"
#include "model/model.hpp"

namespace pelton::test {

/// A model whose answers are plain to see: predict is `factor` times the sum of the features,
/// decision_function the features themselves. A feature called `color=red|green` is the feature color with
/// categories, one called `title~` the text feature title, which counts as the number of its bytes. `!setosa|1`
/// is no feature: it makes a classifier of these labels (digits are numbers), one a feature, whose probabilities
/// are each feature's share of the sum, and whose label is that of the greatest. Counts how many of it are alive.
class FakeModel final : public model::Model {
 public:
  explicit FakeModel(std::vector<std::string> names, double factor = 1.0) : factor_(factor) {
    for (const std::string& name : names) {
      name.starts_with('!') ? add_classes(name) : schema_.features.push_back(feature_of(name));
    }
    schema_.outputs[static_cast<std::size_t>(model::Method::predict)] = model::OutputSpec{.name = "predict"};
    schema_.outputs[static_cast<std::size_t>(model::Method::decision_function)] =
        model::OutputSpec{.name = "decision_function", .width = schema_.features.size(), .scalar = false};
    if (!schema_.classes.empty()) {
      schema_.outputs[static_cast<std::size_t>(model::Method::predict)]->labelled = true;
      schema_.outputs[static_cast<std::size_t>(model::Method::predict_proba)] =
          model::OutputSpec{.name = "predict_proba", .width = schema_.classes.size(), .scalar = false};
    }
    description_.kind = "fake";
    ++alive();
  }
  ~FakeModel() override { --alive(); }

  const model::Schema& schema() const noexcept override { return schema_; }
  const model::Description& description() const noexcept override { return description_; }
  void score(math::ConstMatrix rows, model::Method method, math::Matrix out, model::Workspace&) const override {
    if (before_score) before_score(rows.rows);
    for (std::size_t r = 0; r < rows.rows; ++r) {
      double sum = 0;
      for (std::size_t c = 0; c < rows.cols; ++c) {
        const bool text = schema_.features[c].is_text();
        const double value = text ? static_cast<double>(core::text_of(rows(r, c)).size()) : rows(r, c);
        sum += value;
        if (method == model::Method::decision_function) out(r, c) = value;
      }
      if (method == model::Method::predict_proba) {
        for (std::size_t c = 0; c < rows.cols; ++c) out(r, c) = rows(r, c) / sum;
      }
      if (method != model::Method::predict) continue;
      const double* const row = rows.row(r);
      out(r, 0) =
          schema_.classes.empty() ? factor_ * sum : static_cast<double>(std::max_element(row, row + rows.cols) - row);
    }
  }

  /// Called before rows are scored, by whoever scores them.
  std::function<void(std::size_t rows)> before_score;

  static std::atomic<int>& alive() {
    static std::atomic<int> count{0};
    return count;
  }

 private:
  void add_classes(const std::string& text) {
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = std::min(text.find('|', at + 1), text.size());
      const std::string label = text.substr(at + 1, end - at - 1);
      if (label.find_first_not_of("0123456789") == std::string::npos) {
        schema_.classes.emplace_back(static_cast<std::int64_t>(std::stoll(label)));
      } else {
        schema_.classes.emplace_back(label);
      }
      at = end;
    }
  }

  static model::Feature feature_of(const std::string& text) {
    if (text.ends_with('~')) {
      return {.name = text.substr(0, text.size() - 1), .type = model::ElementType::string};
    }
    const std::size_t equals = text.find('=');
    model::Feature feature{.name = text.substr(0, equals)};
    std::vector<std::string> categories;
    for (std::size_t at = equals; at < text.size();) {
      const std::size_t end = std::min(text.find('|', at + 1), text.size());
      categories.push_back(text.substr(at + 1, end - at - 1));
      at = end;
    }
    if (!categories.empty()) feature.categories = model::make_categories(std::move(categories), false);
    return feature;
  }

  double factor_;
  model::Schema schema_;
  model::Description description_;
};

}  // namespace pelton::test
