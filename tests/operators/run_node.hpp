#pragma once

#include <array>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "operators/node.hpp"
#include "operators/registry.hpp"

namespace pelton::operators {

/// One node as a test asks for it:
///
///     const Tensor y = run_node("Clip", {.opset = 13}, inputs(x, low, high));
struct NodeCase {
  std::int64_t opset = 21;
  std::string_view domain = "";
  std::map<std::string, AttributeValue, std::less<>> attributes = {};
  std::size_t outputs = 1;
  bool constants = false;  ///< the inputs are known when the node is built
};

/// A null where an optional input is left out.
using Inputs = std::vector<const Tensor*>;

/// The outputs of one node; their texts are kept in `texts`. Throws Refusal from building it and Failure
/// from running it.
inline std::vector<Tensor> run_node_outputs(std::string_view name, const NodeCase& test, const Inputs& inputs,
                                            core::TextArena& texts) {
  const Operator* op = find_operator(test.domain, name);
  if (op == nullptr) throw Refusal(core::ErrorCode::unsupported, "no operator " + std::string(name));
  std::vector<Operand> operands;
  std::vector<tensor::Value> values(inputs.size());
  std::vector<const tensor::Value*> taken;
  for (std::size_t i = 0; i < inputs.size(); ++i) {
    Operand& operand = operands.emplace_back();
    taken.push_back(inputs[i] == nullptr ? nullptr : &values[i]);
    if (inputs[i] == nullptr) continue;
    values[i].tensor.assign(*inputs[i]);
    operand.present = true;
    operand.type = inputs[i]->type();
    operand.constant = test.constants ? inputs[i] : nullptr;
  }
  const auto read = [&](std::string_view attribute) -> std::optional<AttributeValue> {
    const auto found = test.attributes.find(attribute);
    return found == test.attributes.end() ? std::nullopt : std::optional(found->second);
  };
  Node node(test.opset, std::move(operands), std::vector<bool>(test.outputs, true), read);
  const std::shared_ptr<const Operation> operation = op->build(node);
  std::vector<tensor::Value> results(test.outputs);
  std::vector<tensor::Value*> given;
  for (tensor::Value& result : results) given.push_back(&result);
  tensor::RunContext context{texts};
  operation->run(taken, given, context);
  std::vector<Tensor> outputs;
  for (std::size_t i = 0; i < results.size(); ++i) {
    if (node.given().at(i).type != results[i].tensor.type() && !results[i].is_sequence) {
      throw std::logic_error("output " + std::to_string(i) + " is of another type than the node said");
    }
    Tensor& output = outputs.emplace_back(std::move(results[i].tensor));
    if (output.type() != DataType::string) continue;
    for (std::string_view& text : output.values<std::string_view>())
      text = texts.keep(text);  // the operation's own end with it
  }
  return outputs;
}

/// The first output of one node; its texts last as long as the program.
inline Tensor run_node(std::string_view name, const NodeCase& test, const Inputs& inputs) {
  static core::TextArena texts;
  return std::move(run_node_outputs(name, test, inputs, texts).front());
}

/// The same where it does, in order.
inline std::vector<std::string> run_texts(std::string_view name, const NodeCase& test, const Inputs& inputs) {
  core::TextArena texts;
  const Tensor output = std::move(run_node_outputs(name, test, inputs, texts).front());
  const std::span<const std::string_view> views = output.values<std::string_view>();
  return {views.begin(), views.end()};
}

/// A tensor from a list of values.
template <class T>
Tensor make_tensor(const Shape& shape, std::initializer_list<T> values) {
  return Tensor::of<T>(shape, std::span<const T>(values.begin(), values.size()));
}

template <class T>
std::vector<T> list(const Tensor& tensor) {
  const std::span<const T> values = tensor.values<T>();
  return {values.begin(), values.end()};
}

}  // namespace pelton::operators
