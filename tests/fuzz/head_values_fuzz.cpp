// What a request's head says beyond its form: query strings, Accept, Content-Type, X-Forwarded-For, X-Request-Start,
// Origin. The text's first four lines are a query, a list of proxies, the peer and an origin; the rest are headers.
// Whatever they hold, what is read out of them lies within its bounds and within the request.

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "api/cors.hpp"
#include "api/ip_address.hpp"
#include "api/native_request.hpp"
#include "api/query.hpp"
#include "api/quotas/client_key.hpp"
#include "api/trusted_proxies.hpp"
#include "require.hpp"

namespace {

using namespace pelton;

using pelton::fuzz::require;

std::string_view line_of(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  const std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return line;
}

bool within(std::string_view part, std::string_view whole) {
  return part.empty() || (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

void check_query(std::string_view text) {
  static const model::Schema schema = [] {
    model::Schema made;
    made.features = {{.name = "a"}};
    made.outputs[0] = model::OutputSpec{};
    return made;
  }();
  static const codec::FeatureTable features(schema);
  require(api::percent_decoded(api::percent_encoded(text)) == text);
  std::size_t given = 0;
  api::for_each_parameter(text, [&](std::string_view name, std::string_view value) {
    given += name.size() + value.size();
    return true;
  });
  require(given <= text.size());
  api::NativeQuery query;
  if (api::read_query(text, features, query)) return;
  for (const std::string_view view : {query.options.model, query.options.version}) require(within(view, query.text));
  require(query.options.priority.value_or(0) <= codec::kMaxPriority);
  require(query.options.timeout.value_or(core::Duration(0)) >= core::Duration(0));
}

void check_types(const http::RequestView& request) {
  static const codec::FeatureTable no_features{model::Schema{}};
  constexpr std::array<std::string_view, 3> kOffered{"application/json", "application/x-ndjson", "text/csv"};
  const std::string_view accept = request.header("Accept");
  const std::size_t best = api::preferred(accept, kOffered);
  require(best <= kOffered.size());
  // With one more offered, the choice stays or falls to the new one.
  const std::size_t of_two = api::preferred(accept, std::span(kOffered).first(2));
  require(best == of_two || best == 2 || (of_two == 2 && best == 3));
  const std::string_view type = request.header("Content-Type");
  require(within(api::media_parameter(type, "dtype"), type));
  const api::BodyKind kind = api::body_kind(request);
  if (kind == api::BodyKind::csv || kind == api::BodyKind::raw) {
    const auto format = api::slice_format(request, kind, {});
    require(format || format.error().status == 422);
  }
}

void check_caller(const http::RequestView& request, std::string_view trusted) {
  const auto proxies = api::TrustedProxies::parse(trusted);
  if (!proxies) return;
  const std::string_view client = proxies->client(request);
  require(client == request.peer || within(client, request.header("X-Forwarded-For")));
  const auto now = std::chrono::system_clock::time_point(std::chrono::seconds(1'700'000'000));
  const core::Duration waited = proxies->waited(request, now);
  require(waited >= core::Duration(0) && waited <= std::chrono::minutes(1));
  if (api::parse_ip(client) && client.find_first_of(":[") == client.npos) {
    require(api::client_key(client) == api::client_key("::ffff:" + std::string(client)));
  }
}

void check_origin(const http::RequestView& request, std::string_view allowed) {
  const auto cors = api::Cors::parse(allowed);
  if (!cors) return;
  for (const std::string& lines : {std::string(cors->lines(request)), cors->preflight_lines(request, "GET, POST")}) {
    require(lines.empty() || lines.ends_with("\r\n"));
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  http::RequestView request;
  request.query = line_of(text);
  const std::string_view trusted = line_of(text);
  request.peer = line_of(text);
  const std::string_view origins = line_of(text);
  request.verb = http::Verb::options;
  std::vector<http::Header> headers;
  while (!text.empty()) {
    std::string_view value = line_of(text);
    const std::size_t colon = std::min(value.find(':'), value.size());
    headers.push_back({value.substr(0, colon), value.substr(std::min(colon + 1, value.size()))});
  }
  request.headers = headers;
  check_query(request.query);
  check_types(request);
  check_caller(request, trusted);
  check_origin(request, origins);
  return 0;
}
