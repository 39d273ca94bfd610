#include "formats/onnx/general/row_operation.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "core/aligned_buffer.hpp"
#include "core/printable.hpp"
#include "formats/onnx/refusals.hpp"
#include "formats/onnx/registry.hpp"
#include "graph/program_builder.hpp"

namespace pelton::formats::onnx {
namespace {

using core::ErrorCode;
using tensor::RowAxis;
using tensor::Shape;
using tensor::Traced;

/// One output of a program as a tensor.
struct Answer {
  DataType type = DataType::undefined;
  std::size_t width = 0;
  bool flat = false;                   ///< [rows], else [rows, width]
  std::vector<std::int64_t> integers;  ///< by class number, where the answer is a label
  std::vector<std::string> texts;
};

/// A program of columns over the rows of its first input.
class ProgramOperation final : public tensor::Operation {
 public:
  ProgramOperation(graph::Program program, std::vector<Answer> answers, DataType input)
      : program_(std::move(program)), answers_(std::move(answers)), input_(input) {}

  void run(std::span<const tensor::Value* const> inputs, std::span<tensor::Value* const> outputs,
           tensor::RunContext&) const override {
    const tensor::Tensor& x = inputs[0]->tensor;
    const std::size_t width = program_.input_width();
    // One line of features is one row.
    if (x.rank() < 1 || x.rank() > 2 || static_cast<std::size_t>(x.shape().back()) != width) {
      throw tensor::Failure("takes rows of " + std::to_string(width) + " columns, is given " + to_string(x.shape()));
    }
    const std::size_t rows = x.rank() == 1 ? 1 : static_cast<std::size_t>(x.shape()[0]);
    thread_local core::AlignedBuffer<double> memory;
    const std::size_t line = std::max<std::size_t>(1, width + outputs_width());
    memory.resize_uninitialized(rows * line + kPadding + program_.scratch_doubles());
    double* const features = memory.data();
    copy_in(x, features);
    double* out = features + rows * width;
    std::vector<math::Matrix> blocks;
    for (const Answer& answer : answers_) {
      blocks.emplace_back(out, rows, answer.width);
      out += rows * answer.width;
    }
    const std::size_t used = static_cast<std::size_t>(out - features);
    program_.run({features, rows, width}, blocks, features + (used + kPadding - 1) / kPadding * kPadding);
    for (std::size_t i = 0; i < outputs.size() && i < answers_.size(); ++i) {
      if (outputs[i] != nullptr) copy_out(answers_[i], blocks[i], outputs[i]->tensor);
    }
    constexpr std::size_t kKeptDoubles = std::size_t{1} << 20;
    if (memory.capacity() > kKeptDoubles) memory.release();
  }

  RowAxis row_axis(std::span<const Traced> inputs, const Shape&, std::size_t) const override {
    const bool lines = inputs[0].shape.rank() == 2 && inputs[0].rows == RowAxis::at(0);
    return lines ? RowAxis::at(0) : RowAxis::mixed();
  }

 private:
  static constexpr std::size_t kPadding = core::kAlignment / sizeof(double);

  std::size_t outputs_width() const noexcept {
    std::size_t width = 0;
    for (const Answer& answer : answers_) width += answer.width;
    return width;
  }

  template <class T>
  static void widen(const tensor::Tensor& x, double* to) {
    const std::span<const T> values = x.values<T>();
    std::transform(values.begin(), values.end(), to, [](T value) { return static_cast<double>(value); });
  }
  void copy_in(const tensor::Tensor& x, double* to) const {
    switch (input_) {
      case DataType::float32: return widen<float>(x, to);
      case DataType::float64: return widen<double>(x, to);
      case DataType::int64: return widen<std::int64_t>(x, to);
      default: return widen<std::int32_t>(x, to);
    }
  }

  static void copy_out(const Answer& answer, math::Matrix block, tensor::Tensor& to) {
    const std::int64_t rows = static_cast<std::int64_t>(block.rows);
    const Shape shape = answer.flat ? Shape{rows} : Shape{rows, static_cast<std::int64_t>(answer.width)};
    const double* const from = block.data;
    const auto fill = [&](auto elements, auto convert) {
      std::transform(from, from + elements.size(), elements.begin(), convert);
    };
    switch (answer.type) {
      case DataType::float32: return fill(to.reset<float>(shape), [](double v) { return static_cast<float>(v); });
      case DataType::float64: return fill(to.reset<double>(shape), [](double v) { return v; });
      case DataType::string:
        return fill(to.reset<std::string_view>(shape),
                    [&](double v) { return std::string_view(answer.texts[static_cast<std::size_t>(v)]); });
      default:
        return fill(to.reset<std::int64_t>(shape),
                    [&](double v) { return answer.integers[static_cast<std::size_t>(v)]; });
    }
  }

  graph::Program program_;
  std::vector<Answer> answers_;
  DataType input_;
};

/// What an output of the node is, in the columns' compiler.
struct Read {
  graph::Register block;
  Answer answer;
  std::vector<model::Label> labels;
};

Read read(const Value& value) {
  if (const Rows* rows = std::get_if<Rows>(&value)) {
    return {
        rows->block, {.type = rows->type, .width = rows->width, .flat = rows->flat, .integers = {}, .texts = {}}, {}};
  }
  const Labels& labels = std::get<Labels>(value);
  Read result{
      labels.index, {.type = labels.type, .width = 1, .flat = labels.flat, .integers = {}, .texts = {}}, labels.names};
  for (const model::Label& name : labels.names) {
    if (const std::string* text = std::get_if<std::string>(&name)) {
      result.answer.texts.push_back(*text);
    } else {
      result.answer.integers.push_back(std::get<std::int64_t>(name));
    }
  }
  return result;
}

template <class T>
T take(core::Result<T> result) {
  if (!result) throw Refusal(result.error().code(), result.error().message());
  return std::move(*result);
}

}  // namespace

bool is_row_operator(std::string_view domain, std::string_view name) noexcept {
  const auto has = [&](std::span<const Operator> family) {
    return std::any_of(family.begin(), family.end(),
                       [&](const Operator& op) { return op.domain == domain && op.name == name; });
  };
  return has(learned_operators()) || has(tree_operators());
}

RowOperation make_row_operation(const NodeProto& node, std::int64_t opset, std::span<const Known* const> inputs,
                                const Limits& limits) {
  if (inputs.empty() || inputs[0] == nullptr || inputs[0]->value == nullptr || inputs[0]->is_sequence) {
    throw Refusal(ErrorCode::unsupported, "is within a body, or has no tensor to work on");
  }
  const Known& x = *inputs[0];
  const bool numbers = is_floating(x.type) || x.type == DataType::int64 || x.type == DataType::int32;
  if (!numbers) throw Refusal(ErrorCode::unsupported, "works on other types than " + std::string(to_string(x.type)));
  const Shape& shape = x.value->tensor.shape();
  if (shape.rank() < 1 || shape.rank() > 2) {
    throw Refusal(ErrorCode::malformed, "takes rows of features, is given " + to_string(shape));
  }
  const std::size_t width = static_cast<std::size_t>(shape.back());
  graph::ProgramBuilder builder(width);
  std::vector<std::size_t> columns(width);
  std::iota(columns.begin(), columns.end(), std::size_t{0});
  const Value rows = Rows{.block = builder.input(), .width = width, .type = x.type, .features = std::move(columns)};
  const Operator& op = *find_operator(known_domain(node.domain), node.op_type);
  if (opset < op.since) {
    throw Refusal(ErrorCode::unsupported, "version " + std::to_string(opset) + "; Pelton reads it from version " +
                                              std::to_string(op.since) + " on");
  }
  NodeContext context(node, opset, {&rows}, builder, limits);
  op.build(context);
  if (const auto unread = context.unread_attribute()) context.refuse("attribute \"" + core::printable(*unread) + "\"");
  if (context.outputs().size() < node.output.size()) context.refuse("has too many outputs");
  RowOperation made;
  made.fills_missing = !context.filled().empty();
  std::vector<graph::Register> blocks;
  std::vector<Answer> answers;
  for (const Value& value : context.outputs()) {
    Read output = read(value);
    blocks.push_back(output.block);
    made.outputs.push_back({true, false, output.answer.type, nullptr});
    answers.push_back(std::move(output.answer));
    made.labels.push_back(std::move(output.labels));
  }
  made.operation = std::make_shared<const ProgramOperation>(take(builder.compile(blocks)), std::move(answers), x.type);
  return made;
}

}  // namespace pelton::formats::onnx
