#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "api/shared_state.hpp"
#include "http/settings.hpp"
#include "serving/source.hpp"
#include "tls/server_context.hpp"

namespace pelton::app {

/// Which answered requests are written to the access log.
enum class AccessLogMode { off, errors, sampled, all };
enum class LogFormat { text, json };

struct LogSettings {
  std::string level = "info";
  LogFormat format = LogFormat::text;
  AccessLogMode access = AccessLogMode::off;
  std::size_t sample = 100;  ///< sampled: errors, and one in so many of the rest
};

/// Whether the process gives up what serving does not take (confinement.hpp).
struct SandboxSettings {
  bool enabled = false;
  std::vector<std::filesystem::path> folders;  ///< further ones that may be read
};

/// Where a settings file says something.
struct FilePlace {
  std::size_t line = 0;
  std::size_t column = 0;
};

/// A value as a file, the environment or a flag gave it.
using SettingValue = std::variant<bool, std::int64_t, double, std::string>;

/// The last word on a setting, and whose it is.
struct Word {
  SettingValue value;
  std::string by;   ///< a flag, a variable, a platform; empty: the file's, at `place`
  FilePlace place;  ///< only of the file's
};

/// All that `pelton serve` can be told. Flag > environment > file > these defaults.
struct Settings {
  http::ServerSettings server{.endpoints = {}, .threads = 0, .limits = {}, .timeouts = {}};
  std::string host = "127.0.0.1";  ///< of the endpoint meant by host and port
  std::uint16_t port = 8080;
  unsigned unix_mode = 0660;  ///< permissions of unix sockets
  std::string unix_path;      ///< listens there instead, where only this is given
  bool host_or_port_given = false;
  bool insecure = false;  ///< a non-loopback address without tokens
  std::chrono::milliseconds drain_timeout{10'000};
  std::chrono::milliseconds drain_delay{0};  ///< between /readyz turning 503 and the listeners closing

  tls::ServerIdentity tls;                      ///< TCP listeners speak TLS where it names a certificate
  std::chrono::milliseconds tls_watch{10'000};  ///< between looks at its files; 0: none

  api::ApiSettings api;
  LogSettings log;
  SandboxSettings sandbox;

  std::vector<serving::ModelSource> models;
  std::filesystem::path repository;
  std::string default_model;

  std::string platform;             ///< what started the program, where it is known: "SageMaker", "Vertex AI"
  bool isolated = false;            ///< the platform keeps strangers from `host`
  std::filesystem::path artifacts;  ///< the platform's folder of models, or its one model file

  std::string file;  ///< that was read, as it was named
  /// Of the settings that were given one: "tls.key"; of entries of a list "listen.0", "model.0"; and "listen.tls".
  std::map<std::string, Word, std::less<>> words;
};

}  // namespace pelton::app
