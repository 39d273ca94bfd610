#pragma once

#include <string_view>

namespace pelton::api {

/// The page shown to a browser at "/": web/index.html, built into the program.
std::string_view page() noexcept;

/// Headers the page is sent with. It loads nothing from elsewhere, and must not.
inline constexpr std::string_view kPageHeaders =
    "Vary: Accept\r\n"
    "Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; "
    "connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'\r\n"
    "X-Content-Type-Options: nosniff\r\n"
    "Referrer-Policy: no-referrer\r\n";

}  // namespace pelton::api
