#include <algorithm>
#include <cmath>
#include <new>
#include <utility>

#include "graph/category_steps.hpp"
#include "graph/node.hpp"
#include "graph/program_builder.hpp"

/// One-hot columns that feed an affine step are not made: their weights are looked up.
namespace pelton::graph {
namespace {

/// Some neighbouring columns of a register, which an affine step's weights meet from line `line` on.
struct Piece {
  std::uint32_t node = 0;
  std::size_t first = 0;
  std::size_t columns = 0;
  std::size_t line = 0;
};

/// The columns of a register as those of the steps that make them: through concats and views. Nothing
/// where they are put together from more parts than are worth looking through.
std::vector<Piece> pieces_of(const std::vector<Node>& nodes, std::uint32_t whole) {
  constexpr std::size_t kMostParts = 1 << 16;
  std::size_t parts = 0;
  std::vector<Piece> found;
  std::vector<Piece> waiting{{whole, 0, nodes[whole].width, 0}};
  while (!waiting.empty()) {
    Piece piece = waiting.back();
    waiting.pop_back();
    const Node& node = nodes[piece.node];
    if (node.kind == Node::Kind::view) {
      waiting.push_back({node.inputs[0], node.column + piece.first, piece.columns, piece.line});
    } else if (node.kind == Node::Kind::concat) {
      parts += node.inputs.size();
      if (parts > kMostParts) return {};
      // Parts that reach into the piece, the last first, so that they are taken up in their order.
      std::size_t end = node.width;
      for (std::size_t i = node.inputs.size(); i-- > 0;) {
        const std::size_t begin = end - nodes[node.inputs[i]].width;
        const std::size_t from = std::max(begin, piece.first);
        const std::size_t to = std::min(end, piece.first + piece.columns);
        if (from < to) waiting.push_back({node.inputs[i], from - begin, to - from, piece.line + from - piece.first});
        end = begin;
      }
    } else {
      found.push_back(piece);
    }
  }
  return found;
}

const OneHotStep* one_hot(const Node& node) {
  return node.kind == Node::Kind::step ? dynamic_cast<const OneHotStep*>(node.step.get()) : nullptr;
}

/// Takes an affine step's input apart into numbers, whose columns stay, and categories.
class Split {
 public:
  Split(const std::vector<Node>& nodes, math::ConstMatrix weights) : nodes_(nodes), weights_(weights) {}

  void take(const Piece& piece) {
    const OneHotStep* step = one_hot(nodes_[piece.node]);
    if (step == nullptr || !finite(piece) || !take_categories(piece, *step)) numbers_.push_back(piece);
  }

  const std::vector<Piece>& numbers() const noexcept { return numbers_; }
  std::vector<CategoryTerm>& terms() noexcept { return terms_; }
  /// The registers that the terms' columns lie in; a term's `input` counts among them.
  const std::vector<Register>& inputs() const noexcept { return inputs_; }

  /// The weights of the numbers' columns.
  std::vector<double> number_weights() const {
    std::vector<double> left;
    for (const Piece& piece : numbers_) {
      for (std::size_t i = 0; i < piece.columns; ++i) {
        const double* line = weights_.row(piece.line + i);
        left.insert(left.end(), line, line + weights_.cols);
      }
    }
    return left;
  }

 private:
  /// A zero times an infinite weight is no zero: such columns stay.
  bool finite(const Piece& piece) const {
    for (std::size_t i = 0; i < piece.columns; ++i) {
      const double* line = weights_.row(piece.line + i);
      if (!std::all_of(line, line + weights_.cols, [](double w) { return std::isfinite(w); })) return false;
    }
    return true;
  }

  /// False where no more inputs are possible.
  bool take_categories(const Piece& piece, const OneHotStep& step) {
    std::uint32_t from = nodes_[piece.node].inputs[0];
    std::size_t first = 0;
    if (nodes_[from].kind == Node::Kind::view) {
      first = nodes_[from].column;
      from = nodes_[from].inputs[0];
    }
    const auto known = std::find(inputs_.begin(), inputs_.end(), Register{from});
    const auto input = static_cast<std::size_t>(known - inputs_.begin());
    constexpr std::size_t kMostCategoryInputs = kMaxStepInputs - 1;  // and one of the numbers
    if (input == kMostCategoryInputs) return false;
    if (known == inputs_.end()) inputs_.push_back(Register{from});
    const std::size_t keys = step.keys().size();
    for (std::size_t at = piece.first; at < piece.first + piece.columns;) {
      const std::size_t column = at / keys;
      const std::size_t end = std::min((column + 1) * keys, piece.first + piece.columns);
      const std::span<const double> some = std::span(step.keys()).subspan(at - column * keys, end - at);
      const double* lines = weights_.row(piece.line + at - piece.first);
      terms_.push_back({input, first + column, KeyIndex(some), {lines, lines + some.size() * weights_.cols}});
      at = end;
    }
    return true;
  }

  const std::vector<Node>& nodes_;
  math::ConstMatrix weights_;
  std::vector<Piece> numbers_;
  std::vector<CategoryTerm> terms_;
  std::vector<Register> inputs_;
};

}  // namespace

std::optional<core::Result<Register>> ProgramBuilder::add_looked_up(std::string_view name, const Affine& spec) try {
  if (spec.weights.stride != spec.weights.cols) return std::nullopt;
  const std::vector<Piece> pieces = pieces_of(nodes_, spec.x.id);
  if (std::none_of(pieces.begin(), pieces.end(), [this](const Piece& p) { return one_hot(nodes_[p.node]) != nullptr; }))
    return std::nullopt;
  Split split(nodes_, spec.weights);
  for (const Piece& piece : pieces) split.take(piece);
  if (split.terms().empty()) return std::nullopt;

  std::vector<Register> inputs;
  std::shared_ptr<const math::PackedAffine> numbers;
  if (!split.numbers().empty()) {
    std::vector<Register> parts;
    for (const Piece& piece : split.numbers()) {
      auto part = window(name, {piece.node, piece.first}, piece.columns);
      if (!part) return part;
      parts.push_back(*part);
    }
    auto together = add(name, Concat{parts});
    if (!together) return together;
    inputs.push_back(*together);
    const std::vector<double> left = split.number_weights();
    numbers = std::make_shared<math::PackedAffine>(
        math::ConstMatrix(left.data(), left.size() / spec.weights.cols, spec.weights.cols), spec.bias);
    for (CategoryTerm& term : split.terms()) ++term.input;
  }
  inputs.insert(inputs.end(), split.inputs().begin(), split.inputs().end());
  Columns bias(spec.bias.begin(), spec.bias.end());
  bias.resize(spec.weights.cols, 0.0);
  auto terms = std::make_shared<const std::vector<CategoryTerm>>(std::move(split.terms()));
  return add(
      name,
      std::make_shared<CategoryAffineStep>(std::move(numbers), std::move(bias), std::move(terms), spec.activation),
      inputs);
} catch (const std::bad_alloc&) {
  return core::Error(core::ErrorCode::too_large, "not enough memory").within(name);
}

std::vector<std::size_t> ProgramBuilder::columns_behind() const {
  std::vector<std::size_t> behind(nodes_.size(), kNoColumn);
  const auto joined = [](std::size_t a, std::size_t b) {
    if (a == kNoColumn || a == b) return b;
    return b == kNoColumn ? a : kManyColumns;
  };
  behind[0] = nodes_[0].width == 1 ? 0 : kManyColumns;
  for (std::size_t i = 1; i < nodes_.size(); ++i) {
    const Node& node = nodes_[i];
    if (node.kind == Node::Kind::view && node.inputs[0] == 0 && node.width == 1) {
      behind[i] = node.column;
      continue;
    }
    for (const std::uint32_t input : node.inputs) behind[i] = joined(behind[i], behind[input]);
  }
  return behind;
}

}  // namespace pelton::graph
