#pragma once

#include <memory>
#include <vector>

#include "graph/key_index.hpp"
#include "graph/steps.hpp"
#include "math/packed_affine.hpp"

namespace pelton::graph {

/// Columns of ones and zeros, `keys` of them for each column of the input.
class OneHotStep final : public Step {
 public:
  OneHotStep(std::span<const double> keys, std::size_t columns);

  std::size_t width() const noexcept override { return columns_ * keys_.size(); }
  void run(std::span<const math::ConstMatrix> inputs, math::Matrix out, double* scratch) const noexcept override;
  std::string describe() const override;
  Cost cost() const noexcept override { return {0, index_.bytes(), static_cast<double>(width())}; }

  const Columns& keys() const noexcept { return keys_; }

 private:
  Columns keys_;
  KeyIndex index_;
  std::size_t columns_;
};

/// A category's share in the sums of an affine step: the line of weights that belongs to its key, or
/// nothing where it has none.
struct CategoryTerm {
  std::size_t input = 0;  ///< which of the step's inputs, and the column there
  std::size_t column = 0;
  KeyIndex keys;
  std::vector<double> weights;  ///< [keys, out]
};

/// x · W + b + Σ of the categories' lines, with an activation: what an affine step gives for numbers
/// beside one-hot columns, without the columns.
class CategoryAffineStep final : public Step {
 public:
  /// `numbers` are the weights of inputs[0], with the bias; where there are no numbers (null), `bias`
  /// is where the sums start. Terms are added in their order.
  CategoryAffineStep(std::shared_ptr<const math::PackedAffine> numbers, Columns bias,
                     std::shared_ptr<const std::vector<CategoryTerm>> terms, const math::Activation& activation);

  std::size_t width() const noexcept override { return bias_.size(); }
  void run(std::span<const math::ConstMatrix> inputs, math::Matrix out, double* scratch) const noexcept override;
  std::string describe() const override;
  Cost cost() const noexcept override;

  const math::Activation& activation() const noexcept { return activation_; }
  StepPtr with_activation(const math::Activation& activation) const;

 private:
  std::shared_ptr<const math::PackedAffine> numbers_;
  Columns bias_;
  std::shared_ptr<const std::vector<CategoryTerm>> terms_;
  math::Activation activation_;
};

StepPtr make_translate(std::span<const double> keys, std::span<const double> values, double otherwise,
                       std::size_t width);

}  // namespace pelton::graph
