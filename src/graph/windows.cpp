#include <utility>

#include "graph/node.hpp"
#include "graph/program_builder.hpp"

/// Columns that are looked at where they lie.
namespace pelton::graph {

std::optional<ProgramBuilder::Window> ProgramBuilder::side_by_side(std::span<const Register> parts) const {
  std::optional<Window> whole;
  std::size_t next = 0;
  for (const Register part : parts) {
    if (part.id >= nodes_.size()) return std::nullopt;
    const Node& node = nodes_[part.id];
    const bool view = node.kind == Node::Kind::view;
    const std::uint32_t of = view ? node.inputs[0] : part.id;
    const std::size_t column = view ? node.column : 0;
    if (!whole) {
      whole = Window{of, column};
    } else if (of != whole->node || column != next) {
      return std::nullopt;
    }
    next = column + node.width;
  }
  return whole;
}

ProgramBuilder::Window ProgramBuilder::where_made(Window at, std::size_t columns) const {
  constexpr std::size_t kMostParts = 4096;  // looked through; columns further in are looked at from outside
  std::size_t parts = 0;
  while (true) {
    const Node& node = nodes_[at.node];
    if (node.kind == Node::Kind::view) {
      at = {node.inputs[0], node.column + at.first};
      continue;
    }
    if (node.kind != Node::Kind::concat) return at;
    std::size_t begin = 0;
    std::size_t part = 0;
    while (begin + nodes_[node.inputs[part]].width <= at.first) begin += nodes_[node.inputs[part++]].width;
    parts += part + 1;
    if (parts > kMostParts || at.first + columns > begin + nodes_[node.inputs[part]].width) return at;
    at = {node.inputs[part], at.first - begin};
  }
}

core::Result<Register> ProgramBuilder::window(std::string_view name, Window at, std::size_t columns) {
  at = where_made(at, columns);
  if (at.first == 0 && columns == nodes_[at.node].width) return Register{at.node};
  Node view;
  view.kind = Node::Kind::view;
  view.width = columns;
  view.column = at.first;
  return append(name, {{Register{at.node}}}, std::nullopt, std::move(view));
}

}  // namespace pelton::graph
