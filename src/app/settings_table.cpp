#include "app/settings_table.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "core/suggest.hpp"

namespace pelton::app {

namespace {

using core::Error;
using core::ErrorCode;
using core::Result;

Error expected(std::string_view what) { return {ErrorCode::invalid_argument, "expected " + std::string(what)}; }

std::optional<std::int64_t> whole_number(const SettingValue& value) {
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return *integer;
  const auto* text = std::get_if<std::string>(&value);
  if (text == nullptr) return std::nullopt;
  std::int64_t number = 0;
  const auto [end, failure] = std::from_chars(text->data(), text->data() + text->size(), number);
  if (failure != std::errc() || end != text->data() + text->size()) return std::nullopt;
  return number;
}

Result<std::int64_t> number_between(const SettingValue& value, std::int64_t low, std::int64_t high) {
  const auto number = whole_number(value);
  if (!number || *number < low || *number > high) {
    return expected("a whole number from " + std::to_string(low) + " to " + std::to_string(high));
  }
  return *number;
}

constexpr std::int64_t kMany = 1'000'000'000'000;

/// The member that `access(settings)` refers to, as a count.
template <auto access, std::int64_t low = 0, std::int64_t high = kMany>
Result<void> assign_count(Settings& settings, const SettingValue& value) {
  auto number = number_between(value, low, high);
  if (!number) return number.error();
  auto& member = access(settings);
  member = static_cast<std::remove_reference_t<decltype(member)>>(*number);
  return {};
}

/// The same for a duration told in `Unit`s.
template <auto access, class Unit, std::int64_t low = 0>
Result<void> assign_duration(Settings& settings, const SettingValue& value) {
  auto number = number_between(value, low, 86'400'000);
  if (!number) return number.error();
  auto& member = access(settings);
  member = std::chrono::duration_cast<std::remove_reference_t<decltype(member)>>(Unit(*number));
  return {};
}

/// Settings elsewhere than in a file are texts, a rate's too.
std::optional<double> decimal_number(const SettingValue& value) {
  if (const auto* number = std::get_if<double>(&value)) return *number;
  if (const auto* integer = std::get_if<std::int64_t>(&value)) return static_cast<double>(*integer);
  const auto* text = std::get_if<std::string>(&value);
  double number = 0;
  if (text == nullptr) return std::nullopt;
  const auto [end, failure] = std::from_chars(text->data(), text->data() + text->size(), number);
  if (failure != std::errc() || end != text->data() + text->size()) return std::nullopt;
  return number;
}

template <auto access>
Result<void> assign_rate(Settings& settings, const SettingValue& value) {
  using api::RateSettings;
  const auto number = decimal_number(value);
  const bool good =
      number && (*number == 0 || (*number >= RateSettings::kLeastPerSecond && *number <= RateSettings::kMostPerSecond));
  if (!good) return expected("0, or a number from 0.001 to 10000000");
  access(settings) = *number;
  return {};
}

template <auto access>
Result<void> assign_string(Settings& settings, const SettingValue& value) {
  const auto* text = std::get_if<std::string>(&value);
  if (text == nullptr) return expected("a string");
  access(settings) = *text;
  return {};
}

template <auto access>
Result<void> assign_flag(Settings& settings, const SettingValue& value) {
  if (const auto* flag = std::get_if<bool>(&value)) {
    access(settings) = *flag;
    return {};
  }
  const auto* text = std::get_if<std::string>(&value);
  if (text == nullptr || (*text != "true" && *text != "false")) return expected("true or false");
  access(settings) = *text == "true";
  return {};
}

template <class Choice, std::size_t n>
Result<void> assign_choice(Choice& member, const SettingValue& value,
                           const std::array<std::pair<std::string_view, Choice>, n>& choices) {
  const auto* text = std::get_if<std::string>(&value);
  std::string known;
  for (const auto& [name, choice] : choices) {
    if (text != nullptr && *text == name) {
      member = choice;
      return {};
    }
    known += (known.empty() ? "" : ", ") + std::string(name);
  }
  return expected("one of " + known);
}

Result<void> assign_access_log(Settings& settings, const SettingValue& value) {
  static constexpr std::array<std::pair<std::string_view, AccessLogMode>, 4> kModes{
      {{"off", AccessLogMode::off},
       {"errors", AccessLogMode::errors},
       {"sampled", AccessLogMode::sampled},
       {"all", AccessLogMode::all}}};
  return assign_choice(settings.log.access, value, kModes);
}

Result<void> assign_log_format(Settings& settings, const SettingValue& value) {
  static constexpr std::array<std::pair<std::string_view, LogFormat>, 2> kFormats{
      {{"text", LogFormat::text}, {"json", LogFormat::json}}};
  return assign_choice(settings.log.format, value, kFormats);
}

Result<void> assign_log_level(Settings& settings, const SettingValue& value) {
  static constexpr std::array<std::pair<std::string_view, std::string_view>, 4> kLevels{
      {{"debug", "debug"}, {"info", "info"}, {"warn", "warn"}, {"error", "error"}}};
  std::string_view level;
  auto assigned = assign_choice(level, value, kLevels);
  if (assigned) settings.log.level = level;
  return assigned;
}

Result<void> assign_host(Settings& settings, const SettingValue& value) {
  settings.host_or_port_given = true;
  return assign_string < [](Settings & s) -> auto& { return s.host; }
  > (settings, value);
}

Result<void> assign_port(Settings& settings, const SettingValue& value) {
  settings.host_or_port_given = true;
  return assign_count < [](Settings & s) -> auto& { return s.port; }
  , 0, 65535 > (settings, value);
}

Result<void> assign_unix_mode(Settings& settings, const SettingValue& value) {
  const auto* text = std::get_if<std::string>(&value);
  unsigned mode = 0;
  if (text != nullptr && !text->empty()) {
    const auto [end, failure] = std::from_chars(text->data(), text->data() + text->size(), mode, 8);
    if (failure == std::errc() && end == text->data() + text->size() && mode <= 0777) {
      settings.unix_mode = mode;
      return {};
    }
  }
  return expected("an octal mode such as \"0660\"");
}

Result<void> assign_trusted_proxies(Settings& settings, const SettingValue& value) {
  const auto* text = std::get_if<std::string>(&value);
  if (text == nullptr) return expected("a string");
  auto proxies = api::TrustedProxies::parse(*text);
  if (!proxies) return proxies.error();
  settings.api.trusted_proxies = *std::move(proxies);
  return {};
}

Result<void> assign_cors_origins(Settings& settings, const SettingValue& value) {
  const auto* text = std::get_if<std::string>(&value);
  if (text == nullptr) return expected("a string or a list of strings");
  auto cors = api::Cors::parse(*text);
  if (!cors) return cors.error();
  settings.api.cors = *std::move(cors);
  return {};
}

Result<void> assign_sandbox_folders(Settings& settings, const SettingValue& value) {
  const auto* text = std::get_if<std::string>(&value);
  if (text == nullptr) return expected("a string or a list of strings");
  settings.sandbox.folders.clear();
  for (std::string_view rest = *text; !rest.empty();) {
    if (const std::string_view folder = next_of_list(rest); !folder.empty())
      settings.sandbox.folders.emplace_back(folder);
  }
  return {};
}

Result<void> assign_client_certificates(Settings& settings, const SettingValue& value) {
  using tls::ClientCertificates;
  static constexpr std::array<std::pair<std::string_view, ClientCertificates>, 3> kChoices{
      {{"none", ClientCertificates::none},
       {"optional", ClientCertificates::optional},
       {"required", ClientCertificates::required}}};
  return assign_choice(settings.tls.client_certificates, value, kChoices);
}

/// "1.2", and 1.2 as well.
Result<void> assign_minimum_version(Settings& settings, const SettingValue& value) {
  static constexpr std::array<std::pair<std::string_view, tls::Version>, 2> kVersions{
      {{"1.2", tls::Version::tls12}, {"1.3", tls::Version::tls13}}};
  SettingValue text = value;
  if (const auto* number = std::get_if<double>(&value)) {
    text = *number == 1.2 ? std::string("1.2") : *number == 1.3 ? std::string("1.3") : std::string();
  }
  return assign_choice(settings.tls.minimum, text, kVersions);
}

using ms = std::chrono::milliseconds;
using us = std::chrono::microseconds;

#define PELTON_AT(member) \
  [](Settings & s) -> auto& { return s.member; }
constexpr Setting kSettings[] = {
    {"server", "host", "address to listen on", R"("127.0.0.1")", assign_host},
    {"server", "port", "TCP port, 0 picks a free one", "8080", assign_port},
    {"server", "unix", "unix socket to listen on", R"("")", assign_string<PELTON_AT(unix_path)>},
    {"server", "unix_mode", "permissions of unix sockets, octal", R"("0660")", assign_unix_mode},
    {"server", "threads", "event loops, 0: one for every two processors", "0",
     assign_count<PELTON_AT(server.threads), 0, 1024>},
    {"server", "pin", "bind each event loop to a processor of its own", "false", assign_flag<PELTON_AT(server.pin)>},
    {"server", "insecure", "allow a non-loopback address without tokens", "false", assign_flag<PELTON_AT(insecure)>},
    {"server", "trusted_proxies", "addresses, networks or unix whose X-Forwarded-For and X-Request-Start count", "[]",
     assign_trusted_proxies, true},
    {"server", "drain_timeout_ms", "longest wait for accepted work at shutdown", "10000",
     assign_duration<PELTON_AT(drain_timeout), ms>},
    {"server", "drain_delay_ms", "/readyz says 503 this long before listeners close", "0",
     assign_duration<PELTON_AT(drain_delay), ms>},
    {"server", "request_timeout_ms", "deadline of a request that names none, 0: none", "30000",
     assign_duration<PELTON_AT(api.request_timeout), ms>},
    {"http", "cors_origins", "origins whose pages may read answers, a list or \"*\" for every one", "[]",
     assign_cors_origins, true},
    {"limits", "header_bytes", "request line and headers together", "16384",
     assign_count<PELTON_AT(server.limits.header_bytes), 256, 1 << 20>},
    {"limits", "header_count", "headers of a request", "100",
     assign_count<PELTON_AT(server.limits.header_count), 1, 10'000>},
    {"limits", "target_bytes", "request target", "8192",
     assign_count<PELTON_AT(server.limits.target_bytes), 16, 1 << 20>},
    {"limits", "body_bytes", "request body, as sent and inflated", "67108864",
     assign_count<PELTON_AT(server.limits.body_bytes)>},
    {"limits", "stream_bytes", "body of rows that are answered as they arrive", "4294967296",
     assign_count<PELTON_AT(server.limits.stream_bytes)>},
    {"limits", "inflate_ratio", "inflated size to size sent, beyond the first MiB", "200",
     assign_count<PELTON_AT(server.limits.inflate_ratio), 1>},
    {"limits", "trailer_bytes", "trailers of a chunked body", "4096",
     assign_count<PELTON_AT(server.limits.trailer_bytes)>},
    {"limits", "chunk_extension_bytes", "chunk extensions of a body", "1024",
     assign_count<PELTON_AT(server.limits.chunk_extension_bytes)>},
    {"limits", "pipelined", "requests of one connection in hand", "64",
     assign_count<PELTON_AT(server.limits.pipelined), 1, 100'000>},
    {"limits", "connections", "connections at a time", "65536", assign_count<PELTON_AT(server.limits.connections), 1>},
    {"limits", "connections_per_address", "connections of one address, 0: no limit", "0",
     assign_count<PELTON_AT(server.limits.connections_per_address)>},
    {"limits", "requests_per_connection", "requests before a connection is closed, 0: no limit", "0",
     assign_count<PELTON_AT(server.limits.requests_per_connection)>},
    {"limits", "handshakes", "TLS handshakes under way on one event loop; further ones wait", "1024",
     assign_count<PELTON_AT(server.limits.handshakes), 1>},
    {"limits", "rows", "rows of one request", "1000000", assign_count<PELTON_AT(api.read.max_rows), 1>},
    {"quotas", "requests_per_second", "requests of one client, 0: no limit", "0",
     assign_rate<PELTON_AT(api.quotas.requests.per_second)>},
    {"quotas", "requests_burst", "requests of one client at once, 0: as many as in a second", "0",
     assign_count<PELTON_AT(api.quotas.requests.burst), 0, api::RateSettings::kMostBurst>},
    {"quotas", "rows_per_second", "rows of one client, 0: no limit", "0",
     assign_rate<PELTON_AT(api.quotas.rows.per_second)>},
    {"quotas", "rows_burst", "rows of one client at once, 0: as many as in a second", "0",
     assign_count<PELTON_AT(api.quotas.rows.burst), 0, api::RateSettings::kMostBurst>},
    {"timeouts", "first_byte_ms", "from accept to a first byte", "30000",
     assign_duration<PELTON_AT(server.timeouts.first_byte), ms, 1>},
    {"timeouts", "handshake_ms", "from accept to the end of the TLS handshake", "10000",
     assign_duration<PELTON_AT(server.timeouts.handshake), ms, 1>},
    {"timeouts", "header_ms", "from a request's first byte to the end of its head", "10000",
     assign_duration<PELTON_AT(server.timeouts.header), ms, 1>},
    {"timeouts", "body_ms", "without progress of a body", "60000",
     assign_duration<PELTON_AT(server.timeouts.body), ms, 1>},
    {"timeouts", "idle_ms", "between requests", "120000", assign_duration<PELTON_AT(server.timeouts.idle), ms, 1>},
    {"timeouts", "write_ms", "without progress of a client that reads its answer", "60000",
     assign_duration<PELTON_AT(server.timeouts.write), ms, 1>},
    {"timeouts", "linger_ms", "reading away the rest after an early error", "5000",
     assign_duration<PELTON_AT(server.timeouts.linger), ms>},
    {"tls", "certificate", "PEM file: our certificate, then those that lead to an authority; without it no TLS",
     R"("")", assign_string<PELTON_AT(tls.certificate)>, false, true},
    {"tls", "key", "PEM file: the certificate's private key, not encrypted", R"("")", assign_string<PELTON_AT(tls.key)>,
     false, true},
    {"tls", "client_ca", "PEM file: authorities whose client certificates are believed", R"("")",
     assign_string<PELTON_AT(tls.client_ca)>, false, true},
    {"tls", "client_certificates", "none, optional or required", R"("none")", assign_client_certificates},
    {"tls", "minimum_version", "1.2 or 1.3", R"("1.2")", assign_minimum_version},
    {"tls", "watch_ms", "how often these files are looked at for changes, 0: only at SIGHUP", "10000",
     assign_duration<PELTON_AT(tls_watch), ms>},
    {"batching", "slo_ms", "objective for the 99th percentile of latency, of models with none of their own", "20",
     assign_duration<PELTON_AT(api.batching.slo), ms, 1>},
    {"batching", "inline_limit_us", "longest an io thread scores by itself", "250",
     assign_duration<PELTON_AT(api.batching.inline_limit), us>},
    {"batching", "max_batch_rows", "rows scored in one go", "16384",
     assign_count<PELTON_AT(api.batching.max_batch_rows), 1>},
    {"batching", "max_queue_rows", "rows that may wait, for each model and thread", "65536",
     assign_count<PELTON_AT(api.batching.max_queue_rows), 1>},
    {"log", "level", "debug, info, warn or error", R"("info")", assign_log_level},
    {"log", "format", "text or json", R"("text")", assign_log_format},
    {"log", "access", "off, errors, sampled or all", R"("off")", assign_access_log},
    {"log", "sample", "sampled: one answer in so many, besides errors", "100", assign_count<PELTON_AT(log.sample), 1>},
    {"sandbox", "enabled", "give up, for good, what serving does not take", "false",
     assign_flag<PELTON_AT(sandbox.enabled)>},
    {"sandbox", "folders", "further folders that may be read, a list", "[]", assign_sandbox_folders, true, true},
    {"models", "repository", "folder of models", R"("")", assign_string<PELTON_AT(repository)>, false, true},
    {"models", "default", "model that /predict means; without it the first", R"("")",
     assign_string<PELTON_AT(default_model)>},
};
#undef PELTON_AT

/// PELTON_SERVER_PORT for [server] port.
std::string environment_name(const Setting& setting) {
  std::string name = "PELTON_" + std::string(setting.section) + "_" + std::string(setting.key);
  std::transform(name.begin(), name.end(), name.begin(),
                 [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
  return name;
}

}  // namespace

std::span<const Setting> all_settings() noexcept { return kSettings; }

const Setting* find_setting(std::string_view section, std::string_view key) noexcept {
  for (const Setting& setting : kSettings) {
    if (setting.section == section && setting.key == key) return &setting;
  }
  return nullptr;
}

std::string described(const Setting& setting) {
  std::string_view standard = setting.standard;
  if (standard == "[]") standard = "none";
  if (standard.starts_with('"')) standard = standard.substr(1, standard.size() - 2);
  std::string text(setting.help);
  return standard.empty() ? text : text.append(" (").append(standard).append(")");
}

std::string_view next_of_list(std::string_view& texts) noexcept {
  const std::size_t comma = std::min(texts.find(','), texts.size());
  const std::string_view next = texts.substr(0, comma);
  texts.remove_prefix(std::min(comma + 1, texts.size()));
  return next;
}

std::string full_name(const Setting& setting) { return std::string(setting.section).append(".").append(setting.key); }

Result<void> assign(const Setting& setting, Settings& settings, Word word) {
  auto assigned = setting.assign(settings, word.value);
  settings.words[full_name(setting)] = std::move(word);
  return assigned;
}

Result<void> assign_environment(Settings& settings, char** environment) {
  std::vector<std::string> names;
  for (const Setting& setting : kSettings) names.push_back(environment_name(setting));
  for (char** entry = environment; *entry != nullptr; ++entry) {
    const std::string_view line(*entry);
    const std::string_view name = line.substr(0, line.find('='));
    if (name.size() == line.size()) continue;
    const auto at = std::find(names.begin(), names.end(), name);
    if (at != names.end()) {
      const Setting& setting = kSettings[at - names.begin()];
      if (auto assigned =
              assign(setting, settings,
                     {.value = std::string(line.substr(name.size() + 1)), .by = std::string(name), .place = {}});
          !assigned) {
        return assigned.error().within(name);
      }
      continue;
    }
    const bool ours = std::any_of(names.begin(), names.end(), [&](const std::string& known) {
      return name.starts_with(known.substr(0, known.find('_', sizeof("PELTON_") - 1) + 1));
    });
    if (ours)
      return Error(ErrorCode::invalid_argument,
                   std::string(name) + ": no such setting" + core::did_you_mean(name, names));
  }
  return {};
}

}  // namespace pelton::app
