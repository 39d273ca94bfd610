#include "graph/category_steps.hpp"

#include <algorithm>
#include <utility>

namespace pelton::graph {
namespace {

class TranslateStep final : public Step {
 public:
  TranslateStep(std::span<const double> keys, std::span<const double> values, double otherwise, std::size_t width)
      : index_(keys), values_(values.begin(), values.end()), otherwise_(otherwise), width_(width) {}

  std::size_t width() const noexcept override { return width_; }
  bool runs_in_place() const noexcept override { return true; }
  void run(std::span<const math::ConstMatrix> inputs, math::Matrix out, double*) const noexcept override {
    for (std::size_t r = 0; r < out.rows; ++r) {
      const double* in = inputs[0].row(r);
      double* to = out.row(r);
      for (std::size_t c = 0; c < out.cols; ++c) {
        const std::uint32_t at = index_.find(in[c]);
        to[c] = at == KeyIndex::kNone ? otherwise_ : values_[at];
      }
    }
  }
  std::string describe() const override {
    return "translate " + std::to_string(index_.size()) + " keys over " + std::to_string(width_) +
           (width_ == 1 ? " column" : " columns");
  }
  Cost cost() const noexcept override {
    return {values_.size(), values_.size() * sizeof(double) + index_.bytes(), static_cast<double>(width_)};
  }

 private:
  KeyIndex index_;
  Columns values_;
  double otherwise_;
  std::size_t width_;
};

}  // namespace

OneHotStep::OneHotStep(std::span<const double> keys, std::size_t columns)
    : keys_(keys.begin(), keys.end()), index_(keys), columns_(columns) {}

void OneHotStep::run(std::span<const math::ConstMatrix> inputs, math::Matrix out, double*) const noexcept {
  for (std::size_t r = 0; r < out.rows; ++r) {
    const double* in = inputs[0].row(r);
    double* to = out.row(r);
    std::fill(to, to + out.cols, 0.0);
    for (std::size_t c = 0; c < columns_; ++c) {
      const std::uint32_t at = index_.find(in[c]);
      if (at != KeyIndex::kNone) to[c * keys_.size() + at] = 1;
    }
  }
}

std::string OneHotStep::describe() const { return "one-hot " + widths(columns_, width()); }

CategoryAffineStep::CategoryAffineStep(std::shared_ptr<const math::PackedAffine> numbers, Columns bias,
                                       std::shared_ptr<const std::vector<CategoryTerm>> terms,
                                       const math::Activation& activation)
    : numbers_(std::move(numbers)), bias_(std::move(bias)), terms_(std::move(terms)), activation_(activation) {}

void CategoryAffineStep::run(std::span<const math::ConstMatrix> inputs, math::Matrix out, double*) const noexcept {
  if (numbers_ != nullptr) {
    math::kernels().affine(numbers_->view(), input_of(inputs[0]), out.rows, output_of(out));
  } else {
    for (std::size_t r = 0; r < out.rows; ++r) std::copy(bias_.begin(), bias_.end(), out.row(r));
  }
  for (const CategoryTerm& term : *terms_) {
    const math::ConstMatrix& in = inputs[term.input];
    for (std::size_t r = 0; r < out.rows; ++r) {
      const std::uint32_t at = term.keys.find(in.row(r)[term.column]);
      if (at == KeyIndex::kNone) continue;
      const double* line = term.weights.data() + at * out.cols;
      double* to = out.row(r);
      for (std::size_t o = 0; o < out.cols; ++o) to[o] += line[o];
    }
  }
  if (activation_.op != UnaryOp::identity) {
    math::kernels().unary(activation_, {out.data, out.stride}, out.rows, out.cols, output_of(out));
  }
}

std::string CategoryAffineStep::describe() const {
  std::string text = "affine ";
  if (numbers_ != nullptr) text += std::to_string(numbers_->in()) + "x" + std::to_string(width()) + " + ";
  text += std::to_string(terms_->size()) + (terms_->size() == 1 ? " category" : " categories");
  if (numbers_ == nullptr) text += " -> " + std::to_string(width());
  if (activation_.op != UnaryOp::identity) text.append(" + ").append(to_string(activation_.op));
  return text + ", looked up, " + isa_name();
}

Cost CategoryAffineStep::cost() const noexcept {
  Cost total{bias_.size(), bias_.size() * sizeof(double), 0};
  if (numbers_ != nullptr) {
    const std::size_t parameters = numbers_->in() * numbers_->out();
    total += {parameters, numbers_->bytes(), 2.0 * static_cast<double>(parameters)};
  }
  for (const CategoryTerm& term : *terms_) {
    total +=
        {term.weights.size(), term.weights.size() * sizeof(double) + term.keys.bytes(), static_cast<double>(width())};
  }
  return total;
}

StepPtr CategoryAffineStep::with_activation(const math::Activation& activation) const {
  return std::make_shared<CategoryAffineStep>(numbers_, bias_, terms_, activation);
}

StepPtr make_translate(std::span<const double> keys, std::span<const double> values, double otherwise,
                       std::size_t width) {
  return std::make_shared<TranslateStep>(keys, values, otherwise, width);
}

}  // namespace pelton::graph
