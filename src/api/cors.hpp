#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/result.hpp"
#include "http/request_view.hpp"

namespace pelton::api {

/// Which pages of other origins may read answers (https://fetch.spec.whatwg.org/#http-cors-protocol). Off unless
/// origins are named. Credentials are never allowed. Read-only once made (thread-safe).
class Cors {
 public:
  /// Comma-separated origins ("https://shop.example, http://localhost:3000"), or "*" for every one. Empty: none.
  /// invalid_argument names what is no origin.
  static core::Result<Cors> parse(std::string_view list);

  bool enabled() const noexcept { return !others_.empty() || any_; }

  /// Complete header lines that every answer to the request has, valid as long as this; empty where cross-origin
  /// requests are off.
  std::string_view lines(const http::RequestView& request) const noexcept;

  /// The further header lines of an answer to OPTIONS, if it is a preflight of an origin that is allowed: the methods
  /// in `allow` and headers that requests have.
  std::string preflight_lines(const http::RequestView& request, std::string_view allow) const;

 private:
  bool allows(std::string_view origin) const noexcept;

  bool any_ = false;
  std::vector<std::pair<std::string, std::string>> allowed_;  ///< origin, and the lines it gets
  std::string others_;                                        ///< the lines of any other request
};

}  // namespace pelton::api
