#include <array>

#include "operators/by_type.hpp"
#include "operators/registry.hpp"

/// Imputer: another value, one for all or one a column, for each element that is missing.
namespace pelton::operators {
namespace {

using tensor::Failure;
using tensor::RowAxis;
using tensor::RunContext;
using tensor::Traced;
using tensor::Value;

template <class T>
class Imputer final : public Operation {
 public:
  Imputer(T missing, std::vector<T> values) : missing_(missing), values_(std::move(values)) {}

  void run(std::span<const Value* const> inputs, std::span<Value* const> outputs, RunContext&) const override {
    const Tensor& x = inputs[0]->tensor;
    if (x.rank() == 0) throw Failure("imputes a scalar");
    const auto width = static_cast<std::size_t>(x.shape().back());
    if (values_.size() != 1 && values_.size() != width) {
      throw Failure("has " + std::to_string(values_.size()) + " values for " + std::to_string(width) + " columns");
    }
    if (outputs[0] == nullptr) return;
    outputs[0]->assign(*inputs[0]);
    const std::span<T> y = outputs[0]->tensor.values<T>();
    const std::size_t step = values_.size() == 1 ? 0 : 1;
    for (std::size_t line = 0; line < y.size(); line += width) {
      for (std::size_t c = 0; c < width; ++c) {
        T& element = y[line + c];
        if (is_missing(element)) element = values_[c * step];
      }
    }
  }

  RowAxis row_axis(std::span<const Traced> inputs, const Shape&, std::size_t) const override {
    const Traced& x = inputs[0];
    return values_.size() == 1 || x.rows.axis() + 1 < x.shape.rank() ? x.rows : RowAxis::mixed();
  }

 private:
  bool is_missing(T element) const {
    return element == missing_ || (element != element && missing_ != missing_);  // every NaN is the same
  }

  T missing_;
  std::vector<T> values_;
};

std::shared_ptr<const Operation> of_floats(Node& node) {
  const std::vector<double> values = node.numbers("imputed_value_floats");
  const double missing = node.number("replaced_value_float", 0);
  node.ignore("imputed_value_int64s");
  node.ignore("replaced_value_int64");
  if (values.empty()) node.malformed("has no \"imputed_value_floats\"");
  return by_type(node, node.type(0), Types<float, double>(), [&]<class T>() {
    std::vector<T> typed;
    for (const double value : values) typed.push_back(static_cast<T>(value));
    return std::make_shared<Imputer<T>>(static_cast<T>(missing), std::move(typed));
  });
}

std::shared_ptr<const Operation> of_integers(Node& node) {
  const std::vector<std::int64_t> values = node.integers("imputed_value_int64s");
  const std::int64_t missing = node.integer("replaced_value_int64", 0);
  node.ignore("imputed_value_floats");
  node.ignore("replaced_value_float");
  if (values.empty()) node.malformed("has no \"imputed_value_int64s\"");
  return by_type(node, node.type(0), Types<std::int64_t, std::int32_t>(), [&]<class T>() {
    const auto typed = [&](std::int64_t value) {
      if (!std::in_range<T>(value))
        node.malformed("has the value " + std::to_string(value) + ", which its type does not hold");
      return static_cast<T>(value);
    };
    std::vector<T> all;
    for (const std::int64_t value : values) all.push_back(typed(value));
    return std::make_shared<Imputer<T>>(typed(missing), std::move(all));
  });
}

std::shared_ptr<const Operation> imputer(Node& node) {
  node.gives(node.type(0));
  return tensor::is_floating(node.type(0)) ? of_floats(node) : of_integers(node);
}

constexpr std::array kOperators{
    Operator{kMlDomain, "Imputer", 1, imputer},
};

}  // namespace

std::span<const Operator> imputer_operators() noexcept { return kOperators; }

}  // namespace pelton::operators
