#include "formats/onnx/general/compile.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <optional>
#include <string>
#include <utility>

#include "core/printable.hpp"
#include "formats/onnx/describe.hpp"
#include "formats/onnx/general/graph_compiler.hpp"
#include "formats/onnx/graph_outputs.hpp"
#include "graph/program_builder.hpp"
#include "graph/tensor_step.hpp"

namespace pelton::formats::onnx {
namespace {

using core::Error;
using core::ErrorCode;
using tensor::RowAxis;
using tensor::Shape;

/// One way of trying a graph out: how many rows, and what their numbers are.
struct Trial {
  std::int64_t rows;
  double number;
};
/// Several rows first: a graph that keeps them apart is scored in batches. A graph may fail on zeros (a
/// division) or on ones (an index into a table of one), or be made for one row at a time.
constexpr Trial kTrials[] = {{3, 0}, {3, 1}, {1, 0}, {1, 1}};

/// What a row may take beyond what the made-up ones took, where its values say how much there is to do: some 30 ms.
constexpr std::size_t kWorkOfValues = std::size_t{1} << 25;

/// More than a model has methods to call; each is compiled by itself.
constexpr std::size_t kMostOutputs = 64;

Shape tail_of(const GraphInput& input) {
  return input.flat ? Shape() : Shape(std::span<const std::int64_t>(input.tail));
}

template <class T>
void fill(tensor::Tensor& tensor, const Shape& shape, double number) {
  const std::span<T> values = tensor.reset<T>(shape);
  if constexpr (std::is_same_v<T, tensor::Float16> || std::is_same_v<T, tensor::BFloat16>) {
    std::fill(values.begin(), values.end(), T(static_cast<float>(number)));
  } else if constexpr (std::is_same_v<T, std::string_view>) {
    std::fill(values.begin(), values.end(), std::string_view());
  } else {
    std::fill(values.begin(), values.end(), static_cast<T>(number));
  }
}

std::shared_ptr<const tensor::Value> trial_value(DataType type, const Shape& shape, double number) {
  auto value = std::make_shared<tensor::Value>();
  tensor::Tensor& tensor = value->tensor;
  switch (type) {
    case DataType::float32: fill<float>(tensor, shape, number); break;
    case DataType::float64: fill<double>(tensor, shape, number); break;
    case DataType::float16: fill<tensor::Float16>(tensor, shape, number); break;
    case DataType::bfloat16: fill<tensor::BFloat16>(tensor, shape, number); break;
    case DataType::boolean: fill<bool>(tensor, shape, number); break;
    case DataType::int8: fill<std::int8_t>(tensor, shape, number); break;
    case DataType::int16: fill<std::int16_t>(tensor, shape, number); break;
    case DataType::int32: fill<std::int32_t>(tensor, shape, number); break;
    case DataType::int64: fill<std::int64_t>(tensor, shape, number); break;
    case DataType::uint8: fill<std::uint8_t>(tensor, shape, number); break;
    case DataType::uint16: fill<std::uint16_t>(tensor, shape, number); break;
    case DataType::uint32: fill<std::uint32_t>(tensor, shape, number); break;
    case DataType::uint64: fill<std::uint64_t>(tensor, shape, number); break;
    default: fill<std::string_view>(tensor, shape, number); break;
  }
  return value;
}

FeatureList features_of(const GraphInput& input) {
  std::vector<std::size_t> numbers(input.width);
  std::iota(numbers.begin(), numbers.end(), input.first);
  return std::make_shared<const std::vector<std::size_t>>(std::move(numbers));
}

/// A constant that a graph gives beside its answers, if it can be a list of class labels.
core::Result<Value> constant_output(const tensor::Tensor& tensor) {
  Tensor list{tensor.type(), {tensor.shape().begin(), tensor.shape().end()}, {}};
  if (tensor.type() == DataType::string) {
    const auto texts = tensor.values<std::string_view>();
    list.values = std::vector<std::string>(texts.begin(), texts.end());
  } else if (tensor.type() == DataType::int64) {
    const auto integers = tensor.values<std::int64_t>();
    list.values = std::vector<std::int64_t>(integers.begin(), integers.end());
  } else {
    return Error(ErrorCode::unsupported, "is the same for all rows");
  }
  return Value(ConstantValue{nullptr, std::make_shared<const Tensor>(std::move(list))});
}

/// Whether an output is a class label: of floats it would be a number.
bool is_label(const Known& known) {
  return known.labels != nullptr && !known.labelled_scores && !is_floating(known.type);
}

/// Whether a step's answers for some rows together are other than for each alone. Rows are made up: small
/// numbers of both signs, all different, where the types allow it.
bool mixes_rows(const graph::Step& step, const std::vector<model::Feature>& features) {
  constexpr std::size_t kRows = 4;
  const std::size_t columns = features.size();
  std::vector<double> cells;
  for (std::size_t i = 0; i < kRows * columns; ++i) {
    const model::ElementType type = features[i % columns].type;
    const std::size_t line = i / columns;
    switch (type) {
      case model::ElementType::float32:
      case model::ElementType::float64: cells.push_back(0.25 * static_cast<double>(i % 7 + line) - 0.5); break;
      case model::ElementType::string: cells.push_back(0); break;  // the empty text
      default: cells.push_back(static_cast<double>((i + line) % 2)); break;
    }
  }
  std::vector<double> together(kRows * step.width());
  std::vector<double> alone(together.size());
  const math::ConstMatrix rows(cells.data(), kRows, columns);
  const auto answer = [&](std::size_t first, std::size_t count, std::vector<double>& into) {
    const math::ConstMatrix window = rows.slice(first, count);
    step.run({&window, 1}, {into.data() + first * step.width(), count, step.width()}, nullptr);
  };
  answer(0, kRows, together);
  for (std::size_t r = 0; r < kRows; ++r) answer(r, 1, alone);
  constexpr double kSlack = 1e-4;
  return !std::equal(together.begin(), together.end(), alone.begin(), [](double a, double b) {
    return std::isnan(a) == std::isnan(b) && !(std::abs(a - b) > kSlack * std::max(1.0, std::abs(b)));
  });
}

class GeneralCompiler {
 public:
  GeneralCompiler(const ModelProto& model, const Opsets& opsets, GraphInputs inputs, const Limits& limits)
      : model_(model),
        inputs_(std::move(inputs)),
        limits_(limits),
        texts_(std::make_shared<ConstantTexts>()),
        context_{opsets, limits, *texts_},
        program_(inputs_.features.size()) {}

  core::Result<std::unique_ptr<const model::Model>> compile();

 private:
  core::Result<std::unique_ptr<GraphCompiler>> attempt(const Trial& trial);
  core::Result<std::vector<Known>> given(GraphCompiler& graph) const;
  core::Result<void> check_rows(const GraphCompiler& graph, std::span<const Known> given) const;
  core::Result<Value> output(const GraphCompiler& graph, const ValueInfoProto& info, const Known& known,
                             const Trial& trial);
  core::Result<std::unique_ptr<const model::Model>> finish(const GraphCompiler& graph, std::span<const Known> given,
                                                           const Trial& trial);
  std::shared_ptr<const graph::Step> make_step(const GraphCompiler& graph, const Known& known, std::size_t width,
                                               std::vector<model::Label> labels, bool one_by_one) const;

  const ModelProto& model_;
  GraphInputs inputs_;
  const Limits& limits_;
  std::shared_ptr<ConstantTexts> texts_;
  GeneralContext context_;
  graph::ProgramBuilder program_;
  std::size_t trial_work_ = 0;  ///< what the latest trial took
};

core::Result<std::unique_ptr<GraphCompiler>> GeneralCompiler::attempt(const Trial& trial) try {
  context_.trial_bytes = 0;
  const std::size_t work = context_.work;
  context_.handles_missing.assign(inputs_.features.size(), false);
  auto graph = std::make_unique<GraphCompiler>(context_, *model_.graph, nullptr);
  auto added = graph->add_initializers();
  if (!added) return added.error();
  for (const GraphInput& input : inputs_.inputs) {
    const Shape shape = tail_of(input).inserted(0, trial.rows);
    Known known{.type = input.type, .value = trial_value(input.type, shape, trial.number), .rows = RowAxis::at(0)};
    known.features = features_of(input);
    added = graph->add_input(input.name, std::move(known));
    if (!added) return added.error();
  }
  added = graph->add_nodes();
  if (!added) return added.error();
  trial_work_ = work - context_.work;
  return graph;
} catch (const tensor::Failure& failure) {
  return Error(ErrorCode::unsupported, std::string("an input ") + failure.what());
}

bool keeps_rows_apart(std::span<const Known> given) {
  return std::all_of(given.begin(), given.end(),
                     [](const Known& known) { return known.constant || known.rows == RowAxis::at(0); });
}

/// What the graph gives, a sequence of tensors (one a target) as one tensor.
core::Result<std::vector<Known>> GeneralCompiler::given(GraphCompiler& graph) const {
  std::vector<Known> values;
  for (const ValueInfoProto& info : model_.graph->output) {
    const std::string place = "output \"" + core::printable(info.name) + "\"";
    const Known* const known = graph.find(info.name);
    if (known == nullptr) return Error(ErrorCode::malformed, "is given by no node").within(place);
    values.push_back(*known);
    if (!known->is_sequence) continue;
    if (known->constant) return Error(ErrorCode::unsupported, "is a sequence, the same for all rows").within(place);
    auto stacked = graph.stack(*known, info.name);
    if (!stacked) return stacked.error().within(place);
    values.back() = std::move(*stacked);
  }
  return values;
}

std::shared_ptr<const graph::Step> GeneralCompiler::make_step(const GraphCompiler& graph, const Known& known,
                                                              std::size_t width, std::vector<model::Label> labels,
                                                              bool one_by_one) const {
  graph::TensorStepSpec spec;
  const std::size_t id = known.id;
  spec.graph = std::make_shared<const tensor::Graph>(graph.builder().build({&id, 1}));
  for (const GraphInput& input : inputs_.inputs) spec.inputs.push_back({input.first, input.type, tail_of(input)});
  spec.width = width;
  spec.labels = std::move(labels);
  spec.one_by_one = one_by_one;
  spec.work_per_row = trial_work_ + kWorkOfValues;
  spec.keep_alive = texts_;
  return graph::make_tensor_step(std::move(spec));
}

/// Whether a graph that could be tried out with several rows, and is not known to keep them apart, answers
/// differently for rows in company: there is no one answer for a row then.
core::Result<void> GeneralCompiler::check_rows(const GraphCompiler& graph, std::span<const Known> given) const {
  for (std::size_t i = 0; i < given.size(); ++i) {
    const Known* const known = &given[i];
    const ValueInfoProto& info = model_.graph->output[i];
    if (known->constant) continue;
    const std::size_t elements = known->value->tensor.size();
    const std::size_t rows = static_cast<std::size_t>(kTrials[0].rows);
    const bool label = is_label(*known);
    if (elements == 0 || elements % rows != 0 || (known->type == DataType::string && !label)) continue;
    const auto step =
        make_step(graph, *known, elements / rows, label ? *known->labels : std::vector<model::Label>(), false);
    if (mixes_rows(*step, inputs_.features)) {
      return Error(ErrorCode::unsupported, "output \"" + core::printable(info.name) +
                                               "\" mixes rows: what it is for one depends on the others");
    }
  }
  return {};
}

/// What an output is, as the reader of outputs takes it: a block with a line a row.
core::Result<Value> GeneralCompiler::output(const GraphCompiler& graph, const ValueInfoProto& info, const Known& known,
                                            const Trial& trial) {
  if (known.constant) return constant_output(known.value->tensor);
  const Shape& shape = known.value->tensor.shape();
  const std::size_t rows = static_cast<std::size_t>(trial.rows);
  const std::size_t elements = shape.elements();
  if (elements == 0 || elements % rows != 0) {
    return Error(ErrorCode::unsupported,
                 "has shape " + to_string(shape) + " for " + std::to_string(rows) + " rows, not some values a row");
  }
  const std::size_t width = elements / rows;
  const bool one_by_one = trial.rows == 1;
  const bool label = width == 1 && is_label(known);
  if (known.type == DataType::string && !label) return Error(ErrorCode::unsupported, "is text other than a label");
  const auto step = make_step(graph, known, width, label ? *known.labels : std::vector<model::Label>(), one_by_one);
  const graph::Register row = program_.input();
  auto block = program_.add(core::printable(info.name), step, {&row, 1});
  if (!block) return block.error();
  if (label) {
    return Value(Labels{.index = *block, .names = *known.labels, .type = known.type, .flat = shape.rank() == 1});
  }
  Rows values{.block = *block, .width = width, .type = known.type, .flat = shape.rank() == 1, .rounded = true};
  values.choices = width == 1 ? known.choices : 0;
  if (shape.rank() > 2 && shape[0] == trial.rows) values.shape.assign(shape.begin() + 1, shape.end());
  if (known.labelled_scores) return Value(LabelledScores{std::move(values), *known.labels});
  return Value(std::move(values));
}

core::Result<std::unique_ptr<const model::Model>> GeneralCompiler::finish(const GraphCompiler& graph,
                                                                          std::span<const Known> given,
                                                                          const Trial& trial) {
  std::vector<Value> values;
  for (std::size_t i = 0; i < given.size(); ++i) {
    const ValueInfoProto& info = model_.graph->output[i];
    auto value = output(graph, info, given[i], trial);
    if (!value) return value.error().within("output \"" + core::printable(info.name) + "\"");
    values.push_back(std::move(*value));
  }
  auto methods = read_graph_outputs(model_.graph->output, std::move(values), inputs_.features, program_);
  if (!methods) return methods.error();
  for (std::size_t i = 0; i < inputs_.features.size(); ++i) {
    if (context_.handles_missing[i]) inputs_.features[i].takes_missing = true;
  }
  model::Description description = describe(model_, inputs_, 0, methods->outputs, !methods->classes.empty());
  std::vector<model::Input> inputs = told(inputs_);
  model::Schema schema{std::move(inputs_.features), std::move(methods->classes), std::move(methods->outputs),
                       std::move(inputs)};
  return std::unique_ptr<const model::Model>(
      std::make_unique<model::ProgramModel>(std::move(schema), std::move(description), std::move(methods->programs)));
}

core::Result<std::unique_ptr<const model::Model>> GeneralCompiler::compile() {
  if (model_.graph->output.size() > kMostOutputs) {
    return Error(ErrorCode::unsupported, "gives more than " + std::to_string(kMostOutputs) + " values");
  }
  std::optional<Error> refused;
  for (const Trial& trial : kTrials) {
    auto graph = attempt(trial);
    if (!graph) {
      refused = graph.error();
      if (refused->code() != ErrorCode::invalid_argument) break;  // nothing that other rows could mend
      continue;
    }
    auto outputs = given(**graph);
    if (!outputs) return outputs.error();
    if (trial.rows == 1 || keeps_rows_apart(*outputs)) return finish(**graph, *outputs, trial);
    auto checked = check_rows(**graph, *outputs);
    if (!checked) return checked.error();
  }
  return *refused;
}

}  // namespace

core::Result<std::unique_ptr<const model::Model>> compile_general(const ModelProto& model, const Opsets& opsets,
                                                                  GraphInputs inputs, const Limits& limits) {
  return GeneralCompiler(model, opsets, std::move(inputs), limits).compile();
}

}  // namespace pelton::formats::onnx
