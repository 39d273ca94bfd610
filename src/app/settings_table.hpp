#pragma once

#include <span>
#include <string>
#include <string_view>

#include "app/settings.hpp"
#include "core/result.hpp"

namespace pelton::app {

/// One setting: where it stands in a file (`[section] key`), in the environment
/// (`PELTON_SECTION_KEY`), and in Settings.
struct Setting {
  std::string_view section;
  std::string_view key;
  std::string_view help;      ///< with its unit
  std::string_view standard;  ///< the default as a file would say it; its form is the setting's type
  /// Checks type and range, then stores. The error says what was expected.
  core::Result<void> (*assign)(Settings& settings, const SettingValue& value);
  /// Whether a file may give a list of texts, which is assigned as one text with commas between.
  bool takes_list = false;
  /// Whether it is a path, or a list of them: in a file, as seen from the file's folder.
  bool path = false;
};

/// Every setting there is, in the order of the documentation.
std::span<const Setting> all_settings() noexcept;

/// The setting, or null.
const Setting* find_setting(std::string_view section, std::string_view key) noexcept;

/// Its help with the default behind it, in brackets.
std::string described(const Setting& setting);

/// Takes the next text off a list as it is assigned, as it stands; `texts` becomes the rest.
std::string_view next_of_list(std::string_view& texts) noexcept;

/// "section.key".
std::string full_name(const Setting& setting);

/// Stores what the word says, and remembers whose it is. Where it is a text, booleans, numbers and strings are told
/// apart by what the setting takes.
core::Result<void> assign(const Setting& setting, Settings& settings, Word word);

/// Takes every PELTON_SECTION_KEY of the environment. Unknown ones with the name of a section are
/// errors, with did-you-mean; all others are left alone.
core::Result<void> assign_environment(Settings& settings, char** environment);

}  // namespace pelton::app
