#include <algorithm>
#include <initializer_list>

#include "codec/result_writer.hpp"
#include "codec/v1/v1_results.hpp"

namespace pelton::codec {

namespace {

using model::ElementType;

/// TensorFlow's name of the type.
std::string_view tensor_type(ElementType type) noexcept {
  switch (type) {
    case ElementType::float32: return "DT_FLOAT";
    case ElementType::float64: return "DT_DOUBLE";
    case ElementType::int64: return "DT_INT64";
    case ElementType::boolean: return "DT_BOOL";
    case ElementType::string: return "DT_STRING";
  }
  return "DT_INVALID";
}

/// One tensor: `dimensions` follow that of the rows. Sizes are strings, as protobuf's JSON has 64-bit integers.
void append_tensor(core::TextBuffer& out, std::string_view name, ElementType type,
                   const std::vector<std::size_t>& dimensions) {
  ObjectWriter tensor(out);
  tensor.text("dtype", tensor_type(type));
  ObjectWriter shape(tensor.member("tensor_shape"));
  shape.member("dim").append(R"([{"size":"-1","name":""})");
  for (const std::size_t size : dimensions) {
    out.append(R"(,{"size":")");
    out.append_integer(size);
    out.append(R"(","name":""})");
  }
  out.append(']');
  shape.raw("unknown_rank", "false").finish();
  tensor.text("name", name).finish();
}

void append_named_tensor(core::TextBuffer& out, bool& first, std::string_view name, ElementType type,
                         const std::vector<std::size_t>& dimensions) {
  if (!first) out.append(',');
  first = false;
  core::append_json_string(out, name);
  out.append(':');
  append_tensor(out, name, type, dimensions);
}

void append_inputs(core::TextBuffer& out, const model::Schema& schema) {
  bool first = true;
  out.append('{');
  if (schema.named()) {
    for (const model::Feature& feature : schema.features) {
      append_named_tensor(out, first, feature.name, feature.type, {});
    }
  } else {
    const auto of_text = [](const model::Feature& feature) { return feature.type == ElementType::string; };
    const ElementType type = std::any_of(schema.features.begin(), schema.features.end(), of_text) ? ElementType::string
                             : schema.features.empty()                                            ? ElementType::float64
                                                       : schema.features.front().type;
    append_named_tensor(out, first, "inputs", type, {schema.features.size()});
  }
  out.append('}');
}

ElementType output_type(const model::Schema& schema, const model::OutputSpec& output) noexcept {
  if (!output.labelled || schema.classes.empty()) return output.type;
  return std::holds_alternative<std::string>(schema.classes.front()) ? ElementType::string : ElementType::int64;
}

void append_signature(core::TextBuffer& out, const model::Schema& schema, model::Method method) {
  const model::OutputSpec& output = *schema.output(method);
  ObjectWriter signature(out);
  append_inputs(signature.member("inputs"), schema);
  std::vector<std::size_t> dimensions = output.shape;
  if (dimensions.empty() && !(output.scalar && output.width == 1)) dimensions.push_back(output.width);
  bool first = true;
  signature.member("outputs").append('{');
  append_named_tensor(out, first, to_string(method), output_type(schema, output), dimensions);
  out.append('}');
  signature.text("method_name", "tensorflow/serving/predict").finish();
}

}  // namespace

void append_v1_metadata(core::TextBuffer& out, std::string_view name, std::string_view version,
                        const model::Schema& schema) {
  ObjectWriter reply(out);
  ObjectWriter(reply.member("model_spec"))
      .text("name", name)
      .text("signature_name", "")
      .text("version", version)
      .finish();
  ObjectWriter metadata(reply.member("metadata"));
  ObjectWriter definition(metadata.member("signature_def"));
  ObjectWriter signatures(definition.member("signature_def"));
  for (const model::Method method : model::kAllMethods) {
    if (!schema.output(method)) continue;
    if (method == model::Method::predict) append_signature(signatures.member("serving_default"), schema, method);
    append_signature(signatures.member(to_string(method)), schema, method);
  }
  signatures.finish();
  definition.finish();
  metadata.finish();
  reply.finish();
}

}  // namespace pelton::codec
