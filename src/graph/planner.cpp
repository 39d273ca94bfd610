#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "graph/node.hpp"
#include "graph/steps.hpp"

namespace pelton::graph {
namespace {

constexpr std::uint32_t kNone = UINT32_MAX;

/// Doubles of all registers of a block that are wanted near: a quarter of a 256 KiB second-level cache.
constexpr std::size_t kBlockDoubles = 8192;
constexpr std::size_t kRowGrain = 24;  ///< a multiple of the kernels' row tiles
constexpr std::size_t kMostBlockRows = 768;

/// Scratch columns are handed out in whole cache lines, so that every register begins on one.
std::size_t whole_lines(std::size_t width) { return (width + 7) / 8 * 8; }

/// What a step is called that does what two did. It grows where the first name is, as a chain of steps would else hold
/// the square of its length in names.
std::string names_joined(std::string first, std::string_view second) {
  first.append(" + ").append(second);
  return first;
}

/// Columns of scratch memory and who holds them.
class ColumnPool {
 public:
  /// The lowest gap of that size.
  std::size_t take(std::size_t size) {
    std::size_t at = 0;
    for (const auto& [begin, end] : taken_) {
      if (begin - at >= size) break;
      at = end;
    }
    taken_.emplace(at, at + size);
    most_ = std::max(most_, at + size);
    return at;
  }
  void give_back(std::size_t at) { taken_.erase(at); }
  std::size_t most() const { return most_; }

 private:
  std::map<std::size_t, std::size_t> taken_;
  std::size_t most_ = 0;
};

}  // namespace

class Planner {
 public:
  Planner(std::span<const Node> nodes, std::span<const Register> outputs)
      : nodes_(nodes.begin(), nodes.end()), outputs_(outputs.begin(), outputs.end()) {}

  core::Result<Program> plan();

 private:
  using Place = Program::Place;

  /// A register's last use, and where it is.
  struct State {
    bool needed = false;
    std::size_t uses = 0;          ///< by needed nodes and outputs
    std::size_t last_use = 0;      ///< the last scheduled step that touches its memory
    std::uint32_t inside = kNone;  ///< the concat that holds its columns
    std::size_t inside_column = 0;
    std::uint32_t output = kNone;  ///< the output it is written into
    std::optional<Place> place;
  };

  struct Scheduled {
    std::uint32_t node;      ///< whose step runs
    std::uint32_t into;      ///< the register it writes (a concat, for a copied part)
    std::size_t column = 0;  ///< first column there
    std::size_t width = 0;
    StepPtr step;
    std::vector<std::uint32_t> inputs;
    std::uint32_t output = kNone;  ///< a copy into this output instead
  };

  void mark_needed();
  void fuse_steps();
  bool fuse_with_input(Node& node);
  void merge_chains();
  void place_outputs();
  void place_concat_parts();
  void schedule();
  void schedule_copy(std::uint32_t from, std::uint32_t into, std::size_t column, std::uint32_t output);
  void find_last_uses();
  void assign_places();
  void assign_out(const Scheduled& step, std::size_t now);
  void release_dead(std::size_t now);
  bool reuse_input(const Scheduled& step, std::uint32_t root, std::size_t now);

  std::uint32_t root_of(std::uint32_t node) const;
  Place place_of(std::uint32_t node) const;
  void touch(std::uint32_t node, std::size_t now);
  bool only_feeds_a_step(std::uint32_t node) const;

  std::vector<Node> nodes_;
  std::vector<Register> outputs_;
  std::vector<State> states_;
  std::vector<Scheduled> schedule_;
  std::vector<bool> output_written_;
  ColumnPool columns_;
};

/// The register whose memory a register's columns lie in: through views and concats.
std::uint32_t Planner::root_of(std::uint32_t node) const {
  while (true) {
    if (nodes_[node].kind == Node::Kind::view) {
      node = nodes_[node].inputs[0];
    } else if (states_[node].inside != kNone) {
      node = states_[node].inside;
    } else {
      return node;
    }
  }
}

void Planner::mark_needed() {
  states_.assign(nodes_.size(), {});
  for (const Register r : outputs_) {
    states_[r.id].needed = true;
    ++states_[r.id].uses;
  }
  for (std::size_t i = nodes_.size(); i-- > 0;) {
    if (!states_[i].needed) continue;
    for (const std::uint32_t input : nodes_[i].inputs) {
      states_[input].needed = true;
      ++states_[input].uses;
    }
  }
}

/// Whether the step behind a register may be folded into the one step that reads it.
bool Planner::only_feeds_a_step(std::uint32_t node) const {
  return nodes_[node].kind == Node::Kind::step && states_[node].uses == 1 &&
         std::none_of(outputs_.begin(), outputs_.end(), [node](Register r) { return r.id == node; });
}

void Planner::fuse_steps() {
  for (std::uint32_t i = 0; i < nodes_.size(); ++i) {
    if (!states_[i].needed || nodes_[i].kind != Node::Kind::step) continue;
    while (fuse_with_input(nodes_[i])) continue;
  }
}

bool Planner::fuse_with_input(Node& node) {
  if (node.inputs.size() != 1 || !only_feeds_a_step(node.inputs[0])) return false;
  Node& before = nodes_[node.inputs[0]];
  StepPtr both = fuse(*before.step, *node.step);
  if (both == nullptr) return false;
  states_[node.inputs[0]].needed = false;
  node.step = std::move(both);
  node.name = names_joined(std::move(before.name), node.name);
  node.inputs = before.inputs;
  return true;
}

/// Runs of in-place steps with one input and one width become one step.
void Planner::merge_chains() {
  std::vector<std::vector<StepPtr>> links(nodes_.size());
  for (std::uint32_t i = 0; i < nodes_.size(); ++i) {
    Node& node = nodes_[i];
    if (!states_[i].needed || node.kind != Node::Kind::step || node.inputs.size() != 1) continue;
    if (!node.step->runs_in_place() || nodes_[node.inputs[0]].width != node.width) continue;
    links[i] = {node.step};
    const std::uint32_t before = node.inputs[0];
    if (links[before].empty() || !only_feeds_a_step(before)) continue;
    states_[before].needed = false;
    links[i] = std::move(links[before]);
    links[i].push_back(node.step);
    node.name = names_joined(std::move(nodes_[before].name), node.name);
    node.inputs = nodes_[before].inputs;
  }
  for (std::uint32_t i = 0; i < nodes_.size(); ++i) {
    if (states_[i].needed && links[i].size() > 1) nodes_[i].step = make_chain(std::move(links[i]));
  }
}

/// A computed register is written straight into the first output that asks for it.
void Planner::place_outputs() {
  output_written_.assign(outputs_.size(), false);
  for (std::uint32_t k = 0; k < outputs_.size(); ++k) {
    State& state = states_[outputs_[k].id];
    const Node::Kind kind = nodes_[outputs_[k].id].kind;
    if ((kind == Node::Kind::step || kind == Node::Kind::concat) && state.output == kNone) {
      state.output = k;
      output_written_[k] = true;
    }
  }
}

/// Parts of a concat are written straight into their columns of it.
void Planner::place_concat_parts() {
  for (std::uint32_t i = 0; i < nodes_.size(); ++i) {
    if (!states_[i].needed || nodes_[i].kind != Node::Kind::concat) continue;
    std::size_t column = 0;
    for (const std::uint32_t part : nodes_[i].inputs) {
      State& state = states_[part];
      const Node::Kind kind = nodes_[part].kind;
      if ((kind == Node::Kind::step || kind == Node::Kind::concat) && state.output == kNone && state.inside == kNone) {
        state.inside = i;
        state.inside_column = column;
      }
      column += nodes_[part].width;
    }
  }
}

void Planner::schedule_copy(std::uint32_t from, std::uint32_t into, std::size_t column, std::uint32_t output) {
  const std::size_t width = nodes_[from].width;
  schedule_.push_back({from, into, column, width, make_copy(width), {from}, output});
}

void Planner::schedule() {
  for (std::uint32_t i = 0; i < nodes_.size(); ++i) {
    const Node& node = nodes_[i];
    if (!states_[i].needed) continue;
    if (node.kind == Node::Kind::step) schedule_.push_back({i, i, 0, node.width, node.step, node.inputs, kNone});
    if (node.kind != Node::Kind::concat) continue;
    std::size_t column = 0;
    for (const std::uint32_t part : node.inputs) {
      if (states_[part].inside != i || states_[part].inside_column != column) schedule_copy(part, i, column, kNone);
      column += nodes_[part].width;
    }
  }
  for (std::uint32_t k = 0; k < outputs_.size(); ++k) {
    if (!output_written_[k]) schedule_copy(outputs_[k].id, kNone, 0, k);
  }
}

void Planner::touch(std::uint32_t node, std::size_t now) {
  State& state = states_[root_of(node)];
  state.last_use = std::max(state.last_use, now);
}

void Planner::find_last_uses() {
  for (std::size_t now = 0; now < schedule_.size(); ++now) {
    for (const std::uint32_t input : schedule_[now].inputs) touch(input, now);
    if (schedule_[now].into != kNone) touch(schedule_[now].into, now);
  }
}

Program::Place Planner::place_of(std::uint32_t node) const {
  std::size_t column = 0;
  const std::size_t width = nodes_[node].width;
  while (true) {
    if (nodes_[node].kind == Node::Kind::view) {
      column += nodes_[node].column;
      node = nodes_[node].inputs[0];
    } else if (states_[node].inside != kNone) {
      column += states_[node].inside_column;
      node = states_[node].inside;
    } else {
      break;
    }
  }
  Place place = *states_[node].place;
  place.column += column;
  place.width = width;
  return place;
}

/// Hands the memory of a dying first input on to the result of an in-place step.
bool Planner::reuse_input(const Scheduled& step, std::uint32_t root, std::size_t now) {
  if (step.into != step.node || root != step.node || !step.step->runs_in_place() || step.inputs.empty()) return false;
  const std::uint32_t from = step.inputs[0];
  State& state = states_[from];
  if (root_of(from) != from || nodes_[from].width != step.width) return false;
  if (!state.place || state.place->kind != Place::Kind::scratch || state.last_use != now) return false;
  // A further input that lies in the same memory elsewhere would be overwritten while it is read.
  for (const std::uint32_t other : step.inputs) {
    if (other != from && root_of(other) == from) return false;
  }
  states_[root].place = std::exchange(state.place, std::nullopt);
  return true;
}

void Planner::assign_out(const Scheduled& step, std::size_t now) {
  const std::uint32_t root = root_of(step.into);
  State& state = states_[root];
  if (state.place) return;
  if (state.output != kNone) {
    state.place = Place{Place::Kind::output, state.output, 0, nodes_[root].width, 0, 0};
  } else if (!reuse_input(step, root, now)) {
    // A single column is kept dense, so that work on it fills the lanes.
    const std::size_t width = nodes_[root].width;
    const std::size_t base = columns_.take(whole_lines(width));
    state.place = Place{Place::Kind::scratch, 0, 0, width, base, width};
  }
}

void Planner::release_dead(std::size_t now) {
  const auto release = [&](std::uint32_t node) {
    State& state = states_[root_of(node)];
    if (state.place && state.place->kind == Place::Kind::scratch && state.last_use == now) {
      columns_.give_back(state.place->base);
      state.place.reset();
    }
  };
  for (const std::uint32_t input : schedule_[now].inputs) release(input);
  if (schedule_[now].into != kNone) release(schedule_[now].into);
}

core::Result<Program> Planner::plan() {
  mark_needed();
  fuse_steps();
  merge_chains();
  place_outputs();
  place_concat_parts();
  schedule();
  find_last_uses();

  Program program;
  program.input_width_ = nodes_[0].width;
  states_[0].place = Place{Place::Kind::input, 0, 0, nodes_[0].width, 0, 0};
  std::size_t row_doubles = nodes_[0].width;
  for (const Register r : outputs_) {
    program.output_widths_.push_back(nodes_[r.id].width);
    row_doubles += nodes_[r.id].width;
  }
  for (std::size_t now = 0; now < schedule_.size(); ++now) {
    const Scheduled& step = schedule_[now];
    Program::Run run{step.step, nodes_[step.node].name, {}, {}};
    for (const std::uint32_t input : step.inputs) run.inputs.push_back(place_of(input));
    if (step.into == kNone) {
      run.out = Place{Place::Kind::output, step.output, 0, step.width, 0, 0};
    } else {
      assign_out(step, now);
      run.out = place_of(step.into);
      run.out.column += step.column;
      run.out.width = step.width;
    }
    program.steps_.push_back(std::move(run));
    release_dead(now);
  }

  program.registers_doubles_ = columns_.most();
  row_doubles += columns_.most();
  program.block_rows_ = std::clamp(kBlockDoubles / row_doubles / kRowGrain * kRowGrain, kRowGrain, kMostBlockRows);
  for (const Scheduled& step : schedule_) {
    program.rows_together_ = std::max(program.rows_together_, step.step->rows_together());
  }
  program.block_rows_ = std::max(program.block_rows_, program.rows_together_);
  if (program.block_rows_ * columns_.most() > kMaxScratchDoubles / 2) program.block_rows_ = 1;
  std::size_t step_scratch = 0;
  for (const Scheduled& step : schedule_) {
    step_scratch = std::max(step_scratch, step.step->scratch_doubles(program.block_rows_));
  }
  program.scratch_doubles_ = program.registers_doubles_ * program.block_rows_ + step_scratch;
  program.refuses_rows_ = std::any_of(program.steps_.begin(), program.steps_.end(),
                                      [](const Program::Run& run) { return run.step->refuses_rows(); });
  if (program.refuses_rows_) program.scratch_doubles_ += program.block_rows_;
  if (program.scratch_doubles_ > kMaxScratchDoubles) {
    return core::Error(core::ErrorCode::too_large, "the program's registers hold " + std::to_string(columns_.most()) +
                                                       " columns together: more than can be kept in memory");
  }
  return program;
}

core::Result<Program> plan(std::span<const Node> nodes, std::span<const Register> outputs) {
  return Planner(nodes, outputs).plan();
}

}  // namespace pelton::graph
