#pragma once

#include "tls/handles.hpp"
#include "tls/server_context.hpp"

namespace pelton::tls {

/// A context with what servers and clients have in common: versions, ciphers, options and modes.
/// Throws std::bad_alloc.
ContextHandle make_context(Role role, Version minimum);

}  // namespace pelton::tls
