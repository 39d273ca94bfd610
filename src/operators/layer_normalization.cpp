#include <array>
#include <cmath>

#include "operators/doubles.hpp"
#include "operators/matrix_product.hpp"
#include "operators/moments.hpp"
#include "operators/registry.hpp"
#include "operators/walk.hpp"

/// LayerNormalization and RMSNormalization: over the last dimensions, then scaled and moved. Everything is
/// calculated in doubles and rounded once, where the specification's first stage is in floats.
namespace pelton::operators {
namespace {

using tensor::Failure;
using tensor::RowAxis;
using tensor::RunContext;
using tensor::Traced;
using tensor::Value;

struct Parameters {
  std::int64_t axis = -1;
  double epsilon = 0;
  DataType type{};  ///< of the output
  bool subtracts_mean = true;
};

/// Where element i of a tensor finds its own scale, when a smaller tensor is spread over it.
Walk spread_over(const Shape& small, const Shape& large) {
  if (small.rank() > large.rank() || broadcast(small, large) != large) {
    throw Failure("a scale or term of shape " + to_string(small) + " does not fit " + to_string(large));
  }
  Walk walk;
  const std::size_t lead = large.rank() - small.rank();
  for (std::size_t d = 0; d < large.rank(); ++d) {
    const bool moves = d >= lead && small[d - lead] != 1;
    walk.add(static_cast<std::size_t>(large[d]),
             moves ? small.elements_between(d - lead + 1, small.rank()) : std::size_t{0});
  }
  return walk;
}

/// Whether a parameter, laid over x from the right, has x's rows or is the same for all of them.
bool fits_rows(const Traced& parameter, const Traced& x) {
  if (!parameter.present) return true;
  const std::size_t lead = x.shape.rank() - parameter.shape.rank();
  if (x.rows.axis() < lead) return parameter.rows.is_none();
  const std::size_t own = x.rows.axis() - lead;
  return parameter.rows.is_axis() ? parameter.rows == RowAxis::at(own) : parameter.shape[own] == 1;
}

class LayerNormalization final : public Operation {
 public:
  explicit LayerNormalization(const Parameters& parameters) : parameters_(parameters) {}

  void run(std::span<const Value* const> inputs, std::span<Value* const> outputs, RunContext&) const override {
    const Tensor& x = inputs[0]->tensor;
    const std::size_t axis = tensor::axis_of(parameters_.axis, x.rank());
    const std::size_t lines = x.shape().elements_between(0, axis);
    const std::size_t length = x.shape().elements_between(axis, x.rank());
    Shape of_statistics = x.shape();
    for (std::size_t d = axis; d < x.rank(); ++d) of_statistics = of_statistics.with(d, 1);

    Tensor* const y = reset(outputs, 0, parameters_.type, x.shape());
    Tensor* const means = reset(outputs, 1, DataType::float32, of_statistics);
    Tensor* const inverses = reset(outputs, 2, DataType::float32, of_statistics);
    const Tensor* const term = inputs.size() > 2 && inputs[2] != nullptr ? &inputs[2]->tensor : nullptr;
    ProductMemory& memory = ProductMemory::of_this_thread();
    read_all(inputs[1]->tensor, memory.right);
    if (term != nullptr) read_all(*term, memory.sums);
    Walk scale_at = spread_over(inputs[1]->tensor.shape(), x.shape());
    Walk term_at = term == nullptr ? Walk() : spread_over(term->shape(), x.shape());
    memory.left.resize_uninitialized(length);
    double* const line = memory.left.data();
    for (std::size_t i = 0; i < lines; ++i) {
      read_doubles(x, i * length, 1, length, line);
      const Moments moments = standardize(line, length);
      const double inverse = 1 / std::sqrt(moments.variance + parameters_.epsilon);
      if (means != nullptr) means->values<float>()[i] = static_cast<float>(moments.mean);
      if (inverses != nullptr) inverses->values<float>()[i] = static_cast<float>(inverse);
      if (y == nullptr) continue;
      for (std::size_t j = 0; j < length; ++j, scale_at.next()) {
        line[j] = line[j] * inverse * memory.right[scale_at.offset()];
      }
      for (std::size_t j = 0; term != nullptr && j < length; ++j, term_at.next()) {
        line[j] += memory.sums[term_at.offset()];
      }
      write_doubles(*y, i * length, 1, length, line);
    }
    memory.trim();
  }

  RowAxis row_axis(std::span<const Traced> inputs, const Shape&, std::size_t) const override {
    const Traced& x = inputs[0];
    if (!x.rows.is_axis() || x.rows.axis() >= tensor::axis_of(parameters_.axis, x.shape.rank())) {
      return RowAxis::mixed();
    }
    for (std::size_t i = 1; i < inputs.size(); ++i) {
      if (!fits_rows(inputs[i], x)) return RowAxis::mixed();
    }
    return x.rows;
  }

 private:
  static Tensor* reset(std::span<Value* const> outputs, std::size_t i, DataType type, const Shape& shape) {
    if (i >= outputs.size() || outputs[i] == nullptr) return nullptr;
    outputs[i]->tensor.reset(type, shape);
    return &outputs[i]->tensor;
  }
  static void read_all(const Tensor& tensor, core::AlignedBuffer<double>& to) {
    to.resize_uninitialized(tensor.size());
    read_doubles(tensor, 0, 1, tensor.size(), to.data());
  }

  /// Takes the mean from a line, where that is part of it. The variance is around what was taken.
  Moments standardize(double* line, std::size_t length) const {
    if (parameters_.subtracts_mean) return center(line, length);
    return {0, reduced(math::ReduceOp::sum_squares, line, length) / static_cast<double>(length)};
  }

  Parameters parameters_;
};

Parameters read_parameters(const Node& node, std::size_t inputs) {
  for (std::size_t i = 0; i < inputs; ++i) {
    if ((i < 2 || node.has_input(i)) && !is_any_float(node.type(i))) {
      node.refuse("works on other types than " + std::string(to_string(node.type(i))));
    }
  }
  const std::int64_t stage = node.integer("stash_type", 1);
  if (stage != static_cast<std::int64_t>(DataType::float32)) {
    node.refuse("has a first stage of type " + std::to_string(stage));
  }
  return {.axis = node.integer("axis", -1), .epsilon = node.number("epsilon", static_cast<double>(1e-5F))};
}

std::shared_ptr<const Operation> layer_normalization(Node& node) {
  Parameters parameters = read_parameters(node, 3);
  parameters.type = node.type(0);
  node.gives(parameters.type);
  for (std::size_t i = 1; i < node.outputs(); ++i) node.gives(DataType::float32);
  return std::make_shared<LayerNormalization>(parameters);
}

std::shared_ptr<const Operation> rms_normalization(Node& node) {
  Parameters parameters = read_parameters(node, 2);
  parameters.type = node.type(1);
  parameters.subtracts_mean = false;
  node.gives(parameters.type);
  return std::make_shared<LayerNormalization>(parameters);
}

constexpr std::array kOperators{
    Operator{"", "LayerNormalization", 17, layer_normalization},
    Operator{"", "RMSNormalization", 23, rms_normalization},
};

}  // namespace

std::span<const Operator> layer_normalization_operators() noexcept { return kOperators; }

}  // namespace pelton::operators
