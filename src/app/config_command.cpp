#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <string>

#include "app/command_line.hpp"
#include "app/identity.hpp"
#include "app/settings.hpp"
#include "app/settings_file.hpp"
#include "core/clock.hpp"
#include "core/printable.hpp"

namespace pelton::app {

namespace {

/// Everything that is wrong with a settings file, one line each on stderr.
int check(const std::string& file) {
  Settings settings;
  std::vector<FileError> errors = read_settings_file(file, settings);
  if (errors.empty()) {
    const auto identity = load_identity(settings, core::SteadyClock::instance());
    if (!identity) errors.push_back(identity.error());
  }
  for (const FileError& error : errors) {
    std::string line = told(error, file);
    if (error.line == 0) line = file + ": " + line;
    std::fprintf(stderr, "%s\n", core::all_printable(line).c_str());
  }
  if (!errors.empty()) return kFailed;
  std::printf("%s: no errors\n", file.c_str());
  return kDone;
}

}  // namespace

void add_config_command(CLI::App& program, Action& run) {
  CLI::App* verb = program.add_subcommand("config", "Check a settings file");
  verb->footer("Example: pelton config check pelton.toml");
  verb->require_subcommand(1);
  CLI::App* check_verb = verb->add_subcommand("check", "Print every error with its line and column");
  check_verb->footer("Example: pelton config check pelton.toml");
  auto file = std::make_shared<std::string>();
  check_verb->add_option("file", *file, "Settings file (TOML)")->required()->type_name("FILE");
  check_verb->callback([file, &run] { run = [file] { return check(*file); }; });
}

}  // namespace pelton::app
