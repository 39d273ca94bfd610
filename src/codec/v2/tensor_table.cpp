#include "codec/v2/tensor_table.hpp"

#include <algorithm>
#include <array>
#include <variant>

namespace pelton::codec::v2 {

namespace {

/// Names are compared with a mistyped one only while all of them together are this short.
constexpr std::size_t kSuggestedBytes = 16 * 1024;

bool is_listed(model::Method method) noexcept {
  return method == model::Method::predict || method == model::Method::predict_proba;
}

Datatype output_datatype(const model::Schema& schema, const model::OutputSpec& output) {
  // Texts are given as labels only: numbers that are declared as text stay numbers.
  if (!output.labelled) return output.type == model::ElementType::string ? Datatype::fp64 : datatype_of(output.type);
  const bool texts = std::any_of(schema.classes.begin(), schema.classes.end(),
                                 [](const model::Label& label) { return std::holds_alternative<std::string>(label); });
  return texts ? Datatype::bytes : Datatype::int64;
}

/// The shape of a row's values: contributions of several classes are a list a class.
std::vector<std::size_t> row_shape(const model::Schema& schema, model::Method method, const model::OutputSpec& output) {
  if (!output.shape.empty()) return output.shape;
  const std::size_t explained = schema.features.size() + 1;
  if (method == model::Method::contrib && output.width > explained && output.width % explained == 0) {
    return {output.width / explained, explained};
  }
  if (output.scalar && output.width == 1) return {};
  return {output.width};
}

/// Of features of different types without names: what holds them all.
Datatype input_datatype(const model::Schema& schema, const model::Input& input) {
  const auto begin = schema.features.begin() + static_cast<std::ptrdiff_t>(input.first);
  const auto end = begin + static_cast<std::ptrdiff_t>(input.width);
  if (std::all_of(begin, end, [&](const model::Feature& feature) { return feature.type == begin->type; })) {
    return datatype_of(begin->type);
  }
  const bool texts =
      std::any_of(begin, end, [](const model::Feature& f) { return f.type == model::ElementType::string; });
  return texts ? Datatype::bytes : Datatype::fp64;
}

/// The inputs of a model whose file names none.
std::vector<model::Input> made_up_inputs(const model::Schema& schema) {
  const std::vector<model::Feature>& features = schema.features;
  const bool alike = std::all_of(features.begin(), features.end(),
                                 [&](const model::Feature& feature) { return feature.type == features.front().type; });
  if (alike || !schema.named()) return {{.name = "input", .first = 0, .width = features.size()}};
  std::vector<model::Input> inputs;
  for (const model::Feature& feature : features) {
    inputs.push_back({.name = feature.name, .first = inputs.size(), .width = 1});
  }
  return inputs;
}

}  // namespace

TensorTable::TensorTable(const model::Schema& schema) {
  for (const model::Input& input : schema.inputs.empty() ? made_up_inputs(schema) : schema.inputs) {
    std::vector<std::size_t> shape = input.shape.empty() ? std::vector{input.width} : input.shape;
    inputs_.push_back({.name = input.name.empty() ? "input" : input.name,
                       .datatype = input_datatype(schema, input),
                       .first = input.first,
                       .width = input.width,
                       .shape = std::move(shape)});
  }
  std::size_t bytes = 0;
  for (std::size_t i = 0; i < inputs_.size(); ++i) {
    input_numbers_.emplace(inputs_[i].name, i);
    suggested_inputs_.push_back(inputs_[i].name);
    bytes += inputs_[i].name.size() + 1;
  }
  if (bytes > kSuggestedBytes) suggested_inputs_.clear();
  for (const model::Method method : model::kAllMethods) {
    const auto& output = schema.output(method);
    if (!output) continue;
    OutputTensor tensor{.name = std::string(to_string(method)),
                        .file_name = output->file_name,
                        .method = method,
                        .datatype = output_datatype(schema, *output),
                        .shape = row_shape(schema, method, *output),
                        .labelled = output->labelled};
    if (tensor.file_name == tensor.name) tensor.file_name.clear();
    output_names_.push_back(tensor.name);
    if (!tensor.file_name.empty()) output_names_.push_back(tensor.file_name);
    (is_listed(method) ? outputs_ : further_).push_back(std::move(tensor));
  }
  if (outputs_.empty()) outputs_.swap(further_);
}

const InputTensor* TensorTable::find_input(std::string_view name, std::size_t guess) const noexcept {
  if (guess < inputs_.size() && inputs_[guess].name == name) return &inputs_[guess];
  const auto found = input_numbers_.find(name);
  return found == input_numbers_.end() ? nullptr : &inputs_[found->second];
}

const OutputTensor* TensorTable::find_output(std::string_view name) const noexcept {
  // A method's name means the method, whatever another output may be called in the file.
  for (const auto member : {&OutputTensor::name, &OutputTensor::file_name}) {
    for (const std::vector<OutputTensor>* list : {&outputs_, &further_}) {
      for (const OutputTensor& output : *list) {
        if (!name.empty() && output.*member == name) return &output;
      }
    }
  }
  return nullptr;
}

const OutputTensor* TensorTable::output(model::Method method) const noexcept {
  for (const std::vector<OutputTensor>* list : {&outputs_, &further_}) {
    for (const OutputTensor& output : *list) {
      if (output.method == method) return &output;
    }
  }
  return nullptr;
}

}  // namespace pelton::codec::v2
