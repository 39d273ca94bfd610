// What /openapi.json and /postman.json tell of V2's infer and generate.
#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "api/v2/model_part.hpp"
#include "api/v2/telling_v2.hpp"
#include "codec/row_writer.hpp"

namespace pelton::api {

namespace {

constexpr std::string_view kInferRequest =
    R"({"type":"object","required":["inputs"],"properties":{"id":{"type":["string","integer","null"],"minimum":0},)"
    R"("parameters":{"type":["object","null"]},"inputs":{"type":"array","minItems":1,"items":{"type":"object",)"
    R"("required":["name","shape","datatype"],"properties":{"name":{"type":"string"},"shape":{"type":"array",)"
    R"("minItems":1,"items":{"type":"integer","minimum":1}},"datatype":{"type":"string","enum":["BOOL","UINT8",)"
    R"("UINT16","UINT32","UINT64","INT8","INT16","INT32","INT64","FP16","FP32","FP64","BF16","BYTES"]},)"
    R"("parameters":{"type":["object","null"]},"data":{"description":"a list, of lists where that is the shape; )"
    R"(not given where bytes follow the JSON"}}}},"outputs":{"type":["array","null"],"items":{"type":"object",)"
    R"("required":["name"],"properties":{"name":{"type":"string"},"parameters":{"type":["object","null"]}}}}}})";

constexpr std::string_view kInferAnswer =
    R"({"type":"object","required":["model_name","model_version","outputs"],"properties":{"model_name":)"
    R"({"type":"string"},"model_version":{"type":"string"},"id":{"type":["string","integer"]},"outputs":)"
    R"({"type":"array","items":{"type":"object","required":["name","datatype","shape"],"properties":{"name":)"
    R"({"type":"string"},"datatype":{"type":"string"},"shape":{"type":"array","items":{"type":"integer"}},)"
    R"("parameters":{"type":"object"},"data":{"type":"array"}}}}},"additionalProperties":false})";

constexpr std::string_view kGenerateRequest =
    R"({"type":"object","description":"a member an input or feature: a value, or a list of a value a row",)"
    R"("properties":{"id":{"type":"string"},"parameters":{"type":["object","null"]}}})";

constexpr std::string_view kGenerateAnswer =
    R"({"type":"object","description":"a member an output beside these","required":["model_name","model_version"],)"
    R"("properties":{"model_name":{"type":"string"},"model_version":{"type":"string"},"id":{"type":"string"}}})";

/// What shows a route: a request, and the answer to it.
struct Shown {
  std::string request;
  std::string answer;
};

void append_input(core::TextBuffer& out, const DescribedModel& model, const codec::v2::InputTensor& input) {
  const math::ConstMatrix rows = model.rows();
  codec::ObjectWriter tensor(out);
  tensor.text("name", input.name).text("datatype", to_string(input.datatype));
  tensor.member("shape").append('[');
  out.append_integer(rows.rows);
  for (const std::size_t dimension : input.shape) {
    out.append(',');
    out.append_integer(dimension);
  }
  out.append(']');
  tensor.member("data").append('[');
  for (std::size_t r = 0; r < rows.rows; ++r) {
    for (std::size_t f = 0; f < input.width; ++f) {
      if (r + f != 0) out.append(',');
      const std::size_t feature = input.first + f;
      codec::append_cell(out, model.schema().features[feature], rows(r, feature));
    }
  }
  out.append(']');
  tensor.finish();
}

Shown infer_shown(const DescribedModel& model) {
  const V2ModelPart part(*model.served().loaded);
  core::TextBuffer request;
  request.append(R"({"inputs":[)");
  for (const codec::v2::InputTensor& input : part.tensors.inputs()) {
    if (&input != part.tensors.inputs().data()) request.append(',');
    append_input(request, model, input);
  }
  request.append("]}");
  core::TextBuffer answer;
  answer.append(part.reply_head);
  answer.append(R"(,"outputs":[)");
  for (const codec::v2::OutputTensor& output : part.tensors.outputs()) {
    if (&output != part.tensors.outputs().data()) answer.append(',');
    part.writer(output.method).append_tensor(answer, model.results(output.method), {.method = output.method});
  }
  answer.append("]}");
  return {std::string(request.view()), std::string(answer.view())};
}

/// By features' names; nothing where they have none, or one that means something else here.
Shown generate_shown(const DescribedModel& model) {
  const auto& features = model.schema().features;
  const bool plain = model.schema().named() && std::none_of(features.begin(), features.end(), [](const auto& feature) {
                       return feature.name == "id" || feature.name == "parameters";
                     });
  if (!plain) return {};
  const V2ModelPart part(*model.served().loaded);
  std::string answer = part.reply_head;
  for (const codec::v2::OutputTensor& output : part.tensors.outputs()) {
    answer.append(",\"").append(to_string(output.method)).append("\":").append(model.result_json(output.method, true));
  }
  return {model.row_json(), answer + "}"};
}

void add_infer(Telling& telling, bool versioned) {
  const DescribedModel* const model = telling.to().shown();
  const Shown shown = model != nullptr ? infer_shown(*model) : Shown{};
  Operation infer = telling.post(v2_path(versioned, "/infer"), v2_id("infer", versioned), "Infer (V2)");
  infer.description =
      "Tensors in, tensors out. With Inference-Header-Content-Length the body is that much JSON, and the tensors' "
      "bytes.";
  infer.bodies = {{.schema = std::string(kInferRequest), .example = shown.request},
                  {.media_type = "application/octet-stream"}};
  Reply reply = prediction_reply("The outputs; as bytes where that is asked for.", kInferAnswer, shown.answer);
  reply.contents.push_back({.media_type = "application/octet-stream"});
  infer.replies = {std::move(reply)};
  telling.add(std::move(infer), {400, 404, 413, 503, 504});
}

void add_generate(Telling& telling, bool versioned) {
  const DescribedModel* const model = telling.to().shown();
  const Shown shown = model != nullptr ? generate_shown(*model) : Shown{};
  Operation generate =
      telling.post(v2_path(versioned, "/generate"), v2_id("generate", versioned), "Predict by flat objects (V2)");
  generate.bodies = {{.schema = std::string(kGenerateRequest), .example = shown.request}};
  generate.replies = {prediction_reply("A member an output.", kGenerateAnswer, shown.answer)};
  telling.add(std::move(generate), {400, 404, 413, 503, 504});
  Operation stream = telling.post(v2_path(versioned, "/generate_stream"), v2_id("generate_stream", versioned),
                                  "Predict as a stream: refused (V2)");
  stream.description = "A prediction is one answer: ask for generate.";
  stream.bodies = {{.schema = std::string(kGenerateRequest)}};
  telling.add(std::move(stream), {400, 404});
}

}  // namespace

void tell_v2_predictions(Telling& telling) {
  for (const bool versioned : {false, true}) {
    add_infer(telling, versioned);
    add_generate(telling, versioned);
  }
}

}  // namespace pelton::api
