#include <cmath>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

#include "core/text_arena.hpp"
#include "formats/onnx/functions.hpp"
#include "formats/onnx/general/graph_compiler.hpp"
#include "formats/onnx/general/tensor_constant.hpp"
#include "formats/onnx/proto_reader.hpp"
#include "formats/onnx/refusals.hpp"
#include "formats/onnx/tensor.hpp"
#include "formats/onnx/wire.hpp"
#include "tensor/graph.hpp"

/// Runs the cases that node_cases.py wrote: each a folder with a model, inputs and expected outputs. Prints the
/// ones that fail, and why.
namespace pelton::formats::onnx {
namespace {

namespace fs = std::filesystem;

std::string contents(const fs::path& file) {
  std::ifstream stream(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(stream), {}};
}

[[noreturn]] void fail(const std::string& why) { throw std::runtime_error(why); }

template <class T>
T take(core::Result<T> result) {
  if (!result) fail(result.error().message());
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

tensor::Tensor read_tensor(std::string_view bytes, core::TextArena& texts) {
  const TensorProto proto = take(read_tensor_proto(bytes, {}));
  return take(to_tensor(take(decode_tensor(proto)), texts));
}

/// A value from its file: a TensorProto, or a SequenceProto where the model declares a sequence.
std::shared_ptr<tensor::Value> read_value(const std::string& bytes, TypeProto::Kind kind, core::TextArena& texts) {
  auto value = std::make_shared<tensor::Value>();
  if (kind != TypeProto::Kind::sequence_of_tensors) {
    value->tensor = read_tensor(bytes, texts);
    return value;
  }
  value->is_sequence = true;
  WireReader reader(bytes);
  constexpr std::uint32_t kTensorValues = 3;
  for (WireField field; reader.next(field);) {
    if (field.number == kTensorValues) value->sequence.push_back(read_tensor(field.payload, texts));
  }
  value->length = value->sequence.size();
  return value;
}

struct Tolerance {
  double relative = 0;
  double absolute = 0;
};

template <class T>
void compare_elements(const tensor::Tensor& got, const tensor::Tensor& expected, const Tolerance& tolerance) {
  const auto left = got.values<T>();
  const auto right = expected.values<T>();
  for (std::size_t i = 0; i < left.size(); ++i) {
    std::ostringstream told;
    told << "element " << i << " is " << left[i] << ", not " << right[i];
    if constexpr (std::is_convertible_v<T, double>) {
      const double a = static_cast<double>(left[i]);
      const double b = static_cast<double>(right[i]);
      const bool close = std::abs(a - b) <= tolerance.absolute + tolerance.relative * std::abs(b);
      if (left[i] != right[i] && !close && !(std::isnan(a) && std::isnan(b))) fail(told.str());
    } else {
      if (left[i] != right[i]) fail(told.str());
    }
  }
}

void compare(const tensor::Tensor& got, const tensor::Tensor& expected, const Tolerance& tolerance) {
  if (got.type() != expected.type())
    fail("type " + std::string(to_string(got.type())) + ", not " + std::string(to_string(expected.type())));
  if (got.shape() != expected.shape()) fail("shape " + to_string(got.shape()) + ", not " + to_string(expected.shape()));
  const Tolerance exact;
  switch (got.type()) {
    case DataType::float32: return compare_elements<float>(got, expected, tolerance);
    case DataType::float64: return compare_elements<double>(got, expected, tolerance);
    case DataType::float16: return compare_elements<tensor::Float16>(got, expected, tolerance);
    case DataType::bfloat16: return compare_elements<tensor::BFloat16>(got, expected, tolerance);
    case DataType::boolean: return compare_elements<bool>(got, expected, exact);
    case DataType::int8: return compare_elements<std::int8_t>(got, expected, exact);
    case DataType::int16: return compare_elements<std::int16_t>(got, expected, exact);
    case DataType::int32: return compare_elements<std::int32_t>(got, expected, exact);
    case DataType::int64: return compare_elements<std::int64_t>(got, expected, exact);
    case DataType::uint8: return compare_elements<std::uint8_t>(got, expected, exact);
    case DataType::uint16: return compare_elements<std::uint16_t>(got, expected, exact);
    case DataType::uint32: return compare_elements<std::uint32_t>(got, expected, exact);
    case DataType::uint64: return compare_elements<std::uint64_t>(got, expected, exact);
    case DataType::string: return compare_elements<std::string_view>(got, expected, exact);
    case DataType::undefined: fail("has no type");
  }
}

void compare(const tensor::Value& got, const tensor::Value& expected, const Tolerance& tolerance) {
  if (got.is_sequence != expected.is_sequence) fail("a sequence where there should be a tensor, or the reverse");
  if (!got.is_sequence) return compare(got.tensor, expected.tensor, tolerance);
  if (got.length != expected.length) fail("a sequence of " + std::to_string(got.length));
  for (std::size_t i = 0; i < got.length; ++i) compare(got.sequence[i], expected.sequence[i], tolerance);
}

/// Compiles and runs one case twice: values that the run before left behind must not show.
void run_case(const fs::path& folder) {
  const std::string bytes = contents(folder / "model.onnx");
  ModelProto model = take(read_model_proto(bytes, {}));
  const Opsets opsets = take(read_opsets(model.opset_import));
  ConstantTexts constants;
  core::TextArena& texts = constants.arena;
  const Limits limits;
  take(inline_functions(model, opsets, limits, texts));
  GeneralContext context{opsets, limits, constants};
  GraphCompiler compiler(context, *model.graph, nullptr);
  take(compiler.add_initializers());
  Tolerance tolerance;
  std::istringstream(contents(folder / "tolerance")) >> tolerance.relative >> tolerance.absolute;
  std::vector<std::shared_ptr<tensor::Value>> inputs;
  for (std::size_t i = 0; i < model.graph->input.size(); ++i) {
    const ValueInfoProto& info = model.graph->input[i];
    inputs.push_back(read_value(contents(folder / ("input_" + std::to_string(i) + ".pb")), info.type.kind, texts));
    Known known{.is_sequence = inputs.back()->is_sequence, .type = info.type.elem_type, .value = inputs.back()};
    take(compiler.add_input(info.name, std::move(known)));
  }
  take(compiler.add_nodes());
  std::vector<std::size_t> ids;
  for (const ValueInfoProto& info : model.graph->output) ids.push_back(compiler.find(info.name)->id);
  const tensor::Graph graph = compiler.builder().build(ids);
  std::vector<const tensor::Value*> taken(inputs.size());
  std::transform(inputs.begin(), inputs.end(), taken.begin(), [](const auto& value) { return value.get(); });
  for (int round = 0; round < 2; ++round) {
    std::vector<tensor::Value> outputs(ids.size());
    std::vector<tensor::Value*> given;
    for (tensor::Value& output : outputs) given.push_back(&output);
    take(graph.run(taken, given));
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      const auto kind = model.graph->output[i].type.kind;
      const auto expected = read_value(contents(folder / ("output_" + std::to_string(i) + ".pb")), kind, texts);
      compare(outputs[i], *expected, tolerance);
    }
  }
}

int run_all(const fs::path& directory) {
  std::vector<fs::path> folders;
  for (const auto& entry : fs::directory_iterator(directory)) folders.push_back(entry.path());
  std::sort(folders.begin(), folders.end());
  std::size_t failed = 0;
  for (const fs::path& folder : folders) {
    try {
      run_case(folder);
    } catch (const std::exception& failure) {
      ++failed;
      std::cout << folder.filename().native() << ": " << failure.what() << "\n";
    }
  }
  std::cout << folders.size() - failed << " of " << folders.size() << " cases pass\n";
  return failed == 0 && !folders.empty() ? 0 : 1;
}

}  // namespace
}  // namespace pelton::formats::onnx

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: pelton_node_cases DIR (written by node_cases.py)\n";
    return 2;
  }
  return pelton::formats::onnx::run_all(argv[1]);
}
