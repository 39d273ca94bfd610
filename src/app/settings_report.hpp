#pragma once

#include "app/settings.hpp"
#include "core/text_buffer.hpp"

namespace pelton::app {

/// Appends the effective settings as a settings file, which says of each where it comes from: `default`,
/// `FILE:LINE:COLUMN`, the variable, the flag or the platform. Paths are as they are used, so the text means the same
/// from any folder.
void append_settings_toml(core::TextBuffer& out, const Settings& settings);

/// The same for programs: {"settings":{section:{key:{"value":…,"source":…}}},"listen":[…],"models":[…]}, where the
/// latter list what the file's [[listen]] and [[model]] and the command line name.
void append_settings_json(core::TextBuffer& out, const Settings& settings);

}  // namespace pelton::app
