#include "app/platforms.hpp"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <system_error>

#include "app/settings_table.hpp"

namespace pelton::app {

namespace {

namespace fs = std::filesystem;
using core::Error;
using core::ErrorCode;
using core::Result;

/// The variable's value; empty where it is not set.
std::string variable(const char* name) {
  const char* const value = std::getenv(name);
  return value != nullptr ? value : "";
}

Result<std::uint16_t> port_of(const char* name, std::uint16_t otherwise) {
  const std::string text = variable(name);
  if (text.empty()) return otherwise;
  std::uint16_t port = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (failure != std::errc() || end != text.data() + text.size()) {
    return Error(ErrorCode::invalid_argument,
                 std::string(name) + ": expected a port from 0 to 65535, got \"" + text + "\"");
  }
  return port;
}

/// A path that a request's can be compared with as it is.
Result<std::string> route_of(const char* name) {
  std::string path = variable(name);
  const auto taken = [](char c) {
    return c > ' ' && c < '\x7f' && std::string_view("{}?#\"<>\\^`|").find(c) == std::string_view::npos;
  };
  if (path.empty() || (path.front() == '/' && path.size() <= 1024 && std::all_of(path.begin(), path.end(), taken))) {
    return path;
  }
  return Error(ErrorCode::invalid_argument,
               std::string(name) + ": expected a path such as /predict, got \"" + path + "\"");
}

bool nothing_to_serve(const Settings& settings) { return settings.models.empty() && settings.repository.empty(); }

void listen_everywhere(Settings& settings, std::string_view platform, std::uint16_t port) {
  settings.platform = platform;
  if (settings.host_or_port_given || !settings.unix_path.empty() || !settings.server.endpoints.empty()) return;
  const auto say = [&](std::string_view key, SettingValue value) {
    return assign(*find_setting("server", key), settings,
                  {.value = std::move(value), .by = std::string(platform), .place = {}});
  };
  (void)say("host", std::string("0.0.0.0"));
  (void)say("port", std::int64_t{port});
  settings.isolated = true;
}

Result<void> take_vertex(Settings& settings) {
  const auto port = port_of("AIP_HTTP_PORT", 8080);
  if (!port) return port.error();
  auto predict = route_of("AIP_PREDICT_ROUTE");
  if (!predict) return predict.error();
  auto health = route_of("AIP_HEALTH_ROUTE");
  if (!health) return health.error();
  settings.api.platform.vertex_predict_route = *std::move(predict);
  settings.api.platform.vertex_health_route = *std::move(health);
  listen_everywhere(settings, "Vertex AI", *port);
  const std::string storage = variable("AIP_STORAGE_URI");
  if (!nothing_to_serve(settings) || storage.empty()) return {};
  if (storage.find("://") != std::string::npos) {
    return Error(ErrorCode::unsupported,
                 "AIP_STORAGE_URI: " + storage +
                     " is not read: models come from local files. Put them into the image, or mount the bucket, and "
                     "name them");
  }
  settings.artifacts = storage;
  return {};
}

Result<void> take_sagemaker(Settings& settings) {
  const std::string base = variable("SAGEMAKER_BASE_DIR");
  const fs::path folder = base.empty() ? fs::path("/opt/ml") : fs::path(base);
  const bool many = variable("SAGEMAKER_MULTI_MODEL") == "true";
  std::error_code ignored;
  if (!many && !fs::is_directory(folder / "model", ignored)) return {};
  const auto port = port_of("SAGEMAKER_BIND_TO_PORT", 8080);
  if (!port) return port.error();
  listen_everywhere(settings, "SageMaker", *port);
  if (many) {
    settings.api.platform.models_on_demand = true;
    settings.api.platform.loadable = folder / "models";
    if (fs::is_directory(folder / "models", ignored)) settings.artifacts = folder / "models";
  } else {
    settings.artifacts = folder / "model";
  }
  return {};
}

}  // namespace

core::Result<void> take_platform(Settings& settings) {
  for (const char* const name : {"AIP_HTTP_PORT", "AIP_PREDICT_ROUTE", "AIP_HEALTH_ROUTE"}) {
    if (!variable(name).empty()) return take_vertex(settings);
  }
  return nothing_to_serve(settings) ? take_sagemaker(settings) : Result<void>();
}

}  // namespace pelton::app
