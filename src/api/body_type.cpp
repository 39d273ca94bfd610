#include "api/body_type.hpp"

#include "api/query.hpp"

namespace pelton::api {

bool brings_json(const http::RequestView& request) noexcept {
  const std::string_view type = request.header("Content-Type");
  if (type.empty() || is_media_type(type, "application/json")) return true;
  return is_media_type(type, "application/x-www-form-urlencoded") && request.body.starts_with('{');
}

}  // namespace pelton::api
