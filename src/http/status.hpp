#pragma once

#include <string_view>

namespace pelton::http {

/// A status line with its CRLF ("HTTP/1.1 200 OK\r\n"), ready to send. Statuses that no part of the
/// program uses get the name of their class's first one (RFC 9110, section 15).
std::string_view status_line(int status) noexcept;

}  // namespace pelton::http
