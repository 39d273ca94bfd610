#include "api/native_request.hpp"

#include <utility>

#include "api/query.hpp"
#include "codec/field_errors.hpp"

namespace pelton::api {

BodyKind body_kind(const http::RequestView& request) noexcept {
  const std::string_view type = request.header("Content-Type");
  if (type.empty() || is_media_type(type, "application/json")) return BodyKind::json;
  if (is_media_type(type, "application/x-ndjson") || is_media_type(type, "application/jsonlines") ||
      is_media_type(type, "application/ndjson")) {
    return BodyKind::ndjson;
  }
  if (is_media_type(type, "text/csv")) return BodyKind::csv;
  if (is_media_type(type, "application/octet-stream")) return BodyKind::raw;
  // What `curl -d '{"x":[2,3]}'` says it sends, without a header of its own.
  if (is_media_type(type, "application/x-www-form-urlencoded") && request.body.starts_with('{')) return BodyKind::json;
  return BodyKind::unknown;
}

std::size_t reply_type(std::string_view accept, BodyKind body, const codec::ResultWriter& writer) noexcept {
  constexpr std::size_t kNdjson = 1;
  std::array<std::string_view, kReplyTypes.size()> offered;
  for (std::size_t i = 0; i < offered.size(); ++i) {
    const bool has_form = kReplyTypes[i].format != ReplyFormat::raw || !writer.raw_type().empty();
    offered[i] = has_form ? kReplyTypes[i].media_type : std::string_view();
  }
  const bool in_kind = body == BodyKind::ndjson;
  if (in_kind) std::swap(offered[0], offered[kNdjson]);
  const std::size_t type = preferred(accept, offered);
  return in_kind && type <= kNdjson ? kNdjson - type : type;
}

codec::Problem not_acceptable(const codec::ResultWriter& writer) {
  return {.status = 406,
          .detail =
              "none of the types in Accept is given here; predictions are application/json, "
              "application/x-ndjson" +
              std::string(writer.raw_type().empty() ? " or text/csv" : ", text/csv or application/octet-stream"),
          .errors = {}};
}

std::string_view content_type(std::string_view media_type, ReplyFormat format,
                              const codec::ResultWriter& writer) noexcept {
  if (format == ReplyFormat::csv) return "text/csv; charset=utf-8";
  if (format != ReplyFormat::raw) return media_type;
  const std::string_view type = writer.raw_type();
  if (type == "float32") return "application/octet-stream; dtype=float32";
  if (type == "int64") return "application/octet-stream; dtype=int64";
  if (type == "bool") return "application/octet-stream; dtype=bool";
  return "application/octet-stream; dtype=float64";
}

codec::Problem field_problem(std::string pointer, std::string detail) {
  codec::Problem problem{.status = 422, .detail = detail, .errors = {}};
  problem.errors.push_back({std::move(pointer), std::move(detail)});
  return problem;
}

std::optional<codec::Problem> read_query(std::string_view text, const codec::FeatureTable& features,
                                         NativeQuery& query) {
  codec::FieldErrors errors;
  const auto wrong = [&](std::string detail) {
    errors.report([&] { return codec::FieldError{{}, std::move(detail)}; });
  };
  // Decoded values live in query.text, which must not move: its size is known beforehand.
  query.text.reserve(text.size());
  for_each_parameter(text, [&](std::string_view name, std::string_view value) {
    const std::size_t at = query.text.size();
    query.text.append(value);
    const std::string_view kept = std::string_view(query.text).substr(at);
    if (name == "stream") {
      if (value != "true" && value != "false") wrong("query option stream: expected true or false");
      return true;
    }
    if (name == "dtype") {
      query.raw_type = codec::parse_raw_type(kept);
      if (!query.raw_type) wrong("query option dtype: expected float32 or float64");
      return true;
    }
    const codec::OptionOutcome outcome = codec::read_option(name, kept, features, query.options);
    if (!outcome.known) {
      wrong("unknown query option " + codec::in_quotes(name));
    } else if (outcome.error) {
      wrong("query option " + std::string(name) + ": " + *outcome.error);
    }
    return true;
  });
  if (errors.empty()) return std::nullopt;
  return errors.take_problem();
}

std::optional<bool> stream_wish(std::string_view query) {
  std::optional<bool> wish;
  for_each_parameter(query, [&](std::string_view name, std::string_view value) {
    if (name == "stream" && (value == "true" || value == "false")) wish = value == "true";
    return true;
  });
  return wish;
}

core::Result<codec::SliceFormat, codec::Problem> slice_format(const http::RequestView& request, BodyKind kind,
                                                              const NativeQuery& query) {
  const std::string_view type = request.header("Content-Type");
  codec::SliceFormat format;
  if (kind == BodyKind::csv) {
    format.kind = codec::SliceFormat::Kind::csv;
    const std::string_view header = media_parameter(type, "header");
    const auto spelled = codec::parse_csv_header(header);
    if (!header.empty() && !spelled) {
      return field_problem("", "content type parameter header: expected present or absent");
    }
    format.header = spelled.value_or(codec::CsvHeader::detect);
  } else if (kind == BodyKind::raw) {
    format.kind = codec::SliceFormat::Kind::raw;
    const std::string_view dtype = media_parameter(type, "dtype");
    const auto spelled = codec::parse_raw_type(dtype);
    if (!dtype.empty() && !spelled) {
      return field_problem("", "content type parameter dtype: expected float32 or float64");
    }
    format.raw = spelled.value_or(query.raw_type.value_or(codec::RawType::float64));
  }
  return format;
}

}  // namespace pelton::api
