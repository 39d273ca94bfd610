#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "core/text_arena.hpp"
#include "tensor/operation.hpp"
#include "tensor/tensor.hpp"

namespace pelton::tensor {

/// Memory that graphs run in, one a thread: values keep what they have grown to from run to run, so
/// that a graph allocates nothing once warm.
class Workspace {
 public:
  /// The calling thread's own.
  static Workspace& of_this_thread();

  core::TextArena& texts() noexcept { return texts_; }

 private:
  friend class Graph;
  class Lease;
  /// What one run needs; runs nest (a graph inside an operation of another).
  struct Frame {
    std::deque<Value> slots;
    std::vector<const Value*> taken;
    std::vector<Value*> given;
  };

  std::deque<Frame> frames_;
  std::size_t depth_ = 0;
  core::TextArena texts_;
};

/// Operations in an order in which they can be carried out, over numbered values.
///
///     Graph::Builder builder;
///     const std::size_t x = builder.add_input();
///     const std::size_t two = builder.add_constant(Tensor::scalar(2.0));
///     const std::array inputs{x, two};
///     const std::size_t y = builder.add_node("double it", multiply, inputs, 1);
///     const Graph graph = builder.build(std::array{y});
///
/// Immutable: any number of threads may run it. Operations are shared between copies, and between
/// graphs for different outputs of one builder. What the outputs do not need is left out; values whose
/// last reader has run give their memory to later ones.
class Graph {
 public:
  class Builder;
  static constexpr std::size_t kNothing = static_cast<std::size_t>(-1);

  std::size_t inputs() const noexcept { return inputs_; }
  std::size_t outputs() const noexcept { return outputs_.size(); }
  /// Names of the operations, in order.
  std::vector<std::string> node_names() const;
  struct Size {
    std::size_t elements = 0;
    std::size_t bytes = 0;
  };
  /// What the constants that operations read amount to.
  Size constants() const noexcept;

  /// Whether an output always is one of the inputs, unchanged.
  bool passes(std::size_t input, std::size_t output) const;

  /// Fills `outputs` from `inputs` in this thread's workspace. Texts in outputs are good until the next
  /// run on this thread that is not nested in this one. invalid_argument: an operation failed on these
  /// values (its name is told), or they take more steps than `work` (RunContext::work); too_large: memory ran out.
  core::Result<void> run(std::span<const Value* const> inputs, std::span<Value* const> outputs,
                         std::size_t work = RunContext::kMaxWork) const;
  /// The same, nested in an operation's run: throws Failure. Outputs may be null: nobody wants them. Texts live as long
  /// as the outer run's.
  void run_nested(std::span<const Value* const> inputs, std::span<Value* const> outputs, RunContext& context) const;

 private:
  /// Where a value is: an input of the graph, one of its constants, or a slot of the workspace.
  struct Place {
    enum class Kind : std::uint8_t { nothing, input, constant, slot } kind = Kind::nothing;
    std::size_t index = 0;
    friend bool operator==(const Place&, const Place&) = default;
  };
  struct Node {
    std::string name;
    std::shared_ptr<const Operation> operation;
    std::vector<Place> inputs;
    std::vector<Place> outputs;
  };

  std::vector<Node> nodes_;
  std::size_t inputs_ = 0;
  std::vector<std::shared_ptr<const Value>> constants_;
  std::vector<Place> outputs_;
  std::size_t slots_ = 0;
};

/// Values and nodes of a graph under construction. Values are numbered in the order they are added.
class Graph::Builder {
 public:
  std::size_t add_input();
  /// Texts in it must outlive every graph built (keep_text).
  std::size_t add_constant(Tensor tensor);
  std::size_t add_constant(std::shared_ptr<const Value> value);
  /// Adds an operation; inputs are kNothing where left out. Gives the number of the first of its
  /// `outputs`, which are numbered one after another.
  std::size_t add_node(std::string name, std::shared_ptr<const Operation> operation,
                       std::span<const std::size_t> inputs, std::size_t outputs);

  /// The graph for some of the values. It takes all inputs added, in order.
  Graph build(std::span<const std::size_t> outputs) const;

 private:
  struct Definition {
    enum class Kind : std::uint8_t { input, constant, node } kind = Kind::input;
    std::size_t index = 0;   ///< of the input, constant or node
    std::size_t output = 0;  ///< which of the node's outputs
  };
  struct Planned {
    std::string name;
    std::shared_ptr<const Operation> operation;
    std::vector<std::size_t> inputs;
    std::size_t first_output = 0;
    std::size_t outputs = 0;
  };
  static constexpr std::size_t kNever = static_cast<std::size_t>(-1);

  /// By value: the last node that reads it (the number of nodes, where it is an output), or kNever.
  std::vector<std::size_t> last_readers(std::span<const std::size_t> outputs) const;
  bool is_read(const Planned& node, std::span<const std::size_t> last_reader) const;

  std::vector<Definition> values_;
  std::vector<Planned> nodes_;
  std::vector<std::shared_ptr<const Value>> constants_;
  std::size_t inputs_ = 0;
};

}  // namespace pelton::tensor
