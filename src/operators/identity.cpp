#include <array>

#include "operators/registry.hpp"

/// Operators that give what they are given.
namespace pelton::operators {
namespace {

using tensor::RowAxis;
using tensor::RunContext;
using tensor::Traced;
using tensor::Value;

class Identity final : public Operation {
 public:
  void run(std::span<const Value* const> inputs, std::span<Value* const> outputs, RunContext&) const override {
    if (outputs[0] != nullptr) outputs[0]->assign(*inputs[0]);
  }
  RowAxis row_axis(std::span<const Traced> inputs, const Shape&, std::size_t) const override { return inputs[0].rows; }
};

std::shared_ptr<const Operation> identity(Node& node) {
  if (node.input(0).is_sequence) {
    node.gives_sequence(node.input(0).type);
  } else {
    node.gives(node.type(0));
  }
  return std::make_shared<Identity>();
}

constexpr std::array kOperators{
    Operator{"", "Identity", 1, identity},
};

}  // namespace

std::span<const Operator> identity_operators() noexcept { return kOperators; }

}  // namespace pelton::operators
