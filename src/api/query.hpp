#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace pelton::api {

/// Undoes percent-encoding (RFC 3986); '+' stays a plus unless `form` is set, then it is a space.
/// Malformed escapes cannot occur: the transport refused them.
std::string percent_decoded(std::string_view text, bool form = false);

/// The same for a piece that hardly ever has an escape: views `text` itself, or `scratch`, which is kept.
std::string_view decoded(std::string_view text, std::string& scratch);

/// Calls `visit(name, value)` for each `name=value` of a query string, decoded, in order; empty
/// pieces are passed over. Stops when `visit` returns false; whether it got to the end.
bool for_each_parameter(std::string_view query, const std::function<bool(std::string_view, std::string_view)>& visit);

/// A media type without its parameters, in lower case, compared against `expected` (lower case).
bool is_media_type(std::string_view content_type, std::string_view expected) noexcept;

/// The value of a parameter of a header like Content-Type, without quotes, or an empty view.
std::string_view media_parameter(std::string_view content_type, std::string_view name) noexcept;

/// Whether an Accept header names `type` (lower case, exactly) with a weight above zero.
bool accepts(std::string_view accept, std::string_view type) noexcept;

}  // namespace pelton::api
