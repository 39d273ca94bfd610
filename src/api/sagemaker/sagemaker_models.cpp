#include "api/sagemaker/sagemaker_models.hpp"

#include <filesystem>
#include <utility>

#include "api/query.hpp"
#include "codec/field_errors.hpp"
#include "codec/sagemaker/load_request.hpp"

namespace pelton::api {

namespace {

namespace fs = std::filesystem;

/// Whether a path stays in the folder, whatever `..` it holds; symbolic links are the folder's owner's own.
bool is_within(const fs::path& path, const fs::path& folder) {
  if (folder.empty()) return false;
  const fs::path relative = path.lexically_normal().lexically_relative(folder.lexically_normal());
  return !relative.empty() && *relative.begin() != "..";
}

codec::Problem not_carried_out(std::string_view what) {
  return {.status = 501,
          .detail = std::string(what) +
                    " models while the server runs is not offered: models are read when it starts, "
                    "and again on SIGHUP",
          .errors = {}};
}

}  // namespace

void SagemakerModels::add_routes(Routes& routes) {
  routes.add<&SagemakerModels::load>(http::Verb::post, "/models", *this);
  routes.add<&SagemakerModels::unload>(http::Verb::del, "/models/{model}", *this);
  routes.described_by<&SagemakerModels::describe>(*this);
}

void SagemakerModels::load(const http::RequestView& request, http::Responder responder, const http::RouteMatch&) {
  const auto refuse = [&](const codec::Problem& problem) {
    state_.reply_problem(request, std::move(responder), problem, Dialect::sagemaker);
  };
  const auto wanted = codec::read_load_request(request.body);
  if (!wanted) return refuse(wanted.error());
  const fs::path& folder = state_.shared().settings.platform.loadable;
  if (!is_within(wanted->path, folder)) {
    return refuse({.status = 422,
                   .detail = folder.empty() ? "this server was not started for models that are loaded by request"
                                            : codec::in_quotes(wanted->path) + " is not in " + folder.string(),
                   .errors = {}});
  }
  if (state_.predictor().catalog().find(wanted->name) != nullptr) {
    return refuse({.status = 409, .detail = "model " + codec::in_quotes(wanted->name) + " is loaded", .errors = {}});
  }
  refuse(not_carried_out("loading"));
}

void SagemakerModels::unload(const http::RequestView& request, http::Responder responder,
                             const http::RouteMatch& match) {
  const ModelChoice choice = state_.choose(percent_decoded(match.params[0]), {});
  state_.reply_problem(request, std::move(responder),
                       choice.model == nullptr ? choice.problem : not_carried_out("unloading"), Dialect::sagemaker,
                       choice.model);
}

}  // namespace pelton::api
