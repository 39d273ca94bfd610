#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

#include "operators/pieces.hpp"
#include "operators/registry.hpp"

/// Scan: a graph run over a sequence, slice by slice, with values that it carries along.
namespace pelton::operators {
namespace {

using tensor::Failure;
using tensor::RowAxis;
using tensor::RunContext;
using tensor::Traced;
using tensor::Value;

/// What is always the same of a node. Lists are as long as there are scanned inputs, or outputs.
struct Settings {
  std::shared_ptr<const tensor::Graph> body;
  std::vector<DataType> types;  ///< of the body's outputs
  std::size_t states = 0;
  std::vector<std::int64_t> input_axes;
  std::vector<std::int64_t> output_axes;
  std::vector<bool> input_backward;
  std::vector<bool> output_backward;

  std::size_t scanned() const noexcept { return input_axes.size(); }
  std::size_t built() const noexcept { return output_axes.size(); }
};

/// Slices of a tensor along an axis, in one direction.
void take_slice(const Tensor& from, std::size_t axis, std::int64_t at, Tensor& slice) {
  cut(from, axis, at, 1, slice);
  slice.assign(slice, slice.shape().erased(axis));
}

/// Runs of a body over one sequence.
class Sequence {
 public:
  explicit Sequence(const Settings& settings)
      : settings_(settings),
        slices_(settings.scanned()),
        states_{std::vector<Value>(settings.states), std::vector<Value>(settings.states)},
        elements_(settings.built()) {
    for (std::size_t s = 0; s < settings.states; ++s) kept_.push_back(settings.body->passes(s, s));
  }

  /// `slice(i, t, tensor)` gives what is scanned at step t; `put(k, t, tensor)` takes what comes of it.
  /// `state` are the values carried along, first to last.
  template <class Slice, class Put>
  void run(std::int64_t length, std::vector<const Value*>& state, const Slice& slice, const Put& put,
           RunContext& context) {
    for (std::int64_t t = 0; t < length; ++t) {
      if (context.iterations-- <= 0) {
        throw Failure("runs its body more than " + std::to_string(RunContext::kMaxIterations) + " times");
      }
      std::vector<Value>& next = states_[static_cast<std::size_t>(t % 2)];
      inputs_.assign(state.begin(), state.end());
      outputs_.clear();
      for (std::size_t i = 0; i < slices_.size(); ++i) {
        slice(i, t, slices_[i].tensor);
        inputs_.push_back(&slices_[i]);
      }
      // What the body only hands on is not copied.
      for (std::size_t s = 0; s < next.size(); ++s) outputs_.push_back(kept_[s] ? nullptr : &next[s]);
      for (Value& element : elements_) outputs_.push_back(&element);
      settings_.body->run_nested(inputs_, outputs_, context);
      for (std::size_t s = 0; s < next.size(); ++s) {
        if (!kept_[s]) state[s] = &tensor_only(next[s]);
      }
      for (std::size_t k = 0; k < elements_.size(); ++k) put(k, t, tensor_only(elements_[k]).tensor);
    }
  }

 private:
  static const Value& tensor_only(const Value& value) {
    if (value.is_sequence) throw Failure("has a body that gives a sequence");
    return value;
  }

  const Settings& settings_;
  std::vector<Value> slices_;
  std::array<std::vector<Value>, 2> states_;
  std::vector<Value> elements_;
  std::vector<bool> kept_;
  std::vector<const Value*> inputs_;
  std::vector<Value*> outputs_;
};

/// Puts one element of a scanned output where it belongs; the first tells the output's shape.
void put_element(const Tensor& element, std::size_t axis, std::int64_t at, std::int64_t length, bool first,
                 Tensor& result) {
  if (first) {
    result.reset(element.type(), element.shape().inserted(axis, length));
  } else if (!(element.shape() == result.shape().erased(axis))) {
    throw Failure("gives elements of different shapes: " + to_string(result.shape().erased(axis)) + " and " +
                  to_string(element.shape()));
  }
  paste(element, axis, static_cast<std::size_t>(at), result);
}

/// Version 9 and on.
class Scan final : public Operation {
 public:
  explicit Scan(Settings settings) : settings_(std::move(settings)) {}

  void run(std::span<const Value* const> inputs, std::span<Value* const> outputs, RunContext& context) const override {
    const std::span<const Value* const> scanned = inputs.subspan(settings_.states);
    const std::int64_t length = length_of(scanned);
    if (length == 0 && settings_.built() > 0) throw Failure("scans nothing, which gives no shape of its outputs");
    std::vector<const Value*> state(inputs.begin(), inputs.begin() + static_cast<std::ptrdiff_t>(settings_.states));
    const auto slice = [&](std::size_t i, std::int64_t t, Tensor& to) {
      const Tensor& from = scanned[i]->tensor;
      const std::int64_t at = settings_.input_backward[i] ? length - 1 - t : t;
      take_slice(from, tensor::axis_of(settings_.input_axes[i], from.rank()), at, to);
    };
    const auto put = [&](std::size_t k, std::int64_t t, const Tensor& element) {
      Value* const output = outputs[settings_.states + k];
      if (output == nullptr) return;
      const std::int64_t at = settings_.output_backward[k] ? length - 1 - t : t;
      const std::size_t axis = tensor::axis_of(settings_.output_axes[k], element.rank() + 1);
      put_element(element, axis, at, length, t == 0, output->tensor);
    };
    Sequence sequence(settings_);
    sequence.run(length, state, slice, put, context);
    for (std::size_t s = 0; s < state.size(); ++s) {
      if (outputs[s] != nullptr) outputs[s]->assign(*state[s]);
    }
  }

  /// Rows that are scanned stay apart where the body carries nothing from one to the next but what is the
  /// same for all, and the outputs are built in the order of the inputs.
  RowAxis row_axis(std::span<const Traced> inputs, const Shape& output, std::size_t i) const override {
    const bool backward = settings_.input_backward[0];
    for (std::size_t s = 0; s < settings_.states; ++s) {
      if (!inputs[s].rows.is_none() || !settings_.body->passes(s, s)) return RowAxis::mixed();
    }
    for (std::size_t m = 0; m < settings_.scanned(); ++m) {
      const Traced& input = inputs[settings_.states + m];
      const std::size_t axis = tensor::axis_of(settings_.input_axes[m], input.shape.rank());
      if (input.rows != RowAxis::at(axis) || settings_.input_backward[m] != backward) return RowAxis::mixed();
    }
    if (i < settings_.states) return RowAxis::none();
    const std::size_t k = i - settings_.states;
    if (settings_.output_backward[k] != backward) return RowAxis::mixed();
    return RowAxis::at(tensor::axis_of(settings_.output_axes[k], output.rank()));
  }

 private:
  std::int64_t length_of(std::span<const Value* const> scanned) const {
    std::int64_t length = -1;
    for (std::size_t i = 0; i < scanned.size(); ++i) {
      const Shape& shape = scanned[i]->tensor.shape();
      const std::int64_t dim = shape[tensor::axis_of(settings_.input_axes[i], shape.rank())];
      if (length >= 0 && dim != length) {
        throw Failure("scans " + std::to_string(length) + " and " + std::to_string(dim) + " slices at once");
      }
      length = dim;
    }
    return length;
  }

  Settings settings_;
};

/// Version 8: over each entry of a batch (dimension 0) by itself, along dimension 1, as far as input 0 says.
class BatchScan final : public Operation {
 public:
  explicit BatchScan(Settings settings) : settings_(std::move(settings)) {}

  void run(std::span<const Value* const> inputs, std::span<Value* const> outputs, RunContext& context) const override {
    const std::span<const Value* const> states = inputs.subspan(1, settings_.states);
    const std::span<const Value* const> scanned = inputs.subspan(1 + settings_.states);
    const Extent extent = extent_of(states, scanned);
    const std::int64_t batch = extent.batch, length = extent.length;
    if (batch == 0 || length == 0) throw Failure("scans nothing, which gives no shape of its outputs");
    std::vector<Value> first(settings_.states);
    std::vector<Value> whole(settings_.scanned());
    Tensor built;
    Sequence sequence(settings_);
    for (std::int64_t b = 0; b < batch; ++b) {
      std::vector<const Value*> state;
      for (std::size_t s = 0; s < first.size(); ++s) {
        take_slice(states[s]->tensor, 0, b, first[s].tensor);
        state.push_back(&first[s]);
      }
      for (std::size_t i = 0; i < whole.size(); ++i) take_slice(scanned[i]->tensor, 0, b, whole[i].tensor);
      const std::int64_t steps = steps_of(inputs[0], b, batch, length);
      const auto slice = [&](std::size_t i, std::int64_t t, Tensor& to) {
        take_slice(whole[i].tensor, 0, settings_.input_backward[i] ? steps - 1 - t : t, to);
      };
      const auto put = [&](std::size_t k, std::int64_t t, const Tensor& element) {
        Value* const output = outputs[settings_.states + k];
        if (output == nullptr) return;
        put_in_batch(element, b, t, batch, length, output->tensor);
      };
      sequence.run(steps, state, slice, put, context);
      for (std::size_t s = 0; s < state.size(); ++s) {
        if (outputs[s] == nullptr) continue;
        put_element(state[s]->tensor, 0, b, batch, b == 0, outputs[s]->tensor);
      }
    }
  }

  /// Each entry of the batch is scanned by itself.
  RowAxis row_axis(std::span<const Traced> inputs, const Shape&, std::size_t) const override {
    const bool apart = std::all_of(inputs.begin(), inputs.end(),
                                   [](const Traced& x) { return !x.present || x.rows == RowAxis::at(0); });
    return apart ? RowAxis::at(0) : RowAxis::mixed();
  }

 private:
  struct Extent {
    std::int64_t batch;
    std::int64_t length;  ///< of the sequences
  };
  static Extent extent_of(std::span<const Value* const> states, std::span<const Value* const> scanned) {
    const Shape& shape = scanned[0]->tensor.shape();
    if (shape.rank() < 2) throw Failure("scans shape " + to_string(shape) + ", not a batch of sequences");
    for (const Value* const input : scanned) {
      const Shape& other = input->tensor.shape();
      if (other.rank() < 2 || !(other.part(0, 2) == shape.part(0, 2))) {
        throw Failure("scans shapes " + to_string(shape) + " and " + to_string(other) + " at once");
      }
    }
    for (const Value* const state : states) {
      const Shape& other = state->tensor.shape();
      if (other.rank() < 1 || other[0] != shape[0]) {
        throw Failure("scans shape " + to_string(shape) + " with a state of shape " + to_string(other));
      }
    }
    return {shape[0], shape[1]};
  }

  static std::int64_t steps_of(const Value* lengths, std::int64_t b, std::int64_t batch, std::int64_t longest) {
    if (lengths == nullptr) return longest;
    const std::span<const std::int64_t> values = lengths->tensor.values<std::int64_t>();
    if (values.size() != static_cast<std::size_t>(batch)) throw Failure("has other lengths than sequences");
    const std::int64_t steps = values[static_cast<std::size_t>(b)];
    if (steps < 1 || steps > longest) {
      throw Failure("scans " + std::to_string(steps) + " of " + std::to_string(longest) + " slices");
    }
    return steps;
  }

  /// What is beyond the end of a sequence is zero.
  static void put_in_batch(const Tensor& element, std::int64_t b, std::int64_t t, std::int64_t batch,
                           std::int64_t length, Tensor& result) {
    const Shape shape = element.shape().inserted(0, length).inserted(0, batch);
    if (b == 0 && t == 0) {
      result.reset(element.type(), shape);
      if (result.bytes() != 0) std::memset(result.data(), 0, result.bytes());
    }
    if (!(result.shape() == shape)) throw Failure("gives elements of different shapes");
    if (element.bytes() == 0) return;
    std::memcpy(result.data() + static_cast<std::size_t>(b * length + t) * element.bytes(), element.data(),
                element.bytes());
  }

  Settings settings_;
};

/// An optional list of one number for each of `count` inputs or outputs.
std::vector<std::int64_t> list_of(const Node& node, std::string_view name, std::size_t count) {
  std::vector<std::int64_t> list = node.integers(name);
  if (list.empty()) list.resize(count);
  if (list.size() != count) node.malformed("has a list \"" + std::string(name) + "\" of another length");
  return list;
}

std::vector<bool> directions_of(const Node& node, std::string_view name, std::size_t count) {
  std::vector<bool> backward;
  for (const std::int64_t direction : list_of(node, name, count)) {
    if (direction != 0 && direction != 1) node.malformed("has a direction " + std::to_string(direction));
    backward.push_back(direction == 1);
  }
  return backward;
}

std::shared_ptr<const Operation> scan(Node& node) {
  constexpr std::int64_t kHasNoBatch = 9;
  const bool batch = node.opset() < kHasNoBatch;
  const std::size_t first = batch ? 1 : 0;
  const std::int64_t scanned = node.integer("num_scan_inputs", 0);
  const std::shared_ptr<const Subgraph> body = node.graph("body");
  if (body == nullptr) node.malformed("lacks a body");
  if (scanned < 1 || node.inputs() < first || scanned > static_cast<std::int64_t>(node.inputs() - first)) {
    node.malformed("scans " + std::to_string(scanned) + " inputs");
  }
  Settings settings;
  const auto count = static_cast<std::size_t>(scanned);
  settings.states = node.inputs() - first - count;
  std::vector<DataType> types;
  for (std::size_t i = first; i < node.inputs(); ++i) types.push_back(node.type(i));
  if (batch && node.has_input(0) && node.type(0) != DataType::int64) node.refuse("has lengths that are not int64");
  Subgraph::Compiled compiled = body->compile(types);
  settings.body = std::move(compiled.graph);
  settings.types = std::move(compiled.output_types);
  if (settings.types.size() < settings.states) node.malformed("has a body that does not give all its states");
  if (!std::equal(types.begin(), types.begin() + static_cast<std::ptrdiff_t>(settings.states),
                  settings.types.begin())) {
    node.malformed("has a body that changes the type of a state");
  }
  if (settings.types.size() != node.outputs()) node.malformed("has other outputs than its body");
  const std::size_t built = settings.types.size() - settings.states;
  settings.input_backward = directions_of(node, batch ? "directions" : "scan_input_directions", count);
  settings.input_axes = std::vector<std::int64_t>(count);
  settings.output_axes = std::vector<std::int64_t>(built);
  for (const DataType type : settings.types) node.gives(type);
  if (batch) return std::make_shared<BatchScan>(std::move(settings));
  settings.output_backward = directions_of(node, "scan_output_directions", built);
  settings.input_axes = list_of(node, "scan_input_axes", count);
  settings.output_axes = list_of(node, "scan_output_axes", built);
  return std::make_shared<Scan>(std::move(settings));
}

constexpr std::array kOperators{
    Operator{"", "Scan", 8, scan},
};

}  // namespace

std::span<const Operator> scan_operators() noexcept { return kOperators; }

}  // namespace pelton::operators
