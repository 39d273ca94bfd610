#include "api/v2/infer.hpp"

#include <charconv>
#include <string>
#include <utility>

#include "api/v2/choice.hpp"
#include "api/v2/model_part.hpp"

namespace pelton::api {

namespace {

constexpr std::string_view kHeaderLength = "Inference-Header-Content-Length";

codec::Problem malformed(std::string detail) { return {.status = 400, .detail = std::move(detail), .errors = {}}; }

}  // namespace

void V2Infer::add_routes(Routes& routes) {
  routes.add<&V2Infer::infer>(http::Verb::post, "/v2/models/{model}/infer", *this);
  routes.add<&V2Infer::infer>(http::Verb::post, "/v2/models/{model}/versions/{version}/infer", *this);
}

void V2Infer::infer(const http::RequestView& request, http::Responder responder, const http::RouteMatch& match) {
  predict_v2(
      state_, predictions_, request, std::move(responder), match,
      [&](const codec::v2::InferTarget& target, codec::v2::InferRequest& inferred) {
        return read(request, target, inferred);
      },
      form_);
}

core::Result<void, codec::Problem> V2Infer::read(const http::RequestView& request, const codec::v2::InferTarget& target,
                                                 codec::v2::InferRequest& inferred) {
  const std::string_view header = request.header(kHeaderLength);
  const std::string_view body = request.body;
  if (header.empty()) return reader_.read(body, {}, target, inferred);
  std::size_t length = 0;
  const auto [end, failure] = std::from_chars(header.data(), header.data() + header.size(), length);
  if (failure != std::errc() || end != header.data() + header.size()) {
    return malformed(std::string(kHeaderLength) + ": expected the number of bytes of the JSON");
  }
  if (length > body.size()) {
    return malformed(std::string(kHeaderLength) + " tells of " + std::to_string(length) + " bytes, the body has " +
                     std::to_string(body.size()));
  }
  if (length == 0) return reader_.read_raw(body, target, inferred);
  return reader_.read(body.substr(0, length), body.substr(length), target, inferred);
}

namespace {

/// Enters a request that was read for the batches of `read_for`.
void submit(Predictions& predictions, const http::RequestView& request, http::Responder responder, ServedModel& model,
            model::Method read_for, const codec::v2::InferRequest& read, const AnswerForm& form) {
  std::array<model::Method, model::kMethodCount> methods{};
  Wish wish{.model = &model,
            .methods = {methods.data(), read.output_count},
            .read_for = read_for,
            .first_row = read.first_row,
            .single = read.single,
            .id = read.id,
            .timeout = read.timeout,
            .priority = static_cast<batching::Priority>(read.priority)};
  for (std::size_t i = 0; i < read.output_count; ++i) {
    methods[i] = read.outputs[i].method;
    wish.notes[i] = V2InferForm::note_of(read.outputs[i]);
  }
  predictions.submit(request, std::move(responder), wish, form);
}

}  // namespace

void predict_v2(ThreadState& state, Predictions& predictions, const http::RequestView& request,
                http::Responder responder, const http::RouteMatch& match, const ReadV2& read, const AnswerForm& form) {
  const ModelChoice choice = choose_v2(state, match);
  if (choice.model == nullptr) {
    return state.reply_problem(request, std::move(responder), choice.problem, Dialect::v2);
  }
  ServedModel& model = *choice.model;
  const V2ModelPart& part = V2ModelPart::of(model);
  // Which outputs are wanted stands behind the inputs; most want the first.
  const model::Method read_for = part.tensors.outputs().front().method;
  math::RowBuffer* const rows = predictions.rows_for(
      request, responder, {.model = model, .method = read_for, .dialect = Dialect::v2, .deciding = part.other_outputs});
  if (rows == nullptr) return;
  codec::v2::InferRequest inferred;
  const auto done = read({part.tensors, {model.features, *rows, state.shared().settings.read}}, inferred);
  if (!done) return state.reply_problem(request, std::move(responder), done.error(), Dialect::v2, &model);
  submit(predictions, request, std::move(responder), model, read_for, inferred, form);
}

}  // namespace pelton::api
