#include <array>

#include "operators/by_type.hpp"
#include "operators/registry.hpp"
#include "tensor/failure.hpp"

/// Dropout, which drops nothing when a model is scored: the input as it is, and a mask that keeps all.
namespace pelton::operators {
namespace {

using tensor::Failure;
using tensor::RowAxis;
using tensor::RunContext;
using tensor::Traced;
using tensor::Value;

constexpr std::int64_t kNeverTrains = 7;
constexpr std::int64_t kMaskIsBool = 10;
constexpr std::int64_t kModeIsInput = 12;
constexpr const char* kTrains = "drops values at random: it is in training mode";

template <class Mask>
class Dropout final : public Operation {
 public:
  void run(std::span<const Value* const> inputs, std::span<Value* const> outputs, RunContext&) const override {
    if (inputs.size() > 2 && inputs[2] != nullptr) {
      for (const bool trains : inputs[2]->tensor.values<bool>()) {
        if (trains) throw Failure(kTrains);
      }
    }
    const Tensor& x = inputs[0]->tensor;
    if (outputs[0] != nullptr) outputs[0]->assign(*inputs[0]);
    if (outputs.size() < 2 || outputs[1] == nullptr) return;
    for (Mask& kept : outputs[1]->tensor.reset<Mask>(x.shape())) kept = static_cast<Mask>(Computed<Mask>{1});
  }
  RowAxis row_axis(std::span<const Traced> inputs, const Shape&, std::size_t) const override {
    for (const Traced& input : inputs.subspan(1)) {
      if (!input.rows.is_none()) return RowAxis::mixed();
    }
    return inputs[0].rows;
  }
};

std::shared_ptr<const Operation> dropout(Node& node) {
  const DataType type = node.type(0);
  for (const char* name : {"ratio", "seed", "consumed_inputs"}) node.ignore(name);
  if (node.opset() < kNeverTrains && node.integer("is_test", 0) == 0) node.refuse(kTrains);
  if (node.opset() >= kModeIsInput && node.has_input(2)) {
    if (node.type(2) != DataType::boolean) node.malformed("input 2 is not bool");
    const Tensor* mode = node.constant(2);
    if (mode != nullptr && mode->size() > 0 && mode->values<bool>().front()) node.refuse(kTrains);
  }
  node.gives(type);
  const bool mask_is_bool = node.opset() >= kMaskIsBool;
  if (node.outputs() > 1) node.gives(mask_is_bool ? DataType::boolean : type);
  return by_type(node, type, Floats(), [&]<class T>() -> std::shared_ptr<const Operation> {
    if (mask_is_bool) return std::make_shared<Dropout<bool>>();
    return std::make_shared<Dropout<T>>();
  });
}

constexpr std::array kOperators{
    Operator{"", "Dropout", 1, dropout},
};

}  // namespace

std::span<const Operator> dropout_operators() noexcept { return kOperators; }

}  // namespace pelton::operators
