#include "api/described/described_routes.hpp"

#include <set>
#include <utility>

#include "api/described/etag.hpp"
#include "api/described/openapi.hpp"
#include "api/described/postman.hpp"
#include "api/described/snippets.hpp"
#include "api/query.hpp"
#include "codec/result_writer.hpp"

namespace pelton::api {

namespace {

/// `name`, and what makes it another one where it is taken, of the characters that names of components may have.
std::string unused_name(std::string_view name, std::set<std::string>& used) {
  std::string component;
  for (const char c : name) {
    const bool plain =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
    component.push_back(plain ? c : '_');
  }
  const std::string first = component;
  for (int next = 2; !used.insert(component).second; ++next) component = first + "_" + std::to_string(next);
  return component;
}

/// Where the caller found the server.
std::string base_url_of(const http::RequestView& request) {
  return (request.encrypted ? "https://" : "http://") +
         std::string(request.host.empty() ? std::string_view("127.0.0.1") : request.host);
}

}  // namespace

void DescribedRoutes::add_routes(Routes& routes) {
  routes.add<&DescribedRoutes::openapi>(http::Verb::get, "/openapi.json", *this);
  routes.add<&DescribedRoutes::postman>(http::Verb::get, "/postman.json", *this);
  routes.add<&DescribedRoutes::snippets>(http::Verb::get, "/models/{model}/snippets", *this);
  routes.add<&DescribedRoutes::docs>(http::Verb::get, "/docs", *this);
  routes.add<&DescribedRoutes::docs_file>(http::Verb::get, "/docs/{file}", *this);
  routes.described_by<&DescribedRoutes::describe>(*this);
}

Description DescribedRoutes::description() {
  const serving::Catalog& catalog = state_.predictor().catalog();
  std::vector<DescribedModel> models;
  std::set<std::string> used;
  for (const serving::ModelVersions& model : catalog.models()) {
    for (const auto& loaded : model.versions) {
      const bool newest = loaded.get() == &model.newest();
      const ModelChoice choice = state_.choose(model.name, loaded->version);
      const std::string component = unused_name(newest ? model.name : model.name + ".v" + loaded->version, used);
      models.emplace_back(*choice.model, newest, newest && &model == catalog.default_model(), component);
    }
  }
  Description all(std::move(models));
  all_routes_.describe(all);
  return all;
}

bool DescribedRoutes::is_current(const Document& document, std::string_view base_url) const {
  return document.made && document.generation == state_.shared().repository.generation() &&
         document.base_url == base_url;
}

void DescribedRoutes::keep(Document& document, core::TextBuffer& text, std::string_view base_url) {
  document.generation = state_.shared().repository.generation();
  document.made = true;
  document.base_url = base_url;
  document.text = text.view();
  document.headers = "ETag: " + etag_of(text.view()) + "\r\nCache-Control: no-cache\r\n";
}

void DescribedRoutes::send(const http::RequestView& request, http::Responder responder, const Document& document) {
  constexpr std::string_view kName = "ETag: ";
  const std::string_view tag = std::string_view(document.headers).substr(kName.size());
  if (matches_etag(request.header("If-None-Match"), tag.substr(0, tag.find('\r')))) {
    return state_.reply(request, std::move(responder), {.status = 304, .headers = document.headers}, {});
  }
  state_.reply(request, std::move(responder), {.status = 200, .headers = document.headers}, document.text);
}

void DescribedRoutes::openapi(const http::RequestView& request, http::Responder responder, const http::RouteMatch&) {
  if (!is_current(openapi_, {})) {
    core::TextBuffer text;  // of its own: too large to keep
    append_openapi(text, description());
    keep(openapi_, text, {});
  }
  send(request, std::move(responder), openapi_);
}

void DescribedRoutes::postman(const http::RequestView& request, http::Responder responder, const http::RouteMatch&) {
  const std::string base_url = base_url_of(request);
  if (!is_current(postman_, base_url)) {
    core::TextBuffer text;
    append_postman(text, description(), base_url);
    keep(postman_, text, base_url);
  }
  send(request, std::move(responder), postman_);
}

void DescribedRoutes::snippets(const http::RequestView& request, http::Responder responder,
                               const http::RouteMatch& match) {
  const ModelChoice choice = state_.choose(percent_decoded(match.params[0]), {});
  if (choice.model == nullptr) return state_.reply_problem(request, std::move(responder), choice.problem);
  const DescribedModel model(*choice.model, true, false, {});
  const std::string url = base_url_of(request) + "/predict/" + percent_encoded(model.name());
  const std::string row = model.rows().rows == 0 ? "[]" : model.row_json();
  core::TextBuffer& body = state_.scratch();
  codec::ObjectWriter reply(body);
  for (const Snippet& snippet : make_snippets(url, R"({"x":)" + row + "}")) {
    reply.text(snippet.language, snippet.text);
  }
  reply.finish();
  state_.reply(request, std::move(responder), {.status = 200}, body.view());
}

}  // namespace pelton::api
