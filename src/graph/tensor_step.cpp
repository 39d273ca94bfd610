#include "graph/tensor_step.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <unordered_map>
#include <utility>

#include "core/text_store.hpp"
#include "graph/refused_row.hpp"

namespace pelton::graph {
namespace {

using tensor::DataType;
using tensor::Shape;
using tensor::Tensor;
using tensor::Value;

/// A cell of a request as an element of T; throws Failure where it is none.
template <class T>
T element(double cell) {
  if constexpr (std::is_same_v<T, std::string_view>) {
    return core::text_of(cell);
  } else if constexpr (std::is_same_v<T, float>) {
    return static_cast<float>(cell);
  } else if constexpr (std::is_same_v<T, tensor::Float16> || std::is_same_v<T, tensor::BFloat16>) {
    return T(static_cast<float>(cell));
  } else if constexpr (std::is_same_v<T, double>) {
    return cell;
  } else if constexpr (std::is_same_v<T, bool>) {
    return cell != 0;
  } else {
    // Both bounds are powers of two (or zero), so doubles hold them.
    constexpr double kLow = static_cast<double>(std::numeric_limits<T>::min());
    const double beyond = std::ldexp(1.0, std::numeric_limits<T>::digits);
    if (!(cell >= kLow && cell < beyond))
      throw tensor::Failure("an input is not of type " + std::string(to_string(tensor::kTypeOf<T>)));
    return static_cast<T>(cell);
  }
}

template <class T>
void read_columns(math::ConstMatrix rows, const TensorInput& input, std::span<T> out) {
  const std::size_t width = input.tail.elements();
  for (std::size_t r = 0; r < rows.rows; ++r) {
    const double* const cells = rows.row(r) + input.first;
    std::transform(cells, cells + width, out.begin() + static_cast<std::ptrdiff_t>(r * width), element<T>);
  }
}

void read_columns(math::ConstMatrix rows, const TensorInput& input, Tensor& out) {
  const Shape shape = input.tail.inserted(0, static_cast<std::int64_t>(rows.rows));
  switch (input.type) {
    case DataType::float32: return read_columns(rows, input, out.reset<float>(shape));
    case DataType::float64: return read_columns(rows, input, out.reset<double>(shape));
    case DataType::float16: return read_columns(rows, input, out.reset<tensor::Float16>(shape));
    case DataType::bfloat16: return read_columns(rows, input, out.reset<tensor::BFloat16>(shape));
    case DataType::boolean: return read_columns(rows, input, out.reset<bool>(shape));
    case DataType::int8: return read_columns(rows, input, out.reset<std::int8_t>(shape));
    case DataType::int16: return read_columns(rows, input, out.reset<std::int16_t>(shape));
    case DataType::int32: return read_columns(rows, input, out.reset<std::int32_t>(shape));
    case DataType::int64: return read_columns(rows, input, out.reset<std::int64_t>(shape));
    case DataType::uint8: return read_columns(rows, input, out.reset<std::uint8_t>(shape));
    case DataType::uint16: return read_columns(rows, input, out.reset<std::uint16_t>(shape));
    case DataType::uint32: return read_columns(rows, input, out.reset<std::uint32_t>(shape));
    case DataType::uint64: return read_columns(rows, input, out.reset<std::uint64_t>(shape));
    case DataType::string: return read_columns(rows, input, out.reset<std::string_view>(shape));
    default: throw tensor::Failure("an input of type " + std::string(to_string(input.type)));
  }
}

/// The positions of labels.
class LabelTable {
 public:
  explicit LabelTable(std::vector<std::variant<std::int64_t, std::string>> labels) : labels_(std::move(labels)) {
    for (std::size_t i = 0; i < labels_.size(); ++i) {
      if (const std::string* text = std::get_if<std::string>(&labels_[i])) {
        texts_.emplace(*text, static_cast<double>(i));
      } else {
        integers_.emplace(std::get<std::int64_t>(labels_[i]), static_cast<double>(i));
      }
    }
  }
  bool empty() const noexcept { return labels_.empty(); }
  double position(std::string_view text) const {
    const auto found = texts_.find(text);
    if (found == texts_.end()) throw tensor::Failure("gives a label that is none of its classes");
    return found->second;
  }
  double position(std::int64_t number) const {
    const auto found = integers_.find(number);
    if (found == integers_.end()) throw tensor::Failure("gives a label that is none of its classes");
    return found->second;
  }

 private:
  std::vector<std::variant<std::int64_t, std::string>> labels_;
  std::unordered_map<std::string_view, double> texts_;  // into labels_
  std::unordered_map<std::int64_t, double> integers_;
};

class TensorStep final : public Step {
 public:
  explicit TensorStep(TensorStepSpec spec)
      : graph_(std::move(spec.graph)),
        inputs_(std::move(spec.inputs)),
        width_(spec.width),
        labels_(std::move(spec.labels)),
        one_by_one_(spec.one_by_one),
        work_per_row_(spec.work_per_row),
        keep_alive_(std::move(spec.keep_alive)) {}

  std::size_t width() const noexcept override { return width_; }
  std::size_t rows_together() const noexcept override { return one_by_one_ ? 1 : kRowsTogether; }
  bool refuses_rows() const noexcept override { return true; }
  void run(std::span<const math::ConstMatrix> inputs, math::Matrix out, double*) const noexcept override {
    const math::ConstMatrix rows = inputs[0];
    if (!one_by_one_ && attempt(rows, out)) return;
    // Which of the rows is at fault is found out one by one.
    for (std::size_t r = 0; r < rows.rows; ++r) {
      if (!attempt(rows.slice(r, 1), out.slice(r, 1))) std::fill_n(out.row(r), width_, kRefusedRow);
    }
  }
  std::string describe() const override {
    const std::vector<std::string> names = graph_->node_names();
    std::string text = std::to_string(names.size()) + (names.size() == 1 ? " operation" : " operations");
    text += one_by_one_ ? " over tensors, row by row: " : " over tensors: ";
    for (std::size_t i = 0; i < names.size(); ++i) text.append(i == 0 ? "" : ", ").append(names[i]);
    return text;
  }
  Cost cost() const noexcept override {
    const tensor::Graph::Size size = graph_->constants();
    return {size.elements, size.bytes, std::numeric_limits<double>::quiet_NaN()};
  }

 private:
  static constexpr std::size_t kRowsTogether = 64;
  static constexpr std::size_t kKeptBytes = std::size_t{16} << 20;  // of an idle output

  /// Inputs and the output, kept by each thread so that they are allocated once.
  struct Operands {
    std::vector<Value> values;
    std::vector<const Value*> taken;
    Value output;
  };

  bool attempt(math::ConstMatrix rows, math::Matrix out) const noexcept try {
    thread_local Operands operands;
    if (operands.values.size() < inputs_.size()) operands.values.resize(inputs_.size());
    operands.taken.clear();
    for (std::size_t i = 0; i < inputs_.size(); ++i) {
      read_columns(rows, inputs_[i], operands.values[i].tensor);
      operands.taken.push_back(&operands.values[i]);
    }
    Value* const output = &operands.output;
    constexpr std::size_t kMost = tensor::RunContext::kMaxWork;
    const std::size_t work = work_per_row_ > kMost / rows.rows ? kMost : work_per_row_ * rows.rows;
    const auto ran = graph_->run(operands.taken, {&output, 1}, work);
    if (!ran) throw tensor::Failure(ran.error().message());
    write(output->tensor, out);
    if (output->tensor.capacity_bytes() > kKeptBytes) output->tensor.release();
    return true;
  } catch (const std::exception& failure) {
    if (RefusalListener::listening()) RefusalListener::tell(failure.what());
    return false;
  }

  template <class T>
  void write_as(const Tensor& from, math::Matrix out) const {
    const std::span<const T> values = from.values<T>();
    for (std::size_t r = 0; r < out.rows; ++r) {
      const T* const line = values.data() + r * width_;
      if constexpr (std::is_same_v<T, std::string_view>) {
        std::transform(line, line + width_, out.row(r), [this](T value) { return labels_.position(value); });
      } else if (labels_.empty()) {
        std::transform(line, line + width_, out.row(r), [](T value) { return static_cast<double>(value); });
      } else if constexpr (std::is_integral_v<T>) {
        std::transform(line, line + width_, out.row(r),
                       [this](T value) { return labels_.position(static_cast<std::int64_t>(value)); });
      }
    }
  }
  void write(const Tensor& from, math::Matrix out) const {
    if (from.size() != out.rows * width_) {
      throw tensor::Failure("gives " + to_string(from.shape()) + " for " + std::to_string(out.rows) + " rows, not " +
                            std::to_string(width_) + " values a row");
    }
    switch (from.type()) {
      case DataType::float32: return write_as<float>(from, out);
      case DataType::float64: return write_as<double>(from, out);
      case DataType::boolean: return write_as<bool>(from, out);
      case DataType::int32: return write_as<std::int32_t>(from, out);
      case DataType::int64: return write_as<std::int64_t>(from, out);
      case DataType::string: return write_as<std::string_view>(from, out);
      default: throw tensor::Failure("gives " + std::string(to_string(from.type())));
    }
  }

  std::shared_ptr<const tensor::Graph> graph_;
  std::vector<TensorInput> inputs_;
  std::size_t width_;
  LabelTable labels_;
  bool one_by_one_;
  std::size_t work_per_row_;
  std::shared_ptr<const void> keep_alive_;
};

}  // namespace

std::shared_ptr<const Step> make_tensor_step(TensorStepSpec spec) {
  return std::make_shared<const TensorStep>(std::move(spec));
}

}  // namespace pelton::graph
