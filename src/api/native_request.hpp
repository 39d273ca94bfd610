#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "codec/predict_request.hpp"
#include "codec/problem.hpp"
#include "codec/raw_rows.hpp"
#include "codec/slice_reader.hpp"
#include "core/result.hpp"
#include "http/request_view.hpp"

namespace pelton::api {

/// What the native dialect is told by a request's head, whether its body comes whole or in pieces.

/// How the rows are written, by Content-Type.
enum class BodyKind : std::uint8_t { json, ndjson, csv, raw, unknown };
BodyKind body_kind(const http::RequestView& request) noexcept;

/// How a prediction is written, as the caller asked.
enum class ReplyFormat : std::uint64_t { json, ndjson, csv };
ReplyFormat reply_format(const http::RequestView& request, BodyKind body) noexcept;

/// The options of a query string. Not to be moved once read.
struct NativeQuery {
  codec::PredictOptions options;
  std::string text;  ///< keeps the views of `options` alive
  std::optional<codec::RawType> raw_type;
};
/// Reads `text`, a query string, into `query`; what is wrong with it.
std::optional<codec::Problem> read_query(std::string_view text, const codec::FeatureTable& features,
                                         NativeQuery& query);

/// Whether a query string asks that rows are answered as they come (stream=true).
bool asks_for_stream(std::string_view query);

/// How rows that are no JSON document (`kind`: ndjson, csv or raw) are written, with the parameters of Content-Type.
core::Result<codec::SliceFormat, codec::Problem> slice_format(const http::RequestView& request, BodyKind kind,
                                                              const NativeQuery& query);

/// The 422 for one field.
codec::Problem field_problem(std::string pointer, std::string detail);

}  // namespace pelton::api
