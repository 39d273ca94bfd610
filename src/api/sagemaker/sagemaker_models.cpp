#include "api/sagemaker/sagemaker_models.hpp"

#include <filesystem>
#include <utility>

#include "api/query.hpp"
#include "codec/field_errors.hpp"
#include "codec/result_writer.hpp"
#include "codec/sagemaker/load_request.hpp"

namespace pelton::api {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kNotStartedForIt = "this server was not started for models that are loaded by request";

/// Whether a path is below the folder, both without `..`; symbolic links are the folder's owner's own.
bool is_below(const fs::path& path, const fs::path& folder) {
  const fs::path relative = path.lexically_relative(folder.lexically_normal());
  return !relative.empty() && *relative.begin() != ".." && *relative.begin() != ".";
}

/// What SageMaker is told: it makes room at 507. Memory that runs out is told as too_large by what reads models.
int status_of(const core::Error& error) noexcept {
  switch (error.code()) {
    case core::ErrorCode::not_found: return 404;
    case core::ErrorCode::too_large:
    case core::ErrorCode::unavailable: return 507;
    case core::ErrorCode::io:
    case core::ErrorCode::internal: return 500;
    default: return 400;
  }
}

/// As Amazon's multi-model server words it.
void append_status(core::TextBuffer& out, const std::string& name, std::string_view done) {
  codec::ObjectWriter(out).text("status", "Model " + codec::in_quotes(name) + " " + std::string(done)).finish();
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
  if (folder.empty()) return refuse({.status = 422, .detail = std::string(kNotStartedForIt), .errors = {}});
  const fs::path path = fs::path(wanted->path).lexically_normal();
  if (!is_below(path, folder)) {
    return refuse(
        {.status = 422, .detail = codec::in_quotes(wanted->path) + " is not in " + folder.string(), .errors = {}});
  }
  start(
      request, std::move(responder),
      [name = wanted->name, path](serving::ModelManager& manager, core::TextBuffer& body) -> core::Result<void> {
        const auto added = manager.add(name, path);
        if (!added) return added.error();
        if (*added) append_status(body, name, "registered");
        return {};
      },
      "model " + codec::in_quotes(wanted->name) + " is loaded");
}

void SagemakerModels::unload(const http::RequestView& request, http::Responder responder,
                             const http::RouteMatch& match) {
  std::string name = percent_decoded(match.params[0]);
  const ModelChoice choice = state_.choose(name, {});
  if (choice.model == nullptr) {
    return state_.reply_problem(request, std::move(responder), choice.problem, Dialect::sagemaker);
  }
  if (state_.shared().settings.platform.loadable.empty()) {
    return state_.reply_problem(request, std::move(responder),
                                {.status = 422, .detail = std::string(kNotStartedForIt), .errors = {}},
                                Dialect::sagemaker);
  }
  start(request, std::move(responder),
        [name = std::move(name)](serving::ModelManager& manager, core::TextBuffer& body) -> core::Result<void> {
          if (auto dropped = manager.drop(name); !dropped) return dropped;
          append_status(body, name, "unregistered");
          return {};
        },
        {});
}

/// Work that writes no body was not done: `conflict` says why.
void SagemakerModels::start(const http::RequestView& request, http::Responder responder, ModelChores::Work work,
                            std::string conflict) {
  chores_.start(request, std::move(responder), Dialect::sagemaker, std::move(work),
                [this, conflict = std::move(conflict)](const http::RequestView& asked, http::Responder to,
                                                       const core::Error* error, std::string_view body) {
                  if (error == nullptr && !body.empty()) {
                    return state_.reply(asked, std::move(to), {.status = 200}, body, Dialect::sagemaker);
                  }
                  codec::Problem problem{.status = 409, .detail = conflict, .errors = {}};
                  if (error != nullptr) {
                    problem = codec::to_problem(*error);
                    problem.status = status_of(*error);
                  }
                  state_.reply_problem(asked, std::move(to), problem, Dialect::sagemaker);
                });
}

}  // namespace pelton::api
