#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <string>
#include <string_view>

namespace pelton::api {

/// Undoes percent-encoding (RFC 3986); '+' stays a plus unless `form` is set, then it is a space.
/// Malformed escapes cannot occur: the transport refused them.
std::string percent_decoded(std::string_view text, bool form = false);

/// `text` as one segment of a path or one value of a query: all but unreserved characters percent-encoded.
std::string percent_encoded(std::string_view text);
/// The same for a piece that hardly ever has an escape: views `text` itself, or `scratch`, which is kept.
std::string_view decoded(std::string_view text, std::string& scratch);

/// Calls `visit(name, value)` for each `name=value` of a query string, decoded, in order; empty
/// pieces are passed over. Stops when `visit` returns false; whether it got to the end.
bool for_each_parameter(std::string_view query, const std::function<bool(std::string_view, std::string_view)>& visit);

/// A media type without its parameters, in lower case, compared against `expected` (lower case).
bool is_media_type(std::string_view content_type, std::string_view expected) noexcept;

/// The value of a parameter of a header like Content-Type, without quotes, or an empty view.
std::string_view media_parameter(std::string_view content_type, std::string_view name) noexcept;

/// Which of the media types `offered` (lower case, without parameters) an Accept header wants most, or
/// `offered.size()` where it wants none of them. Of a type the most specific range that it falls into counts, with its
/// weight; of types that are wanted alike the first is given (RFC 9110, section 12.5.1). An empty header takes
/// anything. Parameters other than the weight are passed over.
std::size_t preferred(std::string_view accept, std::span<const std::string_view> offered) noexcept;

}  // namespace pelton::api
