#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "core/error.hpp"
#include "core/result.hpp"
#include "operators/refusal.hpp"
#include "tensor/graph.hpp"
#include "tensor/operation.hpp"

namespace pelton::operators {

using tensor::DataType;
using tensor::Operation;
using tensor::Shape;
using tensor::Tensor;

/// What is known of an input when its node is built.
struct Operand {
  bool present = false;
  bool is_sequence = false;
  DataType type = DataType::undefined;  ///< of the tensor, or of the sequence's tensors
  const Tensor* constant = nullptr;     ///< its value, where it is the same whatever is scored
};

/// A graph that is an attribute of a node (the body of a Scan).
///
/// A body may read values of the graphs around it. They are inputs of the compiled graph after its own,
/// and are given to the node's operation after the node's own inputs: those of the body that is compiled
/// first come first.
class Subgraph {
 public:
  virtual ~Subgraph() = default;
  /// How many inputs of its own it has.
  virtual std::size_t inputs() const noexcept = 0;
  struct Compiled {
    std::shared_ptr<const tensor::Graph> graph;
    std::vector<Operand> outputs;
    std::size_t captured = 0;  ///< values of the graphs around it that it reads
  };
  /// The body for inputs of its own like these. Throws Refusal. To be called once at most.
  virtual Compiled compile(std::span<const Operand> inputs) const = 0;
};

using AttributeValue =
    std::variant<std::int64_t, double, std::string, std::vector<std::int64_t>, std::vector<double>,
                 std::vector<std::string>, std::shared_ptr<const Tensor>, std::shared_ptr<const Subgraph>>;

/// Gives the attribute of that name, or nothing; throws Refusal where it cannot be read.
using AttributeReader = std::function<std::optional<AttributeValue>(std::string_view name)>;

/// One node of an ONNX graph on its way to an Operation: what it is given, and what it becomes. Anything
/// missing, of the wrong kind or not carried out is thrown as a Refusal.
class Node {
 public:
  /// `outputs` tells of each output whether anything reads it.
  Node(std::int64_t opset, std::vector<Operand> inputs, std::vector<bool> outputs, AttributeReader attributes)
      : opset_(opset), inputs_(std::move(inputs)), wanted_(std::move(outputs)), attributes_(std::move(attributes)) {}

  /// Version of the node's operator set.
  std::int64_t opset() const noexcept { return opset_; }

  [[noreturn]] void refuse(const std::string& why) const { throw Refusal(core::ErrorCode::unsupported, why); }
  [[noreturn]] void malformed(const std::string& why) const { throw Refusal(core::ErrorCode::malformed, why); }

  std::size_t inputs() const noexcept { return inputs_.size(); }
  bool has_input(std::size_t i) const noexcept { return i < inputs_.size() && inputs_[i].present; }
  /// Input `i`, which must be there.
  const Operand& input(std::size_t i) const;
  /// Element type of input `i`, which must be a tensor.
  DataType type(std::size_t i) const;
  /// The constant that input `i` is, or null where it is none (or not there).
  const Tensor* constant(std::size_t i) const noexcept { return i < inputs_.size() ? inputs_[i].constant : nullptr; }

  std::size_t outputs() const noexcept { return wanted_.size(); }
  bool wants(std::size_t output) const noexcept { return output < wanted_.size() && wanted_[output]; }

  // Attributes. Floats are held as doubles, exactly.
  bool has(std::string_view name) const;
  std::int64_t integer(std::string_view name, std::int64_t otherwise) const;
  double number(std::string_view name, double otherwise) const;
  std::string text(std::string_view name, std::string_view otherwise) const;
  std::vector<std::int64_t> integers(std::string_view name) const;  ///< none: empty
  std::vector<double> numbers(std::string_view name) const;
  std::vector<std::string> texts(std::string_view name) const;
  std::shared_ptr<const Tensor> tensor(std::string_view name) const;  ///< none: null
  std::shared_ptr<const Subgraph> graph(std::string_view name) const;
  /// Says that an attribute is known and has no bearing on the result.
  void ignore(std::string_view name) const { note(name); }
  /// Names of the attributes asked for: a node that has others is refused.
  const std::vector<std::string>& asked() const noexcept { return asked_; }

  /// Says that output `outputs so far` is a tensor of this type. Every output of the node must be told.
  void gives(DataType type) { given_.push_back({true, false, type, nullptr}); }
  void gives_sequence(DataType type) { given_.push_back({true, true, type, nullptr}); }
  void gives(const Operand& output) { given_.push_back({true, output.is_sequence, output.type, nullptr}); }
  const std::vector<Operand>& given() const noexcept { return given_; }

 private:
  template <class T>
  std::optional<T> find(std::string_view name, std::string_view kind) const;
  void note(std::string_view name) const;

  std::int64_t opset_;
  std::vector<Operand> inputs_;
  std::vector<bool> wanted_;
  AttributeReader attributes_;
  mutable std::vector<std::string> asked_;
  std::vector<Operand> given_;
};

/// An operator: what it is called, the first operator-set version whose meaning is carried out, and how
/// a node of it becomes an operation. Versions from there to the newest differ only in ways that `build`
/// looks at.
struct Operator {
  std::string_view domain;  ///< "" for ai.onnx
  std::string_view name;
  std::int64_t since;
  std::shared_ptr<const Operation> (*build)(Node&);
};

}  // namespace pelton::operators
