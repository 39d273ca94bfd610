#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "app/settings.hpp"
#include "core/result.hpp"

namespace pelton::app {

/// A value as a file, the environment or a flag gave it.
using SettingValue = std::variant<bool, std::int64_t, double, std::string>;

/// One setting: where it stands in a file (`[section] key`), in the environment
/// (`PELTON_SECTION_KEY`), and in Settings.
struct Setting {
  std::string_view section;
  std::string_view key;
  std::string_view help;  ///< with unit and default
  /// Checks type and range, then stores. The error says what was expected.
  core::Result<void> (*assign)(Settings& settings, const SettingValue& value);
  /// Whether a file may give a list of texts, which is assigned as one text with commas between.
  bool takes_list = false;
};

/// Every setting there is, in the order of the documentation.
std::span<const Setting> all_settings() noexcept;

/// The setting, or null.
const Setting* find_setting(std::string_view section, std::string_view key) noexcept;

/// Stores the value text has for the setting: booleans, numbers and strings are told apart by what
/// the setting takes. It no longer comes from the file.
core::Result<void> assign_text(const Setting& setting, Settings& settings, std::string_view text);

/// Takes every PELTON_SECTION_KEY of the environment. Unknown ones with the name of a section are
/// errors, with did-you-mean; all others are left alone.
core::Result<void> assign_environment(Settings& settings, char** environment);

}  // namespace pelton::app
