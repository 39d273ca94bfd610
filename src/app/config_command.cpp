#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>

#include "app/command_line.hpp"
#include "app/identity.hpp"
#include "app/serve_flags.hpp"
#include "app/settings.hpp"
#include "app/settings_file.hpp"
#include "app/settings_report.hpp"
#include "core/clock.hpp"
#include "core/printable.hpp"
#include "core/text_buffer.hpp"

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

/// The settings that `pelton serve` would have with the same flags and variables.
int show(const ServeFlags& flags, bool json) {
  Settings settings;
  if (const std::string wrong = gather_settings(flags, settings); !wrong.empty()) {
    std::fprintf(stderr, "pelton config show: %s\n", core::all_printable(wrong).c_str());
    return kUsage;
  }
  core::TextBuffer out;
  if (json) {
    append_settings_json(out, settings);
  } else {
    append_settings_toml(out, settings);
  }
  const std::string_view text = out.view();
  return std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0 ? kDone : kFailed;
}

}  // namespace

void add_config_command(CLI::App& program, Action& run) {
  CLI::App* verb = program.add_subcommand("config", "Check a settings file, or show the settings there are");
  verb->footer("Example: pelton config check pelton.toml");
  verb->require_subcommand(1);
  CLI::App* check_verb = verb->add_subcommand("check", "Print every error with its line and column");
  check_verb->footer("Example: pelton config check pelton.toml");
  auto file = std::make_shared<std::string>();
  check_verb->add_option("file", *file, "Settings file (TOML)")->required()->type_name("FILE");
  check_verb->callback([file, &run] { run = [file] { return check(*file); }; });
  CLI::App* show_verb = verb->add_subcommand("show", "Print the effective settings and where each comes from");
  show_verb->footer(
      "Example: pelton config show --config pelton.toml --port 9000\n"
      "Takes what pelton serve takes, and the same variables. What it prints is a settings file.");
  const auto flags = add_serve_flags(*show_verb);
  auto json = std::make_shared<bool>(false);
  show_verb->add_flag("--json", *json, "As JSON");
  show_verb->callback([flags, json, &run] { run = [flags, json] { return show(*flags, *json); }; });
}

}  // namespace pelton::app
