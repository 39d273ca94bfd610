#pragma once

#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <span>
#include <vector>

#include "core/text_arena.hpp"
#include "tensor/failure.hpp"
#include "tensor/tensor.hpp"

namespace pelton::tensor {

/// Which dimension of a tensor counts the rows of a request.
///
/// A graph is scored for many callers' rows at once only where every operation is known to keep rows
/// apart: then each value is the same for all rows (`none`), or has one slice a row along some axis,
/// each computed from that row alone and as it would be computed alone, to the bit. Anything else is
/// `mixed`, and a graph that gives it is run row by row.
///
/// What exporters write to reshape a batch asks for a tensor's shape and takes that apart. Such values
/// are `counted`: they depend on how many rows there are and on nothing else, in a way that is known of
/// each element (Count).
class RowAxis {
 public:
  static constexpr RowAxis none() noexcept { return RowAxis(-1); }
  static constexpr RowAxis mixed() noexcept { return RowAxis(-2); }
  static constexpr RowAxis counted() noexcept { return RowAxis(-3); }
  static constexpr RowAxis at(std::size_t axis) noexcept { return RowAxis(static_cast<std::int32_t>(axis)); }

  bool is_none() const noexcept { return axis_ == -1; }
  bool is_mixed() const noexcept { return axis_ == -2; }
  bool is_counted() const noexcept { return axis_ == -3; }
  bool is_axis() const noexcept { return axis_ >= 0; }
  std::size_t axis() const noexcept { return static_cast<std::size_t>(axis_); }
  friend bool operator==(RowAxis, RowAxis) = default;

 private:
  constexpr explicit RowAxis(std::int32_t axis) noexcept : axis_(axis) {}
  std::int32_t axis_;
};

/// An element of a counted tensor: a number, or a number times that of the rows.
struct Count {
  std::int64_t factor = 0;
  bool of_rows = false;

  friend bool operator==(const Count&, const Count&) = default;
};

/// An input or output of an operation while its rows are traced: a shape it had when the graph was
/// tried with some number of rows, and where they are in it. (Of a sequence: shape is empty, and rows
/// at an axis are at that axis of every tensor in it.)
struct Traced {
  Shape shape;
  RowAxis rows = RowAxis::none();
  bool present = true;              ///< false for an optional input that is left out; then its rows are none
  const Tensor* value = nullptr;    ///< what it was when tried, where known: always that, where rows are none
  std::span<const Count> counts{};  ///< where rows are counted: one an element
};

/// What is found out about an output while rows are traced.
struct Trace {
  RowAxis rows = RowAxis::mixed();
  std::vector<Count> counts{};  ///< where rows are counted: one an element
};

/// What an operation may use while it runs.
struct RunContext {
  static constexpr std::int64_t kMaxIterations = std::int64_t{1} << 20;
  /// About half a minute of multiplying: shapes within a tensor's bounds could ask for days.
  static constexpr std::size_t kMaxWork = std::size_t{1} << 36;

  core::TextArena& texts;                    ///< for texts it makes: they live until the graph's run is over
  std::int64_t iterations = kMaxIterations;  ///< how often graphs in operations may still be run
  std::size_t work = kMaxWork;               ///< what may still be done, in steps as short as a multiplication
  /// The values are made up, to learn shapes: an operation that would fail on what they are (not on what
  /// shape they have) gives something of the right shape instead.
  bool made_up = false;

  /// Takes the product of the factors off the work that may be done; throws Failure where that is more
  /// than is left.
  void spend(std::initializer_list<std::size_t> factors);
};

/// One operator with its attributes, over tensors.
///
/// Immutable once made, so any number of threads may run it. Element types of the inputs are those it
/// was made for (asserted by Tensor::values); shapes may be anything and are checked.
class Operation {
 public:
  virtual ~Operation() = default;

  /// Fills the outputs from the inputs: null for an optional input that is left out, and for an output
  /// that nobody wants. Inputs and outputs are apart; an output is a tensor unless it is made a sequence. Throws
  /// Failure where the values make no sense, and std::bad_alloc. Equal inputs give equal bits, on every machine.
  virtual void run(std::span<const Value* const> inputs, std::span<Value* const> outputs,
                   RunContext& context) const = 0;

  /// Whether its one output always is its first input, unchanged.
  virtual bool passes_through() const noexcept { return false; }

  /// Where the rows are in output `i` of a run that had these inputs and gave outputs of these shapes.
  /// Called only where some input has rows and none is mixed or counted.
  virtual RowAxis row_axis(std::span<const Traced> /*inputs*/, const Shape& /*output*/, std::size_t /*i*/) const {
    return RowAxis::mixed();
  }

  /// The same where inputs may be counted, or outputs. Called only where some input has rows or is
  /// counted, and none is mixed. An operation that says nothing of counted inputs mixes them.
  virtual Trace trace(std::span<const Traced> inputs, const Shape& output, std::size_t i) const {
    for (const Traced& input : inputs) {
      if (input.rows.is_counted()) return {};
    }
    return {row_axis(inputs, output, i)};
  }
};

/// Runs an operation, and counts as work what it reads and writes. What it does beyond that, it counts itself.
void run_counted(const Operation& operation, std::span<const Value* const> inputs, std::span<Value* const> outputs,
                 RunContext& context);

}  // namespace pelton::tensor
