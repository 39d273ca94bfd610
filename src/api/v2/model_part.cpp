#include "api/v2/model_part.hpp"

namespace pelton::api {

V2ModelPart::V2ModelPart(const serving::LoadedModel& loaded) : tensors(loaded.model->schema()) {
  for (const model::Method method : model::kAllMethods) {
    if (const codec::v2::OutputTensor* tensor = tensors.output(method)) {
      writers[static_cast<std::size_t>(method)].emplace(loaded.model->schema(), *tensor);
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
