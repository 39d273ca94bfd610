#pragma once

#include "http/request_view.hpp"

namespace pelton::api {

/// Whether a request's body is JSON by its Content-Type: application/json, none, or the form type that `curl -d`
/// says without a header of its own, where the body begins like an object.
bool brings_json(const http::RequestView& request) noexcept;

}  // namespace pelton::api
