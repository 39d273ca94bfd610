#pragma once

#include <string>
#include <string_view>

namespace pelton::codec {

/// Decodes base64 (RFC 4648, section 4: `+` and `/`, padded; `-` and `_` of section 5 are taken too) into `out`,
/// which is overwritten. False where `text` is not that: `out` is then of no use.
bool decode_base64(std::string_view text, std::string& out);

}  // namespace pelton::codec
