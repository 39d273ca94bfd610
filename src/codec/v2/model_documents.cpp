#include "codec/v2/model_documents.hpp"

#include "codec/json_list.hpp"
#include "codec/result_writer.hpp"

namespace pelton::codec::v2 {

namespace {

void append_dimensions(core::TextBuffer& out, std::span<const std::size_t> shape) {
  append_list(out, shape, [&](std::size_t dimension) { out.append_integer(dimension); });
}

std::string platform_of(const ModelHeading& heading) { return "pelton_" + std::string(heading.format); }

template <class Tensor>
void append_tensor(core::TextBuffer& out, const Tensor& tensor) {
  ObjectWriter object(out);
  object.text("name", tensor.name).text("datatype", to_string(tensor.datatype));
  object.member("shape").append("[-1");
  for (const std::size_t dimension : tensor.shape) {
    out.append(',');
    out.append_integer(dimension);
  }
  out.append(']');
  object.finish();
}

void append_config_input(core::TextBuffer& out, const InputTensor& tensor) {
  ObjectWriter object(out);
  object.text("name", tensor.name).text("data_type", config_name(tensor.datatype)).text("format", "FORMAT_NONE");
  append_dimensions(object.member("dims"), tensor.shape);
  object.finish();
}

void append_config_output(core::TextBuffer& out, const OutputTensor& tensor) {
  ObjectWriter object(out);
  object.text("name", tensor.name).text("data_type", config_name(tensor.datatype));
  if (tensor.shape.empty()) {
    object.raw("dims", "[1]").raw("reshape", R"({"shape":[]})");  // a configuration has no empty dimensions
  } else {
    append_dimensions(object.member("dims"), tensor.shape);
  }
  object.text("label_filename", "").finish();
}

}  // namespace

void append_metadata(core::TextBuffer& out, const ModelHeading& heading, const TensorTable& tensors) {
  ObjectWriter object(out);
  object.text("name", heading.name);
  append_list(object.member("versions"), heading.versions,
              [&](const std::string& version) { core::append_json_string(out, version); });
  object.text("platform", platform_of(heading));
  append_list(object.member("inputs"), tensors.inputs(), [&](const InputTensor& input) { append_tensor(out, input); });
  append_list(object.member("outputs"), tensors.outputs(),
              [&](const OutputTensor& output) { append_tensor(out, output); });
  object.finish();
}

void append_config(core::TextBuffer& out, const ModelHeading& heading, const TensorTable& tensors) {
  ObjectWriter object(out);
  object.text("name", heading.name).text("platform", platform_of(heading)).text("backend", "pelton");
  object.raw("version_policy", R"({"all":{}})").integer("max_batch_size", heading.max_batch_size);
  append_list(object.member("input"), tensors.inputs(),
              [&](const InputTensor& input) { append_config_input(out, input); });
  append_list(object.member("output"), tensors.outputs(),
              [&](const OutputTensor& output) { append_config_output(out, output); });
  object.raw("instance_group", "[]").raw("parameters", "{}");
  object.finish();
}

}  // namespace pelton::codec::v2
