#include <array>

#include "math/kernels.hpp"
#include "operators/doubles.hpp"
#include "operators/elementwise.hpp"
#include "operators/registry.hpp"
#include "tensor/failure.hpp"

/// Pow. A result has the base's type, whatever the exponent's.
namespace pelton::operators {
namespace {

using tensor::RowAxis;
using tensor::RunContext;
using tensor::Traced;
using tensor::Value;

using Integers = Types<std::int8_t, std::int16_t, std::int32_t, std::int64_t, std::uint8_t, std::uint16_t,
                       std::uint32_t, std::uint64_t>;

/// Integers to the power of integers: exact, wrapping around; fractions go toward zero.
struct WholePower {
  template <std::integral T, std::integral E>
  T operator()(T base, E exponent) const {
    if constexpr (std::is_signed_v<E>) {
      if (exponent < 0) return of_negative(base, exponent % 2 != 0);
    }
    std::uint64_t result = 1;
    std::uint64_t factor = wrapping(base);
    for (std::uint64_t rest = wrapping(exponent); rest != 0; rest >>= 1) {
      if ((rest & 1) != 0) result *= factor;
      factor *= factor;
    }
    return static_cast<T>(result);
  }

 private:
  template <class T>
  static T of_negative(T base, bool odd) {
    if (base == 0) throw tensor::Failure("zero as an integer to a negative power");
    if (base == 1) return 1;
    if (base == -1) return odd ? T{-1} : T{1};
    return 0;
  }
};

/// Anything else, calculated in double.
class Power final : public Operation {
 public:
  Power(DataType type, Placement placement) : type_(type), placement_(placement) {}

  void run(std::span<const Value* const> inputs, std::span<Value* const> outputs, RunContext&) const override {
    if (outputs[0] == nullptr) return;
    const Tensor& base = inputs[0]->tensor;
    const Tensor& exponent = inputs[1]->tensor;
    Tensor& result = outputs[0]->tensor;
    const Broadcast<2> spread({base.shape(), placement_.second(base.shape(), exponent.shape())});
    result.reset(type_, spread.shape());
    spread.runs([&](std::size_t out, const std::array<std::size_t, 2>& from, std::size_t run) {
      by_chunks(run, [&](std::size_t first, std::size_t count) {
        Chunk x, y, z;
        read_doubles(base, from[0] + first * spread.step(0), spread.step(0), count, x.data());
        read_doubles(exponent, from[1] + first * spread.step(1), spread.step(1), count, y.data());
        math::kernels().binary(math::BinaryOp::pow, {x.data(), count, 1}, {y.data(), count, 1}, 1, count,
                               {z.data(), count});
        write_doubles(result, out + first, 1, count, z.data());
      });
    });
  }
  RowAxis row_axis(std::span<const Traced> inputs, const Shape& output, std::size_t) const override {
    return placement_.rows(inputs, output);
  }

 private:
  DataType type_;
  Placement placement_;
};

std::shared_ptr<const Operation> whole_power(const Node& node, Placement placement) {
  return by_type(node, node.type(0), Types<std::int32_t, std::int64_t>(), [&]<class T>() {
    return by_type(node, node.type(1), Integers(),
                   [&]<class E>() { return std::make_shared<Pairwise<T, E, T, WholePower>>(placement); });
  });
}

bool is_whole(DataType type) {
  return type != DataType::float32 && type != DataType::float64 && type != DataType::float16 &&
         type != DataType::bfloat16;
}

std::shared_ptr<const Operation> pow(Node& node) {
  const DataType type = node.type(0);
  const Placement placement(node);
  node.gives(type);
  if (is_whole(type) && is_whole(node.type(1))) return whole_power(node, placement);
  const auto in_double = [&]<class T>() { return std::make_shared<Power>(type, placement); };
  using Bases = Types<float, double, tensor::Float16, tensor::BFloat16, std::int32_t, std::int64_t>;
  by_type(node, node.type(1), Numbers(), in_double);
  return by_type(node, type, Bases(), in_double);
}

constexpr std::array kOperators{
    Operator{"", "Pow", 1, pow},
};

}  // namespace

std::span<const Operator> power_operators() noexcept { return kOperators; }

}  // namespace pelton::operators
