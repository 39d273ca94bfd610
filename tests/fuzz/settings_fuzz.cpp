// Settings files of any bytes, and any text for any setting: what is wrong is told with its place, in text that can be
// shown, and within a bounded time; what is accepted holds together.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "app/settings_file.hpp"
#include "app/settings_report.hpp"
#include "app/settings_table.hpp"
#include "require.hpp"

using namespace pelton;

namespace {

using pelton::fuzz::require;

std::size_t lines_of(std::string_view text) {
  std::size_t lines = 1;
  for (const char c : text) lines += c == '\n' ? 1 : 0;
  return lines;
}

/// Settings as a file, without the comments that say where each comes from.
std::string shown(const app::Settings& settings) {
  core::TextBuffer out;
  app::append_settings_toml(out, settings);
  std::string text;
  for (std::string_view rest = out.view(); !rest.empty();) {
    const std::string_view line = rest.substr(0, rest.find('\n') + 1);
    rest.remove_prefix(line.size());
    text.append(line.substr(0, line.find("# :") == line.npos ? line.rfind("# default") : line.rfind("# :"))) += '\n';
  }
  return text;
}

/// What is shown of settings is a file that means the same.
void check_shown(const app::Settings& settings) {
  const std::string text = shown(settings);
  app::Settings again;
  require(app::read_settings(text, "/elsewhere", again).empty());
  require(shown(again) == text);
}

void check_file(std::string_view text) {
  app::Settings settings;
  const auto errors = app::read_settings(text, "/settings", settings);
  require(errors.size() <= app::kMostFileErrors);
  std::size_t last = 0;
  for (const app::FileError& error : errors) {
    require(!error.message.empty() && error.message.size() <= 4096);
    require(error.line >= last && error.line <= lines_of(text));
    last = error.line;
  }
  if (!errors.empty()) return;
  for (const auto& endpoint : settings.server.endpoints) require(endpoint.unix_path.empty() || endpoint.port == 0);
  for (const auto& model : settings.models) {
    require(serving::is_model_name(model.name));
    require(model.fit ? model.fit->data.is_absolute() : model.path.is_absolute());
  }
  require(settings.server.limits.pipelined >= 1 && settings.server.threads <= 1024);
  check_shown(settings);
}

void check_text(const app::Setting& setting, std::string_view text) {
  app::Settings settings;
  const auto assigned = app::assign(setting, settings, {.value = std::string(text), .by = "--flag", .place = {}});
  if (!assigned) require(!assigned.error().message().empty());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(data), size);
  check_file(text);
  if (size == 0) return 0;
  const auto settings = app::all_settings();
  check_text(settings[data[0] % settings.size()], std::string_view(text).substr(1));
  return 0;
}
