#include <algorithm>
#include <array>

#include "operators/integers.hpp"
#include "operators/registry.hpp"
#include "operators/sequences.hpp"

/// Lists of tensors and their elements: SequenceConstruct, SequenceEmpty, SequenceAt, SequenceInsert,
/// SequenceErase, SequenceLength.
namespace pelton::operators {
namespace {

using tensor::Failure;
using tensor::RowAxis;
using tensor::RunContext;
using tensor::Traced;
using tensor::Value;

/// Rows of a list of tensors: those of all of them alike.
RowAxis common_rows(std::span<const Traced> inputs) {
  const RowAxis rows = inputs[0].rows;
  const bool agree = std::all_of(inputs.begin(), inputs.end(), [&](const Traced& x) { return x.rows == rows; });
  return agree ? rows : RowAxis::mixed();
}

/// The position that an optional input holds.
std::int64_t position(std::span<const Value* const> inputs, std::size_t i, std::int64_t otherwise, std::int64_t size) {
  const bool given = i < inputs.size() && inputs[i] != nullptr;
  return index_of(given ? only_integer(inputs[i]->tensor, "the position") : otherwise, size);
}

class SequenceConstruct final : public Operation {
 public:
  void run(std::span<const Value* const> inputs, std::span<Value* const> outputs, RunContext&) const override {
    if (outputs[0] == nullptr) return;
    const std::span<Tensor> parts = become_sequence(*outputs[0], inputs.size());
    for (std::size_t i = 0; i < parts.size(); ++i) parts[i].assign(inputs[i]->tensor);
  }
  RowAxis row_axis(std::span<const Traced> inputs, const Shape&, std::size_t) const override {
    return common_rows(inputs);
  }
};

class SequenceAt final : public Operation {
 public:
  void run(std::span<const Value* const> inputs, std::span<Value* const> outputs, RunContext&) const override {
    if (outputs[0] == nullptr) return;
    const std::span<const Tensor> parts = parts_of(*inputs[0]);
    const std::int64_t at = position(inputs, 1, 0, static_cast<std::int64_t>(parts.size()));
    outputs[0]->tensor.assign(parts[static_cast<std::size_t>(at)]);
  }
  RowAxis row_axis(std::span<const Traced> inputs, const Shape&, std::size_t) const override {
    return inputs[1].rows.is_none() ? inputs[0].rows : RowAxis::mixed();
  }
};

class SequenceInsert final : public Operation {
 public:
  void run(std::span<const Value* const> inputs, std::span<Value* const> outputs, RunContext&) const override {
    if (outputs[0] == nullptr) return;
    const std::span<const Tensor> old = parts_of(*inputs[0]);
    const auto end = static_cast<std::int64_t>(old.size());
    const bool given = inputs.size() > 2 && inputs[2] != nullptr;
    std::int64_t at = given ? only_integer(inputs[2]->tensor, "the position") : end;
    if (at != end) at = index_of(at, end);
    const auto place = static_cast<std::size_t>(at);
    const std::span<Tensor> parts = become_sequence(*outputs[0], old.size() + 1);
    for (std::size_t i = 0; i < parts.size(); ++i) {
      parts[i].assign(i == place ? inputs[1]->tensor : old[i < place ? i : i - 1]);
    }
  }
  RowAxis row_axis(std::span<const Traced> inputs, const Shape&, std::size_t) const override {
    if (inputs.size() > 2 && !inputs[2].rows.is_none()) return RowAxis::mixed();
    return common_rows(inputs.first(2));
  }
};

class SequenceErase final : public Operation {
 public:
  void run(std::span<const Value* const> inputs, std::span<Value* const> outputs, RunContext&) const override {
    if (outputs[0] == nullptr) return;
    const std::span<const Tensor> old = parts_of(*inputs[0]);
    const auto at = static_cast<std::size_t>(position(inputs, 1, -1, static_cast<std::int64_t>(old.size())));
    const std::span<Tensor> parts = become_sequence(*outputs[0], old.size() - 1);
    for (std::size_t i = 0; i < parts.size(); ++i) parts[i].assign(old[i < at ? i : i + 1]);
  }
  RowAxis row_axis(std::span<const Traced> inputs, const Shape&, std::size_t) const override {
    const bool moves = inputs.size() > 1 && !inputs[1].rows.is_none();
    return moves ? RowAxis::mixed() : inputs[0].rows;
  }
};

class SequenceLength final : public Operation {
 public:
  void run(std::span<const Value* const> inputs, std::span<Value* const> outputs, RunContext&) const override {
    if (outputs[0] == nullptr) return;
    outputs[0]->tensor.reset<std::int64_t>({})[0] = static_cast<std::int64_t>(inputs[0]->length);
  }
  /// A sequence whose tensors have rows holds as many tensors whatever the number of rows.
  RowAxis row_axis(std::span<const Traced>, const Shape&, std::size_t) const override { return RowAxis::none(); }
};

class SequenceEmpty final : public Operation {
 public:
  void run(std::span<const Value* const>, std::span<Value* const> outputs, RunContext&) const override {
    if (outputs[0] != nullptr) become_sequence(*outputs[0], 0);
  }
};

std::shared_ptr<const Operation> sequence_construct(Node& node) {
  for (std::size_t i = 0; i < node.inputs(); ++i) {
    if (node.type(i) != node.type(0)) node.malformed("has inputs of different types");
  }
  node.gives_sequence(node.type(0));
  return std::make_shared<SequenceConstruct>();
}

std::shared_ptr<const Operation> sequence_empty(Node& node) {
  const std::int64_t type = node.integer("dtype", static_cast<std::int64_t>(DataType::float32));
  if (type < 0 || type > static_cast<std::int64_t>(DataType::bfloat16) ||
      element_bytes(static_cast<DataType>(type)) == 0) {
    node.refuse("holds an unknown element type");
  }
  node.gives_sequence(static_cast<DataType>(type));
  return std::make_shared<SequenceEmpty>();
}

std::shared_ptr<const Operation> sequence_at(Node& node) {
  node.gives(sequence_type(node, 0));
  check_index_type(node, 1);
  return std::make_shared<SequenceAt>();
}

std::shared_ptr<const Operation> sequence_insert(Node& node) {
  node.gives_sequence(sequence_type(node, 0));
  if (node.type(1) != sequence_type(node, 0)) node.malformed("inserts another type than the sequence holds");
  if (node.has_input(2)) check_index_type(node, 2);
  return std::make_shared<SequenceInsert>();
}

std::shared_ptr<const Operation> sequence_erase(Node& node) {
  node.gives_sequence(sequence_type(node, 0));
  if (node.has_input(1)) check_index_type(node, 1);
  return std::make_shared<SequenceErase>();
}

std::shared_ptr<const Operation> sequence_length(Node& node) {
  sequence_type(node, 0);
  node.gives(DataType::int64);
  return std::make_shared<SequenceLength>();
}

constexpr std::array kOperators{
    Operator{"", "SequenceAt", 11, sequence_at},         Operator{"", "SequenceConstruct", 11, sequence_construct},
    Operator{"", "SequenceEmpty", 11, sequence_empty},   Operator{"", "SequenceErase", 11, sequence_erase},
    Operator{"", "SequenceInsert", 11, sequence_insert}, Operator{"", "SequenceLength", 11, sequence_length},
};

}  // namespace

std::span<const Operator> sequence_operators() noexcept { return kOperators; }

}  // namespace pelton::operators
