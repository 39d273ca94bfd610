#pragma once

#include <string>

#include "core/result.hpp"
#include "tls/handles.hpp"

namespace pelton::tls {

/// Uses the PEM certificate of `file` and those after it as `context`'s own chain. Errors name the file.
core::Result<void> use_certificate(SSL_CTX& context, const std::string& file);
/// Uses the PEM private key of `file`, which is not encrypted and belongs to the certificate used.
core::Result<void> use_key(SSL_CTX& context, const std::string& file);
/// Trusts the PEM certificates of `file` as authorities, and as a server names them to clients.
core::Result<void> trust_authorities(SSL_CTX& context, const std::string& file);

/// OpenSSL's reason for what just failed on this thread.
std::string last_reason();

}  // namespace pelton::tls
