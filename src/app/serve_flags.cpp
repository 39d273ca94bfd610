#include "app/serve_flags.hpp"

#include <unistd.h>

#include <CLI/CLI.hpp>
#include <string_view>
#include <utility>

#include "app/platforms.hpp"
#include "app/settings_file.hpp"
#include "serving/source.hpp"

namespace pelton::app {

std::shared_ptr<ServeFlags> add_serve_flags(CLI::App& verb) {
  auto flags = std::make_shared<ServeFlags>();
  verb.add_option("models", flags->models, "Model files, NAME=PATH to name them")->type_name("[NAME=]PATH");
  verb.add_option("--config", flags->config, "Settings file (TOML)")->type_name("FILE");
  const auto option = [&](const std::string& flag, std::string_view section, std::string_view key,
                          const std::string& type) {
    const Setting* found = find_setting(section, key);
    verb.add_option_function<std::string>(
            flag,
            [flags, flag, found](const std::string& text) {
              flags->given.push_back({flag, found, text});
            },
            described(*found))
        ->type_name(type);
  };
  option("--repository", "models", "repository", "DIR");
  option("--host", "server", "host", "HOST");
  option("--port", "server", "port", "PORT");
  option("--unix", "server", "unix", "PATH");
  option("--threads", "server", "threads", "N");
  option("--slo", "batching", "slo_ms", "MS");
  option("--tls-certificate", "tls", "certificate", "FILE");
  option("--tls-key", "tls", "key", "FILE");
  option("--tls-client-ca", "tls", "client_ca", "FILE");
  option("--tls-client-certificates", "tls", "client_certificates", "MODE");
  option("--access-log", "log", "access", "MODE");
  const auto on = [&](const std::string& flag, std::string_view section, std::string_view key,
                      const std::string& help) {
    const Setting* found = find_setting(section, key);
    verb.add_flag_callback(
        flag,
        [flags, flag, found] {
          flags->given.push_back({flag, found, "true"});
        },
        help);
  };
  on("--sandbox", "sandbox", "enabled", "Give up, for good, what serving does not take (Linux 5.13 or later)");
  on("--insecure", "server", "insecure", "Allow a non-loopback address without tokens");
  return flags;
}

std::string gather_settings(const ServeFlags& flags, Settings& settings) {
  if (!flags.config.empty()) {
    std::string told;
    for (const FileError& error : read_settings_file(flags.config, settings)) {
      told += (told.empty() ? "" : "\n  ") + flags.config + ":" + std::to_string(error.line) + ":" +
              std::to_string(error.column) + ": " + error.message;
    }
    if (!told.empty()) return told;
    settings.file = flags.config;
  }
  if (auto taken = assign_environment(settings, environ); !taken) return taken.error().message();
  for (const ServeFlags::Given& given : flags.given) {
    const auto assigned = assign(*given.setting, settings, {.value = given.text, .by = given.flag, .place = {}});
    if (!assigned) return assigned.error().within(given.flag).message();
  }
  for (const std::string& argument : flags.models) {
    auto source = serving::parse_model_argument(argument);
    if (!source) return source.error().message();
    settings.words["model." + std::to_string(settings.models.size())] = {
        .value = true, .by = "command line", .place = {}};
    settings.models.push_back(*std::move(source));
  }
  if (auto taken = take_platform(settings); !taken) return taken.error().message();
  return {};
}

}  // namespace pelton::app
