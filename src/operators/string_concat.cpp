#include <algorithm>
#include <array>

#include "operators/broadcast.hpp"
#include "operators/registry.hpp"

/// StringConcat: texts joined one by one, spread over each other as numpy does.
namespace pelton::operators {
namespace {

using tensor::RowAxis;
using tensor::RunContext;
using tensor::Traced;
using tensor::Value;

class StringConcat final : public Operation {
 public:
  void run(std::span<const Value* const> inputs, std::span<Value* const> outputs, RunContext& context) const override {
    const Tensor& a = inputs[0]->tensor;
    const Tensor& b = inputs[1]->tensor;
    const Broadcast<2> spread({a.shape(), b.shape()});
    if (outputs[0] == nullptr) return;
    zip(spread, a.values<std::string_view>().data(), b.values<std::string_view>().data(),
        outputs[0]->tensor.reset<std::string_view>(spread.shape()).data(),
        [&](std::string_view before, std::string_view after) { return join(before, after, context.texts); });
  }

  RowAxis row_axis(std::span<const Traced> inputs, const Shape& output, std::size_t) const override {
    return rows_of_broadcast(inputs, output);
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
