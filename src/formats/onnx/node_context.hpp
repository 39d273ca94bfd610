#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/error.hpp"
#include "formats/onnx/proto.hpp"
#include "formats/onnx/value.hpp"
#include "formats/options.hpp"
#include "graph/program_builder.hpp"
#include "operators/refusal.hpp"

namespace pelton::formats::onnx {

using operators::Refusal;

/// One node while its operator is compiled: inputs, attributes, the program under construction, and
/// room for the outputs. Anything that is missing or of the wrong kind is thrown as a Refusal.
class NodeContext {
 public:
  /// `inputs` has one entry an input, null where an optional one is left out.
  NodeContext(const NodeProto& node, std::int64_t opset, std::vector<const Value*> inputs,
              graph::ProgramBuilder& builder, const Limits& limits);

  const NodeProto& node() const noexcept { return node_; }
  /// Version of the node's operator set.
  std::int64_t opset() const noexcept { return opset_; }
  const Limits& limits() const noexcept { return limits_; }

  [[noreturn]] void refuse(const std::string& why) const { throw Refusal(core::ErrorCode::unsupported, why); }
  [[noreturn]] void malformed(const std::string& why) const { throw Refusal(core::ErrorCode::malformed, why); }

  // Inputs.
  std::size_t inputs() const noexcept { return inputs_.size(); }
  bool has_input(std::size_t i) const noexcept { return i < inputs_.size() && inputs_[i] != nullptr; }
  const Value& input(std::size_t i) const;
  bool is_constant(std::size_t i) const { return std::holds_alternative<ConstantValue>(input(i)); }
  bool is_rows(std::size_t i) const { return std::holds_alternative<Rows>(input(i)); }
  bool is_words(std::size_t i) const { return std::holds_alternative<Words>(input(i)); }
  bool is_stacked(std::size_t i) const { return std::holds_alternative<Stacked>(input(i)); }
  bool is_labels(std::size_t i) const { return std::holds_alternative<Labels>(input(i)); }
  const Words& words(std::size_t i) const;
  /// A tensor of numbers with a line a row.
  const Rows& rows(std::size_t i) const;
  /// The same, [rows, width].
  const Rows& matrix(std::size_t i) const;
  /// The same, of float or double.
  const Rows& floating_matrix(std::size_t i) const;
  Tensor constant(std::size_t i) const;
  std::vector<std::int64_t> constant_integers(std::size_t i) const;
  /// The one number of a constant scalar or [1].
  double constant_number(std::size_t i) const;

  // Attributes. Those that an operator never asked for are refused after it is done.
  bool has(std::string_view name) const { return find(name) != nullptr; }
  std::int64_t integer(std::string_view name, std::int64_t otherwise) const;
  double number(std::string_view name, double otherwise) const;
  std::string_view text(std::string_view name, std::string_view otherwise) const;
  std::vector<std::int64_t> integers(std::string_view name) const;
  std::vector<double> numbers(std::string_view name) const;
  std::vector<std::string> texts(std::string_view name) const;
  /// The same, as views into the file.
  std::span<const std::string_view> text_views(std::string_view name) const;
  std::optional<Tensor> tensor(std::string_view name) const;
  /// The initializer that the only reader of the node's first output, an Add, adds to it; or null.
  const TensorProto* added_next() const noexcept { return added_next_; }
  void set_added_next(const TensorProto* constant) noexcept { added_next_ = constant; }

  /// Name of an attribute that was not asked for, if there is one.
  std::optional<std::string_view> unread_attribute() const;

  // What the node becomes.
  template <class Spec>
  graph::Register add(const Spec& spec) {
    return take(builder_.add(plan_name_, spec));
  }
  template <class T>
  T take(core::Result<T> result) const {
    if (!result) throw Refusal(result.error().code(), result.error().message());
    return std::move(*result);
  }
  graph::ProgramBuilder& builder() noexcept { return builder_; }
  /// The node's name, or its operator where it has none: what a plan calls its steps.
  std::string_view plan_name() const noexcept { return plan_name_; }

  /// Says that something is done here about a missing value (NaN) in these columns of the request.
  void fills_missing(const std::vector<std::size_t>& features) { filled_ = features; }
  const std::vector<std::size_t>& filled() const noexcept { return filled_; }

  /// Says that the graph fails on other values than these (ascending, whole) in a column of the request,
  /// of whose values only the whole parts count.
  void allows_only(std::size_t feature, std::vector<double> values) {
    allowed_.emplace_back(feature, std::move(values));
  }
  const std::vector<std::pair<std::size_t, std::vector<double>>>& allowed() const noexcept { return allowed_; }

  void give(Value value) { outputs_.push_back(std::move(value)); }
  /// Gives a constant.
  void give(Tensor tensor);
  std::vector<Value>& outputs() noexcept { return outputs_; }

 private:
  const AttributeProto* find(std::string_view name) const;
  const AttributeProto* find(std::string_view name, AttributeType type) const;

  const NodeProto& node_;
  std::int64_t opset_;
  std::vector<const Value*> inputs_;
  graph::ProgramBuilder& builder_;
  const Limits& limits_;
  std::string plan_name_;
  std::vector<Value> outputs_;
  std::vector<std::size_t> filled_;
  std::vector<std::pair<std::size_t, std::vector<double>>> allowed_;
  const TensorProto* added_next_ = nullptr;
  mutable std::vector<bool> read_;  ///< attributes asked for
};

/// An operator: what it is called, the first operator-set version whose meaning is carried out, and
/// how. Versions between it and the newest differ only in ways that `build` looks at.
struct Operator {
  std::string_view domain;
  std::string_view name;
  std::int64_t since;
  void (*build)(NodeContext&);
};

}  // namespace pelton::formats::onnx
