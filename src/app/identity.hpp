#pragma once

#include <memory>

#include "app/settings.hpp"
#include "app/settings_file.hpp"
#include "core/clock.hpp"
#include "core/result.hpp"
#include "tls/server_context.hpp"

namespace pelton::app {

/// The certificate and key that [tls] names, loaded; null where it names none. An error names the
/// setting and the file, and where the settings file says so (line 0: a flag or the environment does).
core::Result<std::shared_ptr<const tls::ServerContext>, FileError> load_identity(const Settings& settings,
                                                                                 const core::Clock& clock);

/// An error as one line: "FILE:LINE:COLUMN: message", or the message alone at line 0.
std::string told(const FileError& error, const std::string& file);

}  // namespace pelton::app
