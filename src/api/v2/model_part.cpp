#include "api/v2/model_part.hpp"

namespace pelton::api {

V2ModelPart::V2ModelPart(const serving::LoadedModel& loaded) : tensors(loaded.model->schema()) {
  for (const model::Method method : model::kAllMethods) {
    if (const codec::v2::OutputTensor* tensor = tensors.output(method)) {
      writers[static_cast<std::size_t>(method)].emplace(loaded.model->schema(), *tensor);
    }
  }
  for (const auto* const outputs : {&tensors.outputs(), &tensors.further_outputs()}) {
    for (const codec::v2::OutputTensor& output : *outputs) {
      if (&output == &tensors.outputs().front() || output.file_name.empty()) continue;
      core::TextBuffer quoted;
      core::append_json_string(quoted, output.file_name);
      other_outputs.emplace_back(quoted.view());
    }
  }
  core::TextBuffer head;
  head.append(R"({"model_name":)");
  core::append_json_string(head, loaded.name);
  head.append(R"(,"model_version":)");
  core::append_json_string(head, loaded.version);
  reply_head = head.view();
}

}  // namespace pelton::api
