#include <algorithm>
#include <array>

#include "operators/registry.hpp"

/// StringConcat: texts joined one by one, spread over each other as numpy does.
namespace pelton::operators {
namespace {

using tensor::kMaxRank;
using tensor::RowAxis;
using tensor::RunContext;
using tensor::Traced;
using tensor::Value;

/// How far apart neighbours along each axis of `whole` are in a tensor spread over it: 0 where it is spread.
std::array<std::size_t, kMaxRank> strides(const Shape& part, const Shape& whole) {
  std::array<std::size_t, kMaxRank> result{};
  std::size_t stride = 1;
  for (std::size_t back = 1; back <= part.rank(); ++back) {
    const auto dim = static_cast<std::size_t>(part[part.rank() - back]);
    result[whole.rank() - back] = dim == 1 ? 0 : stride;
    stride *= dim;
  }
  return result;
}

class StringConcat final : public Operation {
 public:
  void run(std::span<const Value* const> inputs, std::span<Value* const> outputs, RunContext& context) const override {
    const Tensor& a = inputs[0]->tensor;
    const Tensor& b = inputs[1]->tensor;
    const Shape shape = broadcast(a.shape(), b.shape());
    if (outputs[0] == nullptr) return;
    const std::array<std::size_t, kMaxRank> a_strides = strides(a.shape(), shape);
    const std::array<std::size_t, kMaxRank> b_strides = strides(b.shape(), shape);
    std::array<std::int64_t, kMaxRank> at{};
    std::size_t i = 0;
    std::size_t j = 0;
    for (std::string_view& result : outputs[0]->tensor.reset<std::string_view>(shape)) {
      result = join(a.values<std::string_view>()[i], b.values<std::string_view>()[j], context.texts);
      for (std::size_t axis = shape.rank(); axis-- > 0;) {
        i += a_strides[axis];
        j += b_strides[axis];
        if (++at[axis] < shape[axis]) break;
        i -= a_strides[axis] * static_cast<std::size_t>(at[axis]);
        j -= b_strides[axis] * static_cast<std::size_t>(at[axis]);
        at[axis] = 0;
      }
    }
  }

  RowAxis row_axis(std::span<const Traced> inputs, const Shape& output, std::size_t) const override {
    RowAxis rows = RowAxis::none();
    for (const Traced& input : inputs) {
      if (input.rows.is_none()) continue;
      const RowAxis here = RowAxis::at(input.rows.axis() + output.rank() - input.shape.rank());
      const bool whole = input.shape[input.rows.axis()] == output[here.axis()];
      if (!whole || (rows.is_axis() && rows != here)) return RowAxis::mixed();
      rows = here;
    }
    return rows;
  }

 private:
  static std::string_view join(std::string_view a, std::string_view b, core::TextArena& texts) {
    if (a.empty()) return b;
    if (b.empty()) return a;
    const std::span<char> to = texts.take(a.size() + b.size());
    std::copy(b.begin(), b.end(), std::copy(a.begin(), a.end(), to.begin()));
    return {to.data(), to.size()};
  }
};

std::shared_ptr<const Operation> string_concat(Node& node) {
  if (node.type(0) != DataType::string || node.type(1) != DataType::string) node.malformed("joins other than texts");
  node.gives(DataType::string);
  return std::make_shared<StringConcat>();
}

constexpr std::array kOperators{
    Operator{"", "StringConcat", 20, string_concat},
};

}  // namespace

std::span<const Operator> string_concat_operators() noexcept { return kOperators; }

}  // namespace pelton::operators
