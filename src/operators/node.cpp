#include "operators/node.hpp"

#include <algorithm>

namespace pelton::operators {

const Operand& Node::input(std::size_t i) const {
  if (!has_input(i)) malformed("lacks input " + std::to_string(i));
  return inputs_[i];
}

DataType Node::type(std::size_t i) const {
  const Operand& operand = input(i);
  if (operand.is_sequence) malformed("input " + std::to_string(i) + " is a sequence, not a tensor");
  return operand.type;
}

void Node::note(std::string_view name) const {
  if (std::find(asked_.begin(), asked_.end(), name) == asked_.end()) asked_.emplace_back(name);
}

template <class T>
std::optional<T> Node::find(std::string_view name, std::string_view kind) const {
  note(name);
  std::optional<AttributeValue> value = attributes_(name);
  if (!value) return std::nullopt;
  T* const held = std::get_if<T>(&*value);
  if (held == nullptr) malformed("attribute \"" + std::string(name) + "\" is not " + std::string(kind));
  return std::move(*held);
}

bool Node::has(std::string_view name) const {
  note(name);
  return attributes_(name).has_value();
}

std::int64_t Node::integer(std::string_view name, std::int64_t otherwise) const {
  return find<std::int64_t>(name, "an integer").value_or(otherwise);
}
double Node::number(std::string_view name, double otherwise) const {
  return find<double>(name, "a number").value_or(otherwise);
}
std::string Node::text(std::string_view name, std::string_view otherwise) const {
  return find<std::string>(name, "a text").value_or(std::string(otherwise));
}
std::vector<std::int64_t> Node::integers(std::string_view name) const {
  return find<std::vector<std::int64_t>>(name, "a list of integers").value_or(std::vector<std::int64_t>());
}
std::vector<double> Node::numbers(std::string_view name) const {
  return find<std::vector<double>>(name, "a list of numbers").value_or(std::vector<double>());
}
std::vector<std::string> Node::texts(std::string_view name) const {
  return find<std::vector<std::string>>(name, "a list of texts").value_or(std::vector<std::string>());
}
std::shared_ptr<const Tensor> Node::tensor(std::string_view name) const {
  return find<std::shared_ptr<const Tensor>>(name, "a tensor").value_or(nullptr);
}
std::shared_ptr<const Subgraph> Node::graph(std::string_view name) const {
  return find<std::shared_ptr<const Subgraph>>(name, "a graph").value_or(nullptr);
}

}  // namespace pelton::operators
