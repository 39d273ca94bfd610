#include "graph/program_builder.hpp"

#include <algorithm>
#include <array>
#include <cassert>
#include <new>
#include <string>
#include <utility>

#include "graph/category_steps.hpp"
#include "graph/node.hpp"
#include "graph/steps.hpp"

namespace pelton::graph {
namespace {

using core::Error;
using core::ErrorCode;
using core::Result;
using Problem = std::optional<Error>;

Error wrong(std::string message) { return {ErrorCode::invalid_argument, std::move(message)}; }
Error too_large(std::string message) { return {ErrorCode::too_large, std::move(message)}; }
std::string number(std::size_t n) { return std::to_string(n); }

Problem check_width(std::size_t width) {
  if (width == 0) return wrong("the result would have no columns");
  if (width > kMaxWidth) return too_large(number(width) + " columns: at most " + number(kMaxWidth) + " are possible");
  return std::nullopt;
}

Problem check_equal(const char* what, std::size_t given, std::size_t wanted) {
  if (given == wanted) return std::nullopt;
  return wrong(std::string(what) + ": " + number(given) + " given, " + number(wanted) + " wanted");
}

/// Constants per column: one, or as many as there are columns.
Problem check_columns(const char* what, std::size_t given, std::size_t width) {
  if (given == 1 || given == width) return std::nullopt;
  return wrong(std::string(what) + " has " + number(given) + " values for " + number(width) + " columns");
}

Problem check_parameters(std::size_t rows, std::size_t cols) {
  if (rows == 0 || cols == 0) return wrong("there are no parameters");
  if (rows <= kMaxParameters / cols) return std::nullopt;
  return too_large(number(rows) + " x " + number(cols) + " parameters: at most " + number(kMaxParameters) +
                   " are possible");
}

/// One-against-one needs two classes, and no more than their pairs make columns of a register.
Problem check_classes(std::size_t classes) {
  if (classes < 2) return wrong("one-against-one needs at least 2 classes, not " + number(classes));
  if (classes > 1024) return too_large(number(classes) + " classes: at most 1024 are possible");
  return std::nullopt;
}

std::size_t pairs_of(std::size_t classes) { return classes * (classes - 1) / 2; }

std::vector<double> copied(std::span<const double> values) { return {values.begin(), values.end()}; }

/// The width of a result made from operands of which those of width 1 are spread; 0 if they disagree.
std::size_t common_width(std::initializer_list<std::size_t> widths) {
  std::size_t most = 0;
  for (const std::size_t w : widths) most = std::max(most, w);
  for (const std::size_t w : widths) {
    if (w != 1 && w != most) return 0;
  }
  return most;
}

Problem check_common(std::size_t common, std::initializer_list<std::size_t> widths) {
  if (common != 0) return check_width(common);
  std::string text;
  for (const std::size_t w : widths) text.append(text.empty() ? "" : ", ").append(number(w));
  return wrong("operands of widths " + text + " do not fit: equal widths or 1 wanted");
}

}  // namespace

ProgramBuilder::ProgramBuilder(std::size_t input_width) {
  Node input;
  input.name = "input";
  input.width = input_width;
  nodes_.push_back(std::move(input));
}
ProgramBuilder::~ProgramBuilder() = default;
ProgramBuilder::ProgramBuilder(ProgramBuilder&&) noexcept = default;
ProgramBuilder& ProgramBuilder::operator=(ProgramBuilder&&) noexcept = default;

std::size_t ProgramBuilder::width(Register r) const noexcept {
  assert(r.id < nodes_.size());
  return nodes_[r.id].width;
}

std::size_t ProgramBuilder::known_width(Register r) const noexcept {
  return r.id < nodes_.size() ? nodes_[r.id].width : 0;
}

std::size_t ProgramBuilder::known_width(const Operand& operand) const noexcept {
  if (const auto* r = std::get_if<Register>(&operand)) return known_width(*r);
  return std::get<std::vector<double>>(operand).size();
}

Result<Register> ProgramBuilder::append(std::string_view name, std::span<const Register> inputs, Problem problem,
                                        Node node) {
  if (Problem input = check_width(nodes_.front().width)) return input->within("input");
  for (const Register r : inputs) {
    if (r.id >= nodes_.size()) return wrong("an input is not a register of this program").within(name);
  }
  if (problem) return problem->within(name);
  if (nodes_.size() > kMaxSteps) return too_large("more than " + number(kMaxSteps) + " steps").within(name);
  node.name = name;
  for (const Register r : inputs) node.inputs.push_back(r.id);
  nodes_.push_back(std::move(node));
  return Register{static_cast<std::uint32_t>(nodes_.size() - 1)};
}

template <class Make>
Result<Register> ProgramBuilder::append_step(std::string_view name, std::span<const Register> inputs, Problem problem,
                                             Make make) {
  try {
    Node node;
    node.kind = Node::Kind::step;
    const bool known = std::all_of(inputs.begin(), inputs.end(), [this](Register r) { return r.id < nodes_.size(); });
    if (!problem && known) {
      node.step = make();
      node.width = node.step->width();
    }
    return append(name, inputs, std::move(problem), std::move(node));
  } catch (const std::bad_alloc&) {
    return too_large("not enough memory").within(name);
  }
}

Result<Register> ProgramBuilder::add(std::string_view name, const Affine& spec) {
  Problem problem = check_equal("rows of the weights", spec.weights.rows, known_width(spec.x));
  if (!problem) problem = check_parameters(spec.weights.rows, spec.weights.cols);
  if (!problem) problem = check_width(spec.weights.cols);
  if (!problem && !spec.bias.empty()) problem = check_equal("values of the bias", spec.bias.size(), spec.weights.cols);
  if (!problem) {
    if (auto looked_up = add_looked_up(name, spec)) return std::move(*looked_up);
  }
  return append_step(name, {{spec.x}}, std::move(problem), [&] { return make_affine(spec); });
}

Result<Register> ProgramBuilder::add(std::string_view name, const Unary& spec) {
  const std::size_t w = known_width(spec.x);
  if (spec.op == UnaryOp::identity && w != 0) return spec.x;
  return append_step(name, {{spec.x}}, check_width(w), [&] { return make_unary({spec.op, spec.alpha, spec.beta}, w); });
}

Result<Register> ProgramBuilder::add(std::string_view name, const Clip& spec) {
  const std::size_t w = known_width(spec.x);
  return append_step(name, {{spec.x}}, check_width(w), [&] { return make_clip(spec.low, spec.high, w); });
}

Result<Register> ProgramBuilder::add(std::string_view name, const Binary& spec) {
  const std::size_t a = known_width(spec.a), b = known_width(spec.b);
  const std::size_t w = common_width({a, b});
  const auto* left = std::get_if<Register>(&spec.a);
  const auto* right = std::get_if<Register>(&spec.b);
  if (left != nullptr && right != nullptr) {
    return append_step(name, {{*left, *right}}, check_common(w, {a, b}), [&] { return make_binary(spec.op, w); });
  }
  if (left == nullptr && right == nullptr) return wrong("both operands are constants").within(name);
  return append_step(name, {{left != nullptr ? *left : *right}}, check_common(w, {a, b}), [&] {
    return make_binary_constant(spec.op, std::get<std::vector<double>>(left != nullptr ? spec.b : spec.a),
                                left == nullptr, w);
  });
}

Result<Register> ProgramBuilder::add(std::string_view name, const Where& spec) {
  const std::size_t c = known_width(spec.condition), a = known_width(spec.a), b = known_width(spec.b);
  const std::size_t w = common_width({c, a, b});
  std::vector<Register> inputs{spec.condition};
  for (const Operand* operand : {&spec.a, &spec.b}) {
    if (const auto* r = std::get_if<Register>(operand)) inputs.push_back(*r);
  }
  return append_step(name, inputs, check_common(w, {c, a, b}), [&] { return make_where(spec.a, spec.b, w); });
}

Result<Register> ProgramBuilder::add(std::string_view name, const Scale& spec) {
  const std::size_t w = known_width(spec.x);
  Problem problem = check_columns("offset", spec.offset.size(), w);
  if (!problem) problem = check_columns("scale", spec.scale.size(), w);
  return append_step(name, {{spec.x}}, std::move(problem),
                     [&] { return make_scale(copied(spec.offset), copied(spec.scale), w); });
}

Result<Register> ProgramBuilder::add(std::string_view name, const Normalize& spec) {
  const std::size_t w = known_width(spec.x);
  return append_step(name, {{spec.x}}, check_width(w), [&] { return make_normalize(spec.norm, w); });
}

Result<Register> ProgramBuilder::add(std::string_view name, const Impute& spec) {
  const std::size_t w = known_width(spec.x);
  return append_step(name, {{spec.x}}, check_columns("values", spec.values.size(), w),
                     [&] { return make_impute(copied(spec.values), spec.missing, w); });
}

Result<Register> ProgramBuilder::add(std::string_view name, const Concat& spec) {
  std::size_t w = 0;
  for (const Register part : spec.parts) {
    w += known_width(part);
    if (w > kMaxWidth) break;
  }
  if (const auto whole = side_by_side(spec.parts); whole && w <= kMaxWidth) {
    return window(name, *whole, w);
  }
  Node node;
  node.kind = Node::Kind::concat;
  node.width = w;
  return append(name, spec.parts, check_width(w), std::move(node));
}

Result<Register> ProgramBuilder::add(std::string_view name, const Select& spec) {
  const std::size_t in = known_width(spec.x);
  Problem problem = check_width(spec.columns.size());
  bool neighbours = true;
  for (std::size_t i = 0; i < spec.columns.size() && !problem; ++i) {
    if (spec.columns[i] >= in) problem = wrong("column " + number(spec.columns[i]) + " of " + number(in));
    neighbours = neighbours && spec.columns[i] == spec.columns[0] + i;
  }
  if (neighbours && !problem) return window(name, {spec.x.id, spec.columns[0]}, spec.columns.size());
  return append_step(name, {{spec.x}}, std::move(problem), [&] {
    return make_gather({spec.columns.begin(), spec.columns.end()}, in);
  });
}

Result<Register> ProgramBuilder::add(std::string_view name, const Constant& spec) {
  return append_step(name, {}, check_width(spec.values.size()), [&] { return make_constant(copied(spec.values)); });
}

Result<Register> ProgramBuilder::add(std::string_view name, const Lookup& spec) {
  const std::size_t w = known_width(spec.x);
  Problem problem = check_parameters(spec.table.size(), 1);
  return append_step(name, {{spec.x}}, std::move(problem), [&] { return make_lookup(copied(spec.table), w); });
}

Result<Register> ProgramBuilder::add(std::string_view name, const Translate& spec) {
  const std::size_t w = known_width(spec.x);
  Problem problem = check_parameters(spec.keys.size(), 1);
  if (!problem) problem = check_equal("values", spec.values.size(), spec.keys.size());
  return append_step(name, {{spec.x}}, std::move(problem),
                     [&] { return make_translate(spec.keys, spec.values, spec.otherwise, w); });
}

Result<Register> ProgramBuilder::add(std::string_view name, const OneHot& spec) {
  const std::size_t w = known_width(spec.x);
  Problem problem = check_parameters(spec.keys.size(), 1);
  if (!problem && w > kMaxWidth / spec.keys.size()) problem = check_width(kMaxWidth + 1);
  return append_step(name, {{spec.x}}, std::move(problem), [&] { return std::make_shared<OneHotStep>(spec.keys, w); });
}

Result<Register> ProgramBuilder::add(std::string_view name, const Softmax& spec) {
  const std::size_t w = known_width(spec.x);
  return append_step(name, {{spec.x}}, check_width(w), [&] { return make_softmax(spec.log, w); });
}

Result<Register> ProgramBuilder::add(std::string_view name, const ArgExtreme& spec) {
  const std::size_t w = known_width(spec.x);
  return append_step(name, {{spec.x}}, check_width(w),
                     [&] { return make_arg_extreme(spec.largest, spec.last_on_ties, w); });
}

Result<Register> ProgramBuilder::add(std::string_view name, const Reduce& spec) {
  const std::size_t w = known_width(spec.x);
  return append_step(name, {{spec.x}}, check_width(w), [&] { return make_reduce(spec.op, w); });
}

Result<Register> ProgramBuilder::add(std::string_view name, const PostTransformed& spec) {
  const std::size_t w = known_width(spec.x);
  switch (spec.transform) {
    case PostTransform::none: return add(name, Unary{spec.x});
    case PostTransform::softmax: return add(name, Softmax{spec.x});
    case PostTransform::logistic: return add(name, Unary{spec.x, UnaryOp::sigmoid});
    case PostTransform::probit: return add(name, Unary{spec.x, UnaryOp::probit});
    case PostTransform::softmax_zero: break;
  }
  return append_step(name, {{spec.x}}, check_width(w), [&] { return make_softmax_zero(w); });
}

Result<Register> ProgramBuilder::add(std::string_view name, const SvmSums& spec) {
  const std::size_t vectors = spec.vectors.rows;
  const std::size_t groups = std::max<std::size_t>(1, spec.group_sizes.size());
  Problem problem = check_equal("features of the support vectors", spec.vectors.cols, known_width(spec.x));
  if (!problem) problem = check_parameters(vectors, spec.vectors.cols);
  if (!problem) problem = check_equal("coefficients a row", spec.coefficients.cols, vectors);
  if (!problem) problem = check_parameters(spec.coefficients.rows, vectors);
  if (!problem) problem = check_parameters(groups, spec.coefficients.rows);
  if (!problem) problem = check_width(groups * spec.coefficients.rows);
  std::size_t grouped = 0;
  for (const std::size_t size : spec.group_sizes) {
    if (size > vectors - grouped) {
      if (!problem) problem = wrong("the groups have more than the " + number(vectors) + " support vectors");
      break;
    }
    grouped += size;
  }
  if (!problem && !spec.group_sizes.empty()) problem = check_equal("vectors in groups", grouped, vectors);
  return append_step(name, {{spec.x}}, std::move(problem), [&] { return make_svm_sums(spec); });
}

Result<Register> ProgramBuilder::add(std::string_view name, const SvmPairs& spec) {
  Problem problem = check_classes(spec.classes);
  if (!problem) problem = check_equal("columns of the sums", known_width(spec.sums), spec.classes * (spec.classes - 1));
  if (!problem) problem = check_equal("intercepts", spec.intercepts.size(), pairs_of(spec.classes));
  return append_step(name, {{spec.sums}}, std::move(problem),
                     [&] { return make_svm_pairs(spec.classes, copied(spec.intercepts)); });
}

Result<Register> ProgramBuilder::add(std::string_view name, const SvmVotes& spec) {
  Problem problem = check_classes(spec.classes);
  if (!problem) problem = check_equal("pairs", known_width(spec.pairs), pairs_of(spec.classes));
  return append_step(name, {{spec.pairs}}, std::move(problem), [&] { return make_svm_votes(spec.classes); });
}

Result<Register> ProgramBuilder::add(std::string_view name, const SvmOneVsRest& spec) {
  Problem problem = check_classes(spec.classes);
  if (!problem) problem = check_equal("pairs", known_width(spec.pairs), pairs_of(spec.classes));
  return append_step(name, {{spec.pairs}}, std::move(problem), [&] { return make_svm_one_vs_rest(spec.classes); });
}

Result<Register> ProgramBuilder::add(std::string_view name, const SvmProbabilities& spec) {
  Problem problem = check_classes(spec.classes);
  if (!problem) problem = check_equal("pairs", known_width(spec.pairs), pairs_of(spec.classes));
  if (!problem) problem = check_equal("values of prob_a", spec.prob_a.size(), pairs_of(spec.classes));
  if (!problem) problem = check_equal("values of prob_b", spec.prob_b.size(), pairs_of(spec.classes));
  return append_step(name, {{spec.pairs}}, std::move(problem),
                     [&] { return make_svm_probabilities(spec.classes, copied(spec.prob_a), copied(spec.prob_b)); });
}

Result<Register> ProgramBuilder::add(std::string_view name, std::shared_ptr<const Step> step,
                                     std::span<const Register> inputs) {
  Problem problem;
  if (step == nullptr) {
    problem = wrong("there is no step");
  } else if (inputs.size() > kMaxStepInputs) {
    problem = too_large(number(inputs.size()) + " inputs: at most " + number(kMaxStepInputs) + " are possible");
  } else {
    problem = check_width(step->width());
  }
  return append_step(name, inputs, std::move(problem), [&] { return std::move(step); });
}

Result<Program> ProgramBuilder::compile(std::span<const Register> outputs) const {
  try {
    if (Problem input = check_width(nodes_.front().width)) return input->within("input");
    if (outputs.empty()) return wrong("a program needs an output");
    for (const Register r : outputs) {
      if (r.id >= nodes_.size()) return wrong("an output is not a register of this program");
    }
    return plan(nodes_, outputs);
  } catch (const std::bad_alloc&) {
    return too_large("not enough memory for the program");
  }
}

}  // namespace pelton::graph
