#include "api/v2/infer_form.hpp"

#include <algorithm>

#include "api/header_lines.hpp"
#include "api/v2/model_part.hpp"

namespace pelton::api {

namespace {

constexpr std::uint32_t kBinary = 1;
constexpr std::uint32_t kByFileName = 2;
constexpr unsigned kClassesShift = 8;

void append_json(core::TextBuffer& out, const Answer& answer, const V2ModelPart& part) {
  out.append(part.reply_head);
  if (!answer.id.empty()) {
    out.append(R"(,"id":)");
    out.append(answer.id);
  }
  out.append(R"(,"outputs":[)");
  for (const Answer::Output& output : answer.outputs) {
    if (&output != answer.outputs.data()) out.append(',');
    part.writer(output.method).append_tensor(out, output.results, V2InferForm::wish_of(output.note));
  }
  out.append("]}");
}

}  // namespace

std::uint32_t V2InferForm::note_of(const codec::v2::OutputWish& wish) noexcept {
  return (wish.binary ? kBinary : 0) | (wish.by_file_name ? kByFileName : 0) | wish.classes << kClassesShift;
}

codec::v2::OutputWish V2InferForm::wish_of(std::uint32_t note) noexcept {
  return {.by_file_name = (note & kByFileName) != 0, .classes = note >> kClassesShift, .binary = (note & kBinary) != 0};
}

void V2InferForm::write(const Answer& answer, http::Responder& responder) const {
  const V2ModelPart& part = V2ModelPart::of(answer.model);
  const bool binary = std::any_of(answer.outputs.begin(), answer.outputs.end(),
                                  [](const Answer::Output& output) { return wish_of(output.note).binary; });
  if (!binary) {
    return append_json(responder.begin({.status = 200, .headers = answer.headers}), answer, part);
  }
  core::TextBuffer& json = state_.scratch();
  append_json(json, answer, part);
  HeaderLines headers;
  headers.lines(answer.headers);
  headers.integer("Inference-Header-Content-Length", static_cast<long>(json.size()));
  core::TextBuffer& body =
      responder.begin({.status = 200, .content_type = "application/octet-stream", .headers = headers.view()});
  body.append(json.view());
  for (const Answer::Output& output : answer.outputs) {
    const codec::v2::OutputWish wish = wish_of(output.note);
    if (wish.binary) part.writer(output.method).append_bytes(body, output.results, wish);
  }
}

std::string V2InferForm::row_pointer(std::size_t row, bool) const { return "row " + std::to_string(row + 1); }

}  // namespace pelton::api
