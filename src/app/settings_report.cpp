#include "app/settings_report.hpp"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "app/settings_table.hpp"
#include "formats/iterations.hpp"

namespace pelton::app {

namespace {

using core::TextBuffer;

/// What an entry of a list says, in the form that TOML and JSON share.
using Members = std::vector<std::pair<std::string_view, std::string>>;

std::string in_quotes(std::string_view text) {
  TextBuffer out;
  core::append_json_string(out, text);
  return std::string(out.view());
}

/// A number or a truth that is given as text, as TOML would have it (".5" is no number there).
std::string bare(const std::string& text) {
  if (text == "true" || text == "false") return text;
  std::int64_t whole = 0;
  const char* const end = text.data() + text.size();
  if (const auto read = std::from_chars(text.data(), end, whole); read.ec == std::errc() && read.ptr == end) {
    return std::to_string(whole);
  }
  double number = 0;
  std::from_chars(text.data(), end, number);
  TextBuffer out;
  core::append_json_number(out, number);
  return std::string(out.view());
}

std::string list_of(std::string_view texts) {
  std::string list = "[";
  while (!texts.empty()) {
    if (list.size() > 1) list += ", ";
    list += in_quotes(next_of_list(texts));
  }
  return list + "]";
}

std::string value_of(const Setting& setting, const SettingValue& value) {
  const auto* text = std::get_if<std::string>(&value);
  if (setting.takes_list && text != nullptr) return list_of(*text);
  const bool quoted = setting.standard.starts_with('"');
  if (text != nullptr) return quoted ? in_quotes(*text) : bare(*text);
  if (const auto* flag = std::get_if<bool>(&value)) return *flag ? "true" : "false";
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return std::to_string(*integer);
  TextBuffer out;
  core::append_json_number(out, std::get<double>(value));
  return quoted ? in_quotes(out.view()) : std::string(out.view());
}

std::string source_of(const Settings& settings, const Word& word) {
  if (!word.by.empty()) return word.by;
  return settings.file + ":" + std::to_string(word.place.line) + ":" + std::to_string(word.place.column);
}

/// The effective value of a setting, and where it comes from.
std::pair<std::string, std::string> told(const Settings& settings, const Setting& setting) {
  const auto word = settings.words.find(full_name(setting));
  if (word == settings.words.end()) return {std::string(setting.standard), "default"};
  return {value_of(setting, word->second.value), source_of(settings, word->second)};
}

Members members_of(const http::Endpoint& endpoint) {
  if (!endpoint.unix_path.empty()) return {{"unix", in_quotes(endpoint.unix_path)}};
  return {{"host", in_quotes(endpoint.host)},
          {"port", std::to_string(endpoint.port)},
          {"tls", endpoint.tls ? "true" : "false"}};
}

std::string fit_of(const serving::FitSource& fit, bool json) {
  const Members members = {
      {"data", in_quotes(fit.data.string())}, {"target", in_quotes(fit.target)}, {"kind", in_quotes(fit.kind)}};
  std::string text;
  for (const auto& [name, value] : members) {
    text += (text.empty() ? "" : ", ") + (json ? in_quotes(name) + ":" : std::string(name) + " = ") + value;
  }
  return "{" + text + "}";
}

Members members_of(const serving::ModelSource& source, bool json) {
  Members members{{"name", in_quotes(source.name)}, {"version", in_quotes(source.version)}};
  if (source.fit) {
    members.emplace_back("fit", fit_of(*source.fit, json));
  } else {
    members.emplace_back("path", in_quotes(std::filesystem::absolute(source.path).string()));
  }
  if (!source.iterations.all()) members.emplace_back("iterations", in_quotes(formats::to_string(source.iterations)));
  if (source.slo.count() != 0) members.emplace_back("slo_ms", std::to_string(source.slo.count()));
  return members;
}

/// The entries of a list with where each comes from, `name` being "listen" or "model".
template <class Visit>
void each_entry(const Settings& settings, const std::string& name, std::size_t count, Visit&& visit) {
  for (std::size_t i = 0; i < count; ++i) {
    visit(i, source_of(settings, settings.words.at(name + "." + std::to_string(i))));
  }
}

/// `line`, and behind it, in a column of their own, where it comes from.
void append_line(TextBuffer& out, const std::string& line, const std::string& source) {
  constexpr std::size_t kColumn = 40;
  out.append(line);
  out.append(std::string(line.size() < kColumn ? kColumn - line.size() : 1, ' '));
  // Whatever a file is called, the comment ends with the line.
  std::string comment = source;
  std::replace_if(
      comment.begin(), comment.end(), [](char c) { return static_cast<unsigned char>(c) < ' ' || c == '\x7f'; }, '?');
  out.append("# ");
  out.append(comment);
  out.append('\n');
}

void append_entry(TextBuffer& out, const std::string& heading, const std::string& source, const Members& members) {
  out.append('\n');
  append_line(out, heading, source);
  for (const auto& [name, value] : members) {
    out.append(name);
    out.append(" = ");
    out.append(value);
    out.append('\n');
  }
}

void append_object(TextBuffer& out, const std::string& source, const Members& members) {
  out.append('{');
  for (const auto& [name, value] : members) {
    out.append(in_quotes(name));
    out.append(':');
    out.append(value);
    out.append(',');
  }
  out.append("\"source\":");
  core::append_json_string(out, source);
  out.append('}');
}

}  // namespace

void append_settings_toml(TextBuffer& out, const Settings& settings) {
  std::string_view section;
  for (const Setting& setting : all_settings()) {
    if (setting.section != section) {
      out.append(section.empty() ? "[" : "\n[");
      out.append(setting.section);
      out.append("]\n");
      section = setting.section;
    }
    const auto [value, source] = told(settings, setting);
    append_line(out, std::string(setting.key) + " = " + value, source);
  }
  const auto& endpoints = settings.server.endpoints;
  each_entry(settings, "listen", endpoints.size(), [&](std::size_t i, const std::string& source) {
    append_entry(out, "[[listen]]", source, members_of(endpoints[i]));
  });
  each_entry(settings, "model", settings.models.size(), [&](std::size_t i, const std::string& source) {
    append_entry(out, "[[model]]", source, members_of(settings.models[i], false));
  });
}

void append_settings_json(TextBuffer& out, const Settings& settings) {
  out.append("{\"settings\":{");
  std::string_view section;
  for (const Setting& setting : all_settings()) {
    if (setting.section == section) {
      out.append(',');
    } else {
      if (!section.empty()) out.append("},");
      out.append(in_quotes(setting.section));
      out.append(":{");
      section = setting.section;
    }
    const auto [value, source] = told(settings, setting);
    out.append(in_quotes(setting.key));
    out.append(':');
    append_object(out, source, {{"value", value}});
  }
  out.append("}},\"listen\":[");
  const auto& endpoints = settings.server.endpoints;
  each_entry(settings, "listen", endpoints.size(), [&](std::size_t i, const std::string& source) {
    if (i != 0) out.append(',');
    append_object(out, source, members_of(endpoints[i]));
  });
  out.append("],\"models\":[");
  each_entry(settings, "model", settings.models.size(), [&](std::size_t i, const std::string& source) {
    if (i != 0) out.append(',');
    append_object(out, source, members_of(settings.models[i], true));
  });
  out.append("]}\n");
}

}  // namespace pelton::app
