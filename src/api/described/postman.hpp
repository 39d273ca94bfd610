#pragma once

#include <string_view>

#include "api/described/description.hpp"
#include "core/text_buffer.hpp"

namespace pelton::api {

/// Writes a Postman collection v2.1 (https://schema.postman.com/collection/json/v2.1.0/draft-07/docs/index.html): a
/// folder a tag, with each operation that can be sent as it stands, and tests of its answer. The variable `baseUrl` is
/// where the server is.
void append_postman(core::TextBuffer& out, const Description& description, std::string_view base_url);

}  // namespace pelton::api
