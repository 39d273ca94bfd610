#include "app/confinement.hpp"

#include <netdb.h>
#include <sys/socket.h>

#include <algorithm>
#include <ctime>
#include <memory>
#include <string>
#include <system_error>
#include <vector>

#include "sandbox/server_calls.hpp"

namespace pelton::app {

namespace {

namespace fs = std::filesystem;

/// The folder that `file` lies in; the file itself where that is the root folder, which is everything.
fs::path folder_of(const fs::path& file) {
  const fs::path folder = fs::absolute(file).parent_path();
  return folder == folder.root_path() ? file : folder;
}

void add_file(std::vector<fs::path>& readable, const fs::path& file) {
  if (file.empty()) return;
  readable.push_back(folder_of(file));
  std::error_code failure;
  const fs::path real = fs::canonical(file, failure);
  if (!failure && folder_of(real) != readable.back()) readable.push_back(folder_of(real));
}

/// Leaves out folders that are not there: whoever reads from them tells so, by the file's name. Not those that nobody
/// may read from before they are needed.
void drop_missing(std::vector<fs::path>& readable, const Settings& settings) {
  const std::vector<fs::path>& asked = settings.sandbox.folders;
  std::erase_if(readable, [&](const fs::path& path) {
    std::error_code failure;
    return path != settings.api.platform.loadable && std::find(asked.begin(), asked.end(), path) == asked.end() &&
           !fs::exists(path, failure);
  });
}

core::Error within_sandbox(const core::Error& error) { return error.within("sandbox"); }

core::Result<void> look_up(http::Endpoint& endpoint) {
  if (endpoint.inherited_fd >= 0 || !endpoint.unix_path.empty()) return {};
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  hints.ai_flags = AI_PASSIVE;
  addrinfo* found = nullptr;
  const int failure = ::getaddrinfo(endpoint.host.c_str(), nullptr, &hints, &found);
  if (failure != 0) {
    return core::Error(core::ErrorCode::io, "cannot listen on " + endpoint.host + ": " + ::gai_strerror(failure));
  }
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> addresses(found, &::freeaddrinfo);
  char number[NI_MAXHOST];
  if (::getnameinfo(found->ai_addr, found->ai_addrlen, number, sizeof number, nullptr, 0, NI_NUMERICHOST) == 0) {
    endpoint.host = number;
  }
  return {};
}

}  // namespace

core::Result<sandbox::FileAccess> files_for(const Settings& settings) {
  sandbox::FileAccess access;
  for (const serving::ModelSource& model : settings.models) {
    add_file(access.readable, model.fit ? fs::path(model.fit->data) : model.path);
  }
  for (const std::string& file : {settings.tls.certificate, settings.tls.key, settings.tls.client_ca}) {
    add_file(access.readable, file);
  }
  for (const fs::path& folder : {settings.repository, settings.artifacts, settings.api.platform.loadable}) {
    std::error_code failure;
    if (fs::is_regular_file(folder, failure)) {
      add_file(access.readable, folder);
    } else if (!folder.empty()) {
      access.readable.push_back(folder);
    }
  }
  access.readable.insert(access.readable.end(), settings.sandbox.folders.begin(), settings.sandbox.folders.end());
  for (const http::Endpoint& endpoint : settings.server.endpoints) {
    if (endpoint.unix_path.empty()) continue;
    const fs::path folder = fs::absolute(endpoint.unix_path).parent_path();
    if (folder == folder.root_path()) {
      return core::Error(core::ErrorCode::invalid_argument,
                         "unix:" + endpoint.unix_path + " has to lie in a folder of its own");
    }
    access.sockets.push_back(folder);
  }
  return access;
}

core::Result<void> confine_from_start(Settings& settings) {
  if (!settings.sandbox.enabled) return {};
  for (http::Endpoint& endpoint : settings.server.endpoints) {
    if (auto found = look_up(endpoint); !found) return found;
  }
  ::tzset();  // the log tells the time of day: now its zone can still be read
  auto access = files_for(settings);
  if (!access) return within_sandbox(access.error());
  drop_missing(access->readable, settings);
  if (auto confined = sandbox::restrict_files(*access); !confined) return within_sandbox(confined.error());
  if (auto confined = sandbox::restrict_server_calls(sandbox::Phase::starting); !confined) {
    return within_sandbox(confined.error());
  }
  return {};
}

core::Result<void> confine_while_serving(const Settings& settings) {
  if (!settings.sandbox.enabled) return {};
  auto confined = sandbox::restrict_server_calls(sandbox::Phase::serving);
  return confined ? confined : within_sandbox(confined.error());
}

}  // namespace pelton::app
