#include <array>

#include "math/kernels.hpp"
#include "operators/by_type.hpp"
#include "operators/convert.hpp"
#include "operators/doubles.hpp"
#include "operators/extremes.hpp"
#include "operators/registry.hpp"
#include "operators/slices.hpp"

/// Softmax, LogSoftmax and Hardmax. From version 13 on of the operator set along one axis; before it
/// over all dimensions from the axis on, taken for one.
namespace pelton::operators {
namespace {

using math::UnaryOp;
using tensor::RowAxis;
using tensor::RunContext;
using tensor::Traced;
using tensor::Value;

/// Which elements belong together.
class Grouping {
 public:
  explicit Grouping(const Node& node) {
    constexpr std::int64_t kAlongOneAxis = 13;
    flattens_ = node.opset() < kAlongOneAxis;
    axis_ = node.integer("axis", flattens_ ? 1 : -1);
  }
  Slices of(const Shape& shape) const {
    const std::size_t axis = tensor::axis_of(axis_, shape.rank());
    if (!flattens_) return Slices(shape, axis);
    return Slices(shape.elements_between(0, axis), shape.elements_between(axis, shape.rank()), 1);
  }
  RowAxis rows(const Traced& input) const {
    const std::size_t axis = tensor::axis_of(axis_, input.shape.rank());
    if (!flattens_) return rows_beside(axis, input);
    return input.rows.is_axis() && input.rows.axis() >= axis ? RowAxis::mixed() : input.rows;
  }

 private:
  bool flattens_;
  std::int64_t axis_;
};

/// One slice of a tensor, turned into shares of its sum of exponentials (or their logarithms) in double.
class Exponentials {
 public:
  Exponentials(const Tensor& x, std::size_t first, std::size_t length, std::size_t step)
      : x_(x), first_(first), length_(length), step_(step) {
    by_chunks(length_, [&](std::size_t start, std::size_t count) {
      read(start, count);
      for (std::size_t i = 0; i < count; ++i) most_ = Larger()(most_, values_[i]);
    });
    by_chunks(length_, [&](std::size_t start, std::size_t count) {
      raise(start, count);
      for (std::size_t i = 0; i < count; ++i) total_ += values_[i];
    });
  }

  void shares(Tensor& y) {
    by_chunks(length_, [&](std::size_t start, std::size_t count) {
      if (length_ > kChunk) raise(start, count);
      for (std::size_t i = 0; i < count; ++i) values_[i] = values_[i] / total_;
      write(y, start, count);
    });
  }
  void logarithms(Tensor& y) {
    double log_total = 0;
    math::kernels().unary({UnaryOp::log}, {&total_, 1}, 1, 1, {&log_total, 1});
    by_chunks(length_, [&](std::size_t start, std::size_t count) {
      read(start, count);
      for (std::size_t i = 0; i < count; ++i) values_[i] = values_[i] - most_ - log_total;
      write(y, start, count);
    });
  }

 private:
  void read(std::size_t start, std::size_t count) {
    read_doubles(x_, first_ + start * step_, step_, count, values_.data());
  }
  /// e^(x − most); where all are −∞ or one is ∞, NaN.
  void raise(std::size_t start, std::size_t count) {
    read(start, count);
    for (std::size_t i = 0; i < count; ++i) values_[i] -= most_;
    math::kernels().unary({UnaryOp::exp}, {values_.data(), count}, 1, count, {values_.data(), count});
  }
  void write(Tensor& y, std::size_t start, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      if (values_[i] != values_[i]) values_[i] = std::numeric_limits<double>::quiet_NaN();
    }
    write_doubles(y, first_ + start * step_, step_, count, values_.data());
  }

  const Tensor& x_;
  std::size_t first_;
  std::size_t length_;
  std::size_t step_;
  double most_ = -std::numeric_limits<double>::infinity();
  double total_ = 0;
  Chunk values_;
};

template <bool kLog>
class Softmax final : public Operation {
 public:
  explicit Softmax(Grouping grouping) : grouping_(grouping) {}

  void run(std::span<const Value* const> inputs, std::span<Value* const> outputs, RunContext&) const override {
    if (outputs[0] == nullptr) return;
    const Tensor& x = inputs[0]->tensor;
    Tensor& y = outputs[0]->tensor;
    const Slices slices = grouping_.of(x.shape());
    y.reset(x.type(), x.shape());
    slices.each([&](std::size_t first, std::size_t) {
      Exponentials exponentials(x, first, slices.length(), slices.step());
      if constexpr (kLog)
        exponentials.logarithms(y);
      else
        exponentials.shares(y);
    });
  }
  RowAxis row_axis(std::span<const Traced> inputs, const Shape&, std::size_t) const override {
    return grouping_.rows(inputs[0]);
  }

 private:
  Grouping grouping_;
};

/// 1 for the first of the largest, 0 for the rest.
template <class T>
class Hardmax final : public Operation {
 public:
  explicit Hardmax(Grouping grouping) : grouping_(grouping) {}

  void run(std::span<const Value* const> inputs, std::span<Value* const> outputs, RunContext&) const override {
    if (outputs[0] == nullptr) return;
    const Tensor& data = inputs[0]->tensor;
    const Slices slices = grouping_.of(data.shape());
    const T* const x = data.values<T>().data();
    const std::span<T> y = outputs[0]->tensor.reset<T>(data.shape());
    std::fill(y.begin(), y.end(), static_cast<T>(0.0F));
    if (slices.length() == 0) return;
    slices.each([&](std::size_t first, std::size_t) {
      const std::size_t found = foremost<IsAbove>(x + first, slices.length(), slices.step(), false);
      y[first + found * slices.step()] = static_cast<T>(1.0F);
    });
  }
  RowAxis row_axis(std::span<const Traced> inputs, const Shape&, std::size_t) const override {
    return grouping_.rows(inputs[0]);
  }

 private:
  Grouping grouping_;
};

template <bool kLog>
std::shared_ptr<const Operation> softmax(Node& node) {
  const Grouping grouping(node);
  node.gives(node.type(0));
  return by_type(node, node.type(0), Floats(), [&]<class T>() { return std::make_shared<Softmax<kLog>>(grouping); });
}

std::shared_ptr<const Operation> hardmax(Node& node) {
  const Grouping grouping(node);
  node.gives(node.type(0));
  return by_type(node, node.type(0), Floats(), [&]<class T>() { return std::make_shared<Hardmax<T>>(grouping); });
}

constexpr std::array kOperators{
    Operator{"", "Hardmax", 1, hardmax},
    Operator{"", "LogSoftmax", 1, softmax<true>},
    Operator{"", "Softmax", 1, softmax<false>},
};

}  // namespace

std::span<const Operator> softmax_operators() noexcept { return kOperators; }

}  // namespace pelton::operators
