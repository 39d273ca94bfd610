#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "codec/predict_request.hpp"
#include "codec/problem.hpp"
#include "codec/raw_rows.hpp"
#include "codec/result_writer.hpp"
#include "codec/slice_reader.hpp"
#include "core/result.hpp"
#include "http/request_view.hpp"

namespace pelton::api {

/// What the native dialect is told by a request's head, whether its body comes whole or in pieces.

/// How the rows are written, by Content-Type.
enum class BodyKind : std::uint8_t { json, ndjson, csv, raw, unknown };
BodyKind body_kind(const http::RequestView& request) noexcept;

/// A form that predictions are written in.
enum class ReplyFormat : std::uint8_t { json, ndjson, csv, raw };

/// The forms by their media types, in the order they are preferred; an answer is of the type that was asked for.
struct ReplyType {
  std::string_view media_type;
  ReplyFormat format;
};
inline constexpr std::array kReplyTypes{ReplyType{"application/json", ReplyFormat::json},
                                        ReplyType{"application/x-ndjson", ReplyFormat::ndjson},
                                        ReplyType{"text/csv", ReplyFormat::csv},
                                        ReplyType{"application/octet-stream", ReplyFormat::raw},
                                        ReplyType{"application/ndjson", ReplyFormat::ndjson},
                                        ReplyType{"application/jsonlines", ReplyFormat::ndjson}};

/// Which of kReplyTypes is wanted, or their number: none of them. Where Accept does not choose, NDJSON is answered in
/// kind; texts have no raw form.
std::size_t reply_type(std::string_view accept, BodyKind body, const codec::ResultWriter& writer) noexcept;
/// The 406 for that.
codec::Problem not_acceptable(const codec::ResultWriter& writer);
/// What Content-Type says of an answer.
std::string_view content_type(std::string_view media_type, ReplyFormat format,
                              const codec::ResultWriter& writer) noexcept;

/// The options of a query string. Not to be moved once read.
struct NativeQuery {
  codec::PredictOptions options;
  std::string text;  ///< keeps the views of `options` alive
  std::optional<codec::RawType> raw_type;
};
/// Reads `text`, a query string, into `query`; what is wrong with it.
std::optional<codec::Problem> read_query(std::string_view text, const codec::FeatureTable& features,
                                         NativeQuery& query);

/// What a query string says of answering rows as they come (stream=true or false); nothing where it leaves it open.
std::optional<bool> stream_wish(std::string_view query);

/// How rows that are no JSON document (`kind`: ndjson, csv or raw) are written, with the parameters of Content-Type.
core::Result<codec::SliceFormat, codec::Problem> slice_format(const http::RequestView& request, BodyKind kind,
                                                              const NativeQuery& query);

/// The 422 for one field.
codec::Problem field_problem(std::string pointer, std::string detail);

}  // namespace pelton::api
