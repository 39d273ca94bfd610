#pragma once

#include "api/described/description.hpp"
#include "core/text_buffer.hpp"

namespace pelton::api {

/// Writes an OpenAPI 3.1 document (https://spec.openapis.org/oas/v3.1.1.html).
void append_openapi(core::TextBuffer& out, const Description& description);

}  // namespace pelton::api
