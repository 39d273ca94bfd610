#include <algorithm>
#include <array>
#include <cstring>

#include "operators/by_type.hpp"
#include "operators/registry.hpp"

/// EyeLike: ones on a diagonal.
namespace pelton::operators {
namespace {

using tensor::Failure;
using tensor::RunContext;
using tensor::Value;

template <class T>
class EyeLike final : public Operation {
 public:
  explicit EyeLike(std::int64_t diagonal) : diagonal_(diagonal) {}

  void run(std::span<const Value* const> inputs, std::span<Value* const> outputs, RunContext&) const override {
    if (outputs[0] == nullptr) return;
    const Shape& shape = inputs[0]->tensor.shape();
    if (shape.rank() != 2) throw Failure("is given shape " + to_string(shape) + ", not a matrix");
    const std::span<T> result = outputs[0]->tensor.template reset<T>(shape);
    const T one = T(Computed<T>{1});
    std::fill(result.begin(), result.end(), T(Computed<T>{0}));
    // Brought back to where there is no diagonal, so that adding a row's number cannot overflow.
    const std::int64_t diagonal = std::clamp(diagonal_, -tensor::kMaxElements, tensor::kMaxElements);
    for (std::int64_t row = 0; row < shape[0]; ++row) {
      const std::int64_t column = row + diagonal;
      if (column >= 0 && column < shape[1]) result[static_cast<std::size_t>(row * shape[1] + column)] = one;
    }
  }

 private:
  std::int64_t diagonal_;
};

std::shared_ptr<const Operation> eye_like(Node& node) {
  DataType type = node.type(0);
  if (node.has("dtype")) {
    const std::int64_t code = node.integer("dtype", 0);
    if (code < 0 || code > static_cast<std::int64_t>(DataType::bfloat16)) node.refuse("makes an unknown element type");
    type = static_cast<DataType>(code);
  }
  node.gives(type);
  const std::int64_t diagonal = node.integer("k", 0);
  using Kinds = Types<float, double, tensor::Float16, tensor::BFloat16, std::int8_t, std::int16_t, std::int32_t,
                      std::int64_t, std::uint8_t, std::uint16_t, std::uint32_t, std::uint64_t, bool>;
  return by_type(node, type, Kinds(), [&]<class T>() { return std::make_shared<EyeLike<T>>(diagonal); });
}

constexpr std::array kOperators{
    Operator{"", "EyeLike", 9, eye_like},
};

}  // namespace

std::span<const Operator> eye_like_operators() noexcept { return kOperators; }

}  // namespace pelton::operators
