#include <array>
#include <string_view>

#include "operators/by_type.hpp"
#include "operators/registry.hpp"

/// NonZero: where the elements are that are not zero.
namespace pelton::operators {
namespace {

using tensor::RunContext;
using tensor::Value;

template <class T>
bool is_zero(const T& value) noexcept {
  if constexpr (std::is_same_v<T, std::string_view>) {
    return value.empty();
  } else {
    return Computed<T>(value) == Computed<T>{0};
  }
}

template <class T>
class NonZero final : public Operation {
 public:
  void run(std::span<const Value* const> inputs, std::span<Value* const> outputs, RunContext&) const override {
    if (outputs[0] == nullptr) return;
    const Tensor& data = inputs[0]->tensor;
    const std::span<const T> values = data.values<T>();
    std::size_t found = 0;
    for (const T& value : values) found += is_zero(value) ? 0 : 1;
    const std::size_t rank = data.rank();
    std::int64_t* coordinate =
        outputs[0]
            ->tensor.reset<std::int64_t>({static_cast<std::int64_t>(rank), static_cast<std::int64_t>(found)})
            .data();
    std::array<std::int64_t, tensor::kMaxRank> at{};
    for (const T& value : values) {
      if (!is_zero(value)) {
        for (std::size_t d = 0; d < rank; ++d) coordinate[d * found] = at[d];
        ++coordinate;
      }
      for (std::size_t d = rank; d-- > 0;) {
        if (++at[d] < data.shape()[d]) break;
        at[d] = 0;
      }
    }
  }
};

std::shared_ptr<const Operation> non_zero(Node& node) {
  node.gives(DataType::int64);
  return by_type(node, node.type(0), Anything(), []<class T>() { return std::make_shared<NonZero<T>>(); });
}

constexpr std::array kOperators{
    Operator{"", "NonZero", 9, non_zero},
};

}  // namespace

std::span<const Operator> non_zero_operators() noexcept { return kOperators; }

}  // namespace pelton::operators
