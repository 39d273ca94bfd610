#include <array>
#include <cmath>

#include "operators/by_type.hpp"
#include "operators/doubles.hpp"
#include "operators/registry.hpp"
#include "operators/slices.hpp"

/// LpNormalization: elements over the norm of their slice; where that is 0, zeros.
namespace pelton::operators {
namespace {

using tensor::RowAxis;
using tensor::RunContext;
using tensor::Traced;
using tensor::Value;

enum class Norm : std::uint8_t { l1, l2 };

class LpNormalization final : public Operation {
 public:
  LpNormalization(Norm norm, std::int64_t axis) : norm_(norm), axis_(axis) {}

  void run(std::span<const Value* const> inputs, std::span<Value* const> outputs, RunContext&) const override {
    if (outputs[0] == nullptr) return;
    const Tensor& x = inputs[0]->tensor;
    Tensor& y = outputs[0]->tensor;
    const Slices slices(x.shape(), tensor::axis_of(axis_, x.rank()));
    y.reset(x.type(), x.shape());
    slices.each([&](std::size_t first, std::size_t) {
      const double norm = norm_of(x, first, slices);
      by_chunks(slices.length(), [&](std::size_t start, std::size_t count) {
        Chunk values;
        const std::size_t from = first + start * slices.step();
        read_doubles(x, from, slices.step(), count, values.data());
        for (std::size_t i = 0; i < count; ++i) values[i] = norm == 0 ? 0.0 : quotient(values[i], norm);
        write_doubles(y, from, slices.step(), count, values.data());
      });
    });
  }
  RowAxis row_axis(std::span<const Traced> inputs, const Shape&, std::size_t) const override {
    return rows_beside(tensor::axis_of(axis_, inputs[0].shape.rank()), inputs[0]);
  }

 private:
  double norm_of(const Tensor& x, std::size_t first, const Slices& slices) const {
    double total = 0;
    by_chunks(slices.length(), [&](std::size_t start, std::size_t count) {
      Chunk values;
      read_doubles(x, first + start * slices.step(), slices.step(), count, values.data());
      for (std::size_t i = 0; i < count; ++i) {
        total += norm_ == Norm::l1 ? std::abs(values[i]) : values[i] * values[i];
      }
    });
    return norm_ == Norm::l1 ? total : std::sqrt(total);
  }
  static double quotient(double value, double norm) {
    const double share = value / norm;
    return share == share ? share : std::nan("");
  }

  Norm norm_;
  std::int64_t axis_;
};

std::shared_ptr<const Operation> lp_normalization(Node& node) {
  const std::int64_t p = node.integer("p", 2);
  if (p != 1 && p != 2) node.malformed("attribute \"p\" is neither 1 nor 2");
  const std::int64_t axis = node.integer("axis", -1);
  node.gives(node.type(0));
  return by_type(node, node.type(0), Floats(),
                 [&]<class T>() { return std::make_shared<LpNormalization>(p == 1 ? Norm::l1 : Norm::l2, axis); });
}

constexpr std::array kOperators{
    Operator{"", "LpNormalization", 1, lp_normalization},
};

}  // namespace

std::span<const Operator> lp_normalization_operators() noexcept { return kOperators; }

}  // namespace pelton::operators
