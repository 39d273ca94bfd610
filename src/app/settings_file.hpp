#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "app/settings.hpp"

namespace pelton::app {

/// Something wrong with a settings file, and where.
struct FileError {
  std::size_t line = 0;
  std::size_t column = 0;
  std::string message;
};

/// What is wrong beyond so many errors is counted, not told.
inline constexpr std::size_t kMostFileErrors = 1000;

/// Reads TOML into `settings`: the sections of the settings table, `[[listen]]` (host, port or unix, tls)
/// and `[[model]]` (name, path, version, iterations, slo_ms, or fit = {data, target, kind}). Relative paths are
/// relative to `folder`. Reports everything that is wrong, in order of the file; on errors `settings` is partly changed
/// and must not be used.
std::vector<FileError> read_settings(std::string_view toml, const std::filesystem::path& folder, Settings& settings);

/// The same for a file; an unreadable one is an error at line 0.
std::vector<FileError> read_settings_file(const std::filesystem::path& file, Settings& settings);

}  // namespace pelton::app
