#include "tensor/graph.hpp"

#include <algorithm>
#include <cassert>
#include <new>

namespace pelton::tensor {
namespace {

using core::Error;
using core::ErrorCode;

}  // namespace

Workspace& Workspace::of_this_thread() {
  thread_local Workspace workspace;
  return workspace;
}

/// A frame for as long as a run lasts. Afterwards memory beyond what is worth keeping is given back.
class Workspace::Lease {
 public:
  Lease(Workspace& workspace, std::size_t slots) : workspace_(workspace) {
    if (workspace.frames_.size() == workspace.depth_) workspace.frames_.emplace_back();
    Frame& frame = workspace.frames_[workspace.depth_];
    if (frame.slots.size() < slots) frame.slots.resize(slots);
    ++workspace.depth_;
  }
  ~Lease() {
    std::size_t kept = 0;
    for (Value& value : frame().slots) {
      kept += value.tensor.capacity_bytes();
      for (const Tensor& part : value.sequence) kept += part.capacity_bytes();
      if (kept > kKeptBytes) value = Value();
    }
    --workspace_.depth_;
  }
  Lease(const Lease&) = delete;
  Lease& operator=(const Lease&) = delete;

  Frame& frame() noexcept { return workspace_.frames_[workspace_.depth_ - 1]; }

 private:
  static constexpr std::size_t kKeptBytes = std::size_t{64} << 20;

  Workspace& workspace_;
};

std::vector<std::string> Graph::node_names() const {
  std::vector<std::string> names;
  for (const Node& node : nodes_) names.push_back(node.name);
  return names;
}

Graph::Size Graph::constants() const noexcept {
  Size size;
  for (const auto& constant : constants_) {
    size.elements += constant->tensor.size();
    size.bytes += constant->tensor.bytes();
  }
  return size;
}

bool Graph::passes(std::size_t input, std::size_t output) const {
  Place place = outputs_[output];
  // Backwards to where the value comes from: slots are used again, so the last node to fill one counts.
  for (std::size_t n = nodes_.size(); place.kind == Place::Kind::slot && n-- > 0;) {
    const Node& node = nodes_[n];
    if (std::find(node.outputs.begin(), node.outputs.end(), place) == node.outputs.end()) continue;
    if (!node.operation->passes_through()) return false;
    place = node.inputs[0];
  }
  return place == Place{Place::Kind::input, input};
}

core::Result<void> Graph::run(std::span<const Value* const> inputs, std::span<Value* const> outputs,
                              std::size_t work) const {
  Workspace& workspace = Workspace::of_this_thread();
  if (workspace.depth_ == 0) workspace.texts_.clear();
  RunContext context{.texts = workspace.texts_, .work = work};
  try {
    run_nested(inputs, outputs, context);
    return {};
  } catch (const Failure& failure) {
    return Error(ErrorCode::invalid_argument, failure.what());
  } catch (const std::bad_alloc&) {
    return Error(ErrorCode::too_large, "not enough memory");
  }
}

void Graph::run_nested(std::span<const Value* const> inputs, std::span<Value* const> outputs,
                       RunContext& context) const {
  assert(inputs.size() == inputs_ && outputs.size() == outputs_.size());
  Workspace::Lease lease(Workspace::of_this_thread(), slots_);
  Workspace::Frame& frame = lease.frame();
  const auto find = [&](const Place& place) -> const Value* {
    switch (place.kind) {
      case Place::Kind::input: return inputs[place.index];
      case Place::Kind::constant: return constants_[place.index].get();
      case Place::Kind::slot: return &frame.slots[place.index];
      default: return nullptr;
    }
  };
  for (const Node& node : nodes_) {
    frame.taken.clear();
    frame.given.clear();
    for (const Place& place : node.inputs) frame.taken.push_back(find(place));
    for (const Place& place : node.outputs) {
      Value* const slot = place.kind == Place::Kind::nothing ? nullptr : &frame.slots[place.index];
      if (slot != nullptr) slot->is_sequence = false;  // as something else left it
      frame.given.push_back(slot);
    }
    try {
      run_counted(*node.operation, frame.taken, frame.given, context);
    } catch (const Failure& failure) {
      throw Failure(node.name + ": " + failure.what());
    }
  }
  for (std::size_t i = 0; i < outputs.size(); ++i) {
    if (outputs[i] != nullptr) outputs[i]->assign(*find(outputs_[i]));
  }
}

std::size_t Graph::Builder::add_input() {
  values_.push_back({Definition::Kind::input, inputs_++, 0});
  return values_.size() - 1;
}

std::size_t Graph::Builder::add_constant(Tensor tensor) {
  auto value = std::make_shared<Value>();
  value->tensor = std::move(tensor);
  return add_constant(std::shared_ptr<const Value>(std::move(value)));
}

std::size_t Graph::Builder::add_constant(std::shared_ptr<const Value> value) {
  values_.push_back({Definition::Kind::constant, constants_.size(), 0});
  constants_.push_back(std::move(value));
  return values_.size() - 1;
}

std::size_t Graph::Builder::add_node(std::string name, std::shared_ptr<const Operation> operation,
                                     std::span<const std::size_t> inputs, std::size_t outputs) {
  const std::size_t first = values_.size();
  for (std::size_t i = 0; i < outputs; ++i) values_.push_back({Definition::Kind::node, nodes_.size(), i});
  nodes_.push_back({std::move(name), std::move(operation), {inputs.begin(), inputs.end()}, first, outputs});
  return first;
}

std::vector<std::size_t> Graph::Builder::last_readers(std::span<const std::size_t> outputs) const {
  std::vector<std::size_t> last(values_.size(), kNever);
  for (const std::size_t output : outputs) last[output] = nodes_.size();
  for (std::size_t n = nodes_.size(); n-- > 0;) {
    if (!is_read(nodes_[n], last)) continue;
    for (const std::size_t input : nodes_[n].inputs) {
      if (input != kNothing && last[input] == kNever) last[input] = n;
    }
  }
  return last;
}

bool Graph::Builder::is_read(const Planned& node, std::span<const std::size_t> last_reader) const {
  const auto outputs = last_reader.subspan(node.first_output, node.outputs);
  return std::any_of(outputs.begin(), outputs.end(), [](std::size_t reader) { return reader != kNever; });
}

Graph Graph::Builder::build(std::span<const std::size_t> outputs) const {
  const std::vector<std::size_t> last_reader = last_readers(outputs);
  Graph graph;
  graph.inputs_ = inputs_;
  std::vector<Place> places(values_.size());
  for (std::size_t v = 0; v < values_.size(); ++v) {
    if (values_[v].kind == Definition::Kind::input) places[v] = {Place::Kind::input, values_[v].index};
    if (values_[v].kind != Definition::Kind::constant || last_reader[v] == kNever) continue;
    places[v] = {Place::Kind::constant, graph.constants_.size()};
    graph.constants_.push_back(constants_[values_[v].index]);
  }
  std::vector<std::size_t> spare;  // slots whose value has had its last reader
  for (std::size_t n = 0; n < nodes_.size(); ++n) {
    const Planned& node = nodes_[n];
    if (!is_read(node, last_reader)) continue;
    Node planned{node.name, node.operation, {}, {}};
    for (const std::size_t input : node.inputs) {
      planned.inputs.push_back(input == kNothing ? Place() : places[input]);
    }
    for (std::size_t v = node.first_output; v < node.first_output + node.outputs; ++v) {
      if (last_reader[v] != kNever) {
        if (spare.empty()) spare.push_back(graph.slots_++);
        places[v] = {Place::Kind::slot, spare.back()};
        spare.pop_back();
      }
      planned.outputs.push_back(places[v]);
    }
    std::vector<std::size_t> read = node.inputs;
    std::sort(read.begin(), read.end());
    read.erase(std::unique(read.begin(), read.end()), read.end());
    for (const std::size_t input : read) {
      if (input == kNothing || last_reader[input] != n || places[input].kind != Place::Kind::slot) continue;
      spare.push_back(places[input].index);
    }
    graph.nodes_.push_back(std::move(planned));
  }
  for (const std::size_t output : outputs) graph.outputs_.push_back(places[output]);
  return graph;
}

}  // namespace pelton::tensor
