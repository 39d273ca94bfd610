#include "app/settings_file.hpp"

#include <toml++/toml.h>
#include <algorithm>
#include <fstream>
#include <iterator>
#include <optional>
#include <utility>

#include "app/key_depth.hpp"
#include "app/settings_table.hpp"
#include "core/printable.hpp"
#include "core/suggest.hpp"
#include "formats/iterations.hpp"

namespace pelton::app {

namespace {

/// A file may put a name of any length into a message.
constexpr std::size_t kLongestMessage = 1000;

/// Walks a parsed file and gathers what is wrong with it.
class Reader {
 public:
  Reader(std::filesystem::path folder, Settings& settings) : folder_(std::move(folder)), settings_(settings) {}

  void read(const toml::table& root) {
    for (const auto& [key, node] : root) {
      const std::string_view name = key.str();
      if (name == "listen") {
        each_table(node, "listen", [this](const toml::table& table) { read_listen(table); });
      } else if (name == "model") {
        each_table(node, "model", [this](const toml::table& table) { read_model(table); });
      } else if (known_section(name)) {
        if (const auto* table = node.as_table()) {
          read_section(name, *table);
        } else {
          fail(node, "\"" + std::string(name) + "\" is a section: write [" + std::string(name) + "]");
        }
      } else {
        fail(key, "unknown section \"" + std::string(name) + "\"" + core::did_you_mean(name, sections()));
      }
    }
  }

  std::vector<FileError> take_errors() {
    std::stable_sort(errors_.begin(), errors_.end(), [](const FileError& a, const FileError& b) {
      return std::pair(a.line, a.column) < std::pair(b.line, b.column);
    });
    if (errors_.size() > kMostFileErrors) {
      FileError& last = errors_[kMostFileErrors - 1];
      last.message = "this and " + std::to_string(errors_.size() - kMostFileErrors) + " further errors are not told";
      errors_.resize(kMostFileErrors);
    }
    return std::move(errors_);
  }

 private:
  template <class Place>
  void fail(const Place& place, const std::string& message) {
    const toml::source_position at = place.source().begin;
    errors_.push_back({at.line, at.column, core::printable(message, kLongestMessage)});
  }

  static FilePlace place_of(const toml::node& node) {
    const toml::source_position at = node.source().begin;
    return {at.line, at.column};
  }

  void remember(const std::string& name, FilePlace place) {
    settings_.words[name] = {.value = true, .by = {}, .place = place};
  }

  static std::vector<std::string> sections() {
    std::vector<std::string> names{"listen", "model"};
    for (const Setting& setting : all_settings()) {
      if (names.back() != setting.section) names.emplace_back(setting.section);
    }
    return names;
  }
  static bool known_section(std::string_view name) {
    const auto settings = all_settings();
    return std::any_of(settings.begin(), settings.end(), [&](const Setting& s) { return s.section == name; });
  }

  template <class Visit>
  void each_table(const toml::node& node, const std::string& name, Visit&& visit) {
    const auto* list = node.as_array();
    if (list == nullptr) return fail(node, "\"" + name + "\" is a list: write [[" + name + "]]");
    for (const toml::node& item : *list) {
      if (const auto* table = item.as_table()) {
        visit(*table);
      } else {
        fail(item, "expected a table");
      }
    }
  }

  static std::optional<SettingValue> value_of(const toml::node& node) {
    if (const auto* flag = node.as_boolean()) return flag->get();
    if (const auto* integer = node.as_integer()) return integer->get();
    if (const auto* number = node.as_floating_point()) return number->get();
    if (const auto* text = node.as_string()) return text->get();
    const auto* list = node.as_array();
    return list != nullptr ? joined(*list) : std::nullopt;
  }

  /// Texts of a list as the environment would give them, with commas between.
  static std::optional<SettingValue> joined(const toml::array& list) {
    std::string texts;
    for (const toml::node& item : list) {
      const auto* text = item.as_string();
      if (text == nullptr) return std::nullopt;
      texts.append(texts.empty() ? "" : ",").append(text->get());
    }
    return texts;
  }

  void read_section(std::string_view section, const toml::table& table) {
    for (const auto& [key, node] : table) {
      const Setting* setting = find_setting(section, key.str());
      if (setting == nullptr) {
        std::vector<std::string> known;
        for (const Setting& each : all_settings()) {
          if (each.section == section) known.emplace_back(each.key);
        }
        fail(key, "unknown setting \"" + std::string(key.str()) + "\" in [" + std::string(section) + "]" +
                      core::did_you_mean(key.str(), known));
        continue;
      }
      const auto value = value_of(node);
      if (!value || (node.is_array() && !setting->takes_list)) {
        fail(node,
             std::string(key.str()) + ": expected a plain value" + (setting->takes_list ? " or a list of texts" : ""));
        continue;
      }
      const SettingValue meant = setting->path ? resolved(*value, setting->takes_list) : *value;
      if (auto assigned = assign(*setting, settings_, {.value = meant, .by = {}, .place = place_of(node)}); !assigned) {
        fail(node, assigned.error().within(key.str()).message());
      }
    }
  }

  /// A path, or a list of them with commas between, as seen from the file's folder. What is no text is not changed.
  SettingValue resolved(const SettingValue& value, bool list) const {
    const auto* text = std::get_if<std::string>(&value);
    if (text == nullptr || text->empty()) return value;
    if (!list) return resolved(std::filesystem::path(*text)).string();
    std::string paths;
    for (std::string_view rest = *text; !rest.empty();) {
      const std::string_view path = next_of_list(rest);
      if (!paths.empty()) paths += ',';
      if (!path.empty()) paths += resolved(std::filesystem::path(path)).string();
    }
    return paths;
  }

  void read_listen(const toml::table& table) {
    http::Endpoint endpoint;
    endpoint.tls = true;  // if there is a certificate
    for (const auto& [key, node] : table) {
      const std::string_view name = key.str();
      if (name == "host" || name == "unix") {
        auto& member = name == "host" ? endpoint.host : endpoint.unix_path;
        take_text(key, node, member);
      } else if (name == "port") {
        const auto* port = node.as_integer();
        if (port == nullptr || port->get() < 0 || port->get() > 65535) {
          fail(node, "port: expected a whole number from 0 to 65535");
        } else {
          endpoint.port = static_cast<std::uint16_t>(port->get());
        }
      } else if (name == "tls") {
        if (const auto* flag = node.as_boolean()) {
          endpoint.tls = flag->get();
          if (endpoint.tls) remember("listen.tls", place_of(node));
        } else {
          fail(node, "tls: expected true or false");
        }
      } else {
        unknown(key, "listen", {"host", "port", "unix", "tls"});
      }
    }
    if (!endpoint.unix_path.empty() && endpoint.tls && table.contains("tls")) {
      fail(*table.get("tls"), "tls: unix sockets speak plain HTTP; whoever reaches them is on this machine");
    }
    remember("listen." + std::to_string(settings_.server.endpoints.size()), place_of(table));
    settings_.server.endpoints.push_back(std::move(endpoint));
  }

  void read_model(const toml::table& table) {
    serving::ModelSource source;
    std::string path;
    const bool fitted = table.contains("fit");
    for (const auto& [key, node] : table) {
      const std::string_view name = key.str();
      if (name == "name") {
        take_text(key, node, source.name);
      } else if (name == "path") {
        take_text(key, node, path);
      } else if (name == "version") {
        if (const auto* number = node.as_integer()) {
          source.version = std::to_string(number->get());
        } else {
          take_text(key, node, source.version);
        }
      } else if (name == "fit") {
        read_fit(node, source);
      } else if (name == "iterations") {
        read_iterations(node, source);
      } else if (name == "slo_ms") {
        read_slo(node, source);
      } else {
        unknown(key, "model", {"name", "path", "version", "fit", "iterations", "slo_ms"});
      }
    }
    if (path.empty() != fitted) return fail(table, "a model takes either path or fit");
    if (fitted && !source.iterations.all()) return fail(table, "iterations: a fitted model has no boosting rounds");
    if (!path.empty()) {
      const auto named = serving::parse_model_argument(resolved(path).string());
      if (source.name.empty() && !named) return fail(table, named.error().message());
      if (source.name.empty()) source.name = named->name;
      source.path = resolved(path);
    }
    if (fitted && !source.fit) return;  // what is wrong with it has been told
    if (!serving::is_model_name(source.name)) {
      return fail(table, "name \"" + source.name + "\": expected letters, digits, '_', '-' and '.', at most 128");
    }
    remember("model." + std::to_string(settings_.models.size()), place_of(table));
    settings_.models.push_back(std::move(source));
  }

  void read_iterations(const toml::node& node, serving::ModelSource& source) {
    const auto* text = node.as_string();
    if (text == nullptr) return fail(node, "iterations: expected a string such as \"0:100\" or \"best\"");
    const auto iterations = formats::parse_iterations(text->get());
    if (!iterations) return fail(node, iterations.error().within("iterations").message());
    source.iterations = *iterations;
  }

  void read_slo(const toml::node& node, serving::ModelSource& source) {
    constexpr std::int64_t kDay = 86'400'000;
    const auto* number = node.as_integer();
    if (number == nullptr || number->get() < 1 || number->get() > kDay) {
      return fail(node, "slo_ms: expected a whole number from 1 to 86400000");
    }
    source.slo = std::chrono::milliseconds(number->get());
  }

  void read_fit(const toml::node& node, serving::ModelSource& source) {
    const auto* table = node.as_table();
    if (table == nullptr) return fail(node, "fit: expected { data = \"FILE.csv\", target = \"COLUMN\" }");
    serving::FitSource fit;
    std::string data;
    for (const auto& [key, value] : *table) {
      const std::string_view name = key.str();
      if (name == "data") {
        take_text(key, value, data);
      } else if (name == "target") {
        take_text(key, value, fit.target);
      } else if (name == "kind") {
        take_text(key, value, fit.kind);
      } else {
        unknown(key, "fit", {"data", "target", "kind"});
      }
    }
    if (data.empty() || fit.target.empty()) return fail(node, "fit: data and target must be given");
    fit.data = resolved(data);
    source.fit = std::move(fit);
  }

  void take_text(const toml::key& key, const toml::node& node, std::string& member) {
    if (const auto* text = node.as_string()) {
      member = text->get();
    } else {
      fail(node, std::string(key.str()) + ": expected a string");
    }
  }

  void unknown(const toml::key& key, const std::string& where, std::vector<std::string> known) {
    fail(key, "unknown setting \"" + std::string(key.str()) + "\" in " + where + core::did_you_mean(key.str(), known));
  }

  std::filesystem::path resolved(const std::filesystem::path& path) const {
    return path.is_absolute() ? path : folder_ / path;
  }

  std::filesystem::path folder_;
  Settings& settings_;
  std::vector<FileError> errors_;
};

}  // namespace

std::vector<FileError> read_settings(std::string_view toml, const std::filesystem::path& folder, Settings& settings) {
  if (const auto deep = find_deep_key(toml)) {
    const std::string_view before = toml.substr(0, *deep);
    const auto line = static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n')) + 1;
    const std::size_t line_begins = before.find_last_of('\n') + 1;  // npos + 1 is 0
    return {{line, *deep - line_begins + 1, "a key of more than " + std::to_string(kMostKeyNames) + " names"}};
  }
  try {
    const toml::table root = toml::parse(toml);
    Reader reader(folder, settings);
    reader.read(root);
    return reader.take_errors();
  } catch (const toml::parse_error& failure) {
    const toml::source_position at = failure.source().begin;
    return {{at.line, at.column, core::printable(failure.description(), kLongestMessage)}};
  }
}

std::vector<FileError> read_settings_file(const std::filesystem::path& file, Settings& settings) {
  constexpr std::size_t kLargest = 1 << 20;
  std::ifstream in(file, std::ios::binary);
  if (!in) return {{0, 0, "cannot be read"}};
  std::string text;
  for (char c; text.size() <= kLargest && in.get(c);) text.push_back(c);
  if (text.size() > kLargest) return {{0, 0, "larger than 1 MiB"}};
  return read_settings(text, std::filesystem::absolute(file).parent_path(), settings);
}

}  // namespace pelton::app
