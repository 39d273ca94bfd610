// GET /docs and the files it loads.
#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "api/described/described_routes.hpp"
#include "api/described/docs_files.hpp"
#include "api/described/etag.hpp"
#include "api/query.hpp"
#include "http/content_coding.hpp"

namespace pelton::api {

namespace {

constexpr std::size_t kLargestFile = std::size_t{16} << 20;
constexpr std::size_t kAnyRatio = 10'000;

/// The page loads nothing from elsewhere and runs no script but the files'.
constexpr std::string_view kPolicy =
    "Content-Security-Policy: default-src 'none'; style-src 'self'; script-src 'self'; "
    "connect-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'\r\n"
    "X-Content-Type-Options: nosniff\r\n"
    "Referrer-Policy: no-referrer\r\n";

struct File {
  std::string_view name;
  std::string_view content_type;
  std::string_view bytes;  ///< in gzip's format
  std::string etag;
};

File make_file(std::string_view name, std::string_view content_type, std::string_view bytes) {
  return {name, content_type, bytes, etag_of(bytes)};
}

std::span<const File> files() {
  constexpr std::string_view kText = "text/plain; charset=utf-8";
  constexpr std::string_view kScript = "text/javascript; charset=utf-8";
  static const std::vector<File> all{
      make_file("", "text/html; charset=utf-8", docs_page()),
      make_file("swagger-ui.css", "text/css; charset=utf-8", docs_style()),
      make_file("swagger-ui-bundle.js", kScript, docs_bundle()),
      make_file("start.js", kScript, docs_start()),
      make_file("swagger-ui-bundle.js.LICENSE.txt", kText, docs_bundle_licences()),
      make_file("LICENSE", kText, docs_licence()),
      make_file("NOTICE", kText, docs_notice()),
  };
  return all;
}

void send_file(ThreadState& state, const http::RequestView& request, http::Responder responder, const File& file) {
  std::string headers(kPolicy);
  headers.append("ETag: ").append(file.etag).append("\r\nVary: Accept-Encoding\r\nCache-Control: no-cache\r\n");
  if (matches_etag(request.header("If-None-Match"), file.etag)) {
    return state.reply(request, std::move(responder), {.status = 304, .headers = headers}, {});
  }
  const bool gzip = http::preferred_coding(request.header("Accept-Encoding")) == http::ContentCoding::gzip;
  if (gzip) {
    headers.append("Content-Encoding: gzip\r\n");
    return state.reply(request, std::move(responder),
                       {.status = 200, .content_type = file.content_type, .headers = headers}, file.bytes);
  }
  core::TextBuffer plain;
  if (http::Inflater().inflate(http::ContentCoding::gzip, file.bytes, kLargestFile, kAnyRatio, plain) !=
      http::Inflater::Outcome::ok) {
    return state.reply_problem(request, std::move(responder),
                               {.status = 503, .detail = "not enough memory to unpack this file", .errors = {}});
  }
  state.reply(request, std::move(responder), {.status = 200, .content_type = file.content_type, .headers = headers},
              plain.view());
}

}  // namespace

void DescribedRoutes::docs(const http::RequestView& request, http::Responder responder, const http::RouteMatch&) {
  send_file(state_, request, std::move(responder), files().front());
}

void DescribedRoutes::docs_file(const http::RequestView& request, http::Responder responder,
                                const http::RouteMatch& match) {
  const std::string name = percent_decoded(match.params[0]);
  const auto all = files();
  const auto file = std::find_if(all.begin() + 1, all.end(), [&](const File& each) { return each.name == name; });
  if (file == all.end()) {
    return state_.reply_problem(request, std::move(responder),
                                {.status = 404, .detail = "nothing is served at this path", .errors = {}});
  }
  send_file(state_, request, std::move(responder), *file);
}

}  // namespace pelton::api
