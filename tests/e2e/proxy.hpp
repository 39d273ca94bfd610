#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "support/http_client.hpp"
#include "support/process.hpp"
#include "support/temporary_folder.hpp"

namespace pelton {

inline std::string file_text(const std::filesystem::path& path) {
  std::ifstream in(path);
  if (!in) throw std::runtime_error("cannot read " + path.string());
  return {std::istreambuf_iterator<char>(in), {}};
}

/// A port of 127.0.0.1 that nobody has at this moment, and that no outgoing connection is given by itself
/// (net.ipv4.ip_local_port_range begins at 32768).
inline std::uint16_t free_port() {
  static std::minstd_rand random(std::random_device{}());
  for (int tries = 0; tries < 1000; ++tries) {
    const auto port = static_cast<std::uint16_t>(20'000 + random() % 12'000);
    const int socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const bool bound = ::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
    ::close(socket);
    if (bound) return port;
  }
  throw std::runtime_error("no free port");
}

/// Waits until somebody accepts connections on the port.
inline void await_port(std::uint16_t port) {
  for (int i = 0; i < 100'000; ++i) {
    try {
      const test::HttpClient client(port);
      return;
    } catch (const std::runtime_error&) {
      std::this_thread::yield();
    }
  }
  throw std::runtime_error("nobody listens on port " + std::to_string(port));
}

/// A web server of Debian's in front of Pelton, with one of the configurations in configs/, whose paths and
/// ports are exchanged for a test's own.
class Proxy {
 public:
  using Exchange = std::pair<std::string, std::string>;

  /// `nginx` with configs/nginx/`file`, and with streams.conf where there are exchanges for it.
  static std::unique_ptr<Proxy> nginx(const std::string& file, std::vector<Exchange> exchanges,
                                      const std::vector<Exchange>& streams = {}) {
    auto proxy = std::unique_ptr<Proxy>(new Proxy);
    const std::filesystem::path configs = std::filesystem::path(PELTON_SOURCE_DIR) / "configs/nginx";
    const std::string folder = proxy->folder().string();
    proxy->write("pelton-proxy.conf", file_text(configs / "pelton-proxy.conf"), {});
    exchanges.emplace_back("/var/cache/nginx", folder);
    proxy->write("site.conf", file_text(configs / file), exchanges);
    std::string outside;
    if (!streams.empty()) {
      proxy->write("streams.conf", file_text(configs / "streams.conf"), streams);
      outside = "load_module " PELTON_NGINX_MODULES "/ngx_stream_module.so;\ninclude streams.conf;\n";
    }
    std::string paths;
    for (const char* kind : {"client_body", "proxy", "fastcgi", "uwsgi", "scgi"}) {
      paths += std::string(kind) + "_temp_path " + folder + "/" + kind + ";\n";
    }
    proxy->write("nginx.conf",
                 outside + std::string(::getuid() == 0 ? "user root;\n" : "") +
                     "daemon off;\nworker_processes 1;\npid " + folder + "/pid;\nerror_log " + folder +
                     "/error.log;\nevents { worker_connections 1024; }\nhttp {\naccess_log " + folder +
                     "/access.log;\n" + paths + "include site.conf;\n}\n",
                 {});
    proxy->process_ = std::make_unique<test::Process>(std::vector<std::string>{
        PELTON_NGINX, "-p", folder, "-c", folder + "/nginx.conf", "-e", folder + "/error.log"});
    return proxy;
  }

  /// `apache2` with configs/apache/pelton.conf.
  static std::unique_ptr<Proxy> apache(std::vector<Exchange> exchanges) {
    auto proxy = std::unique_ptr<Proxy>(new Proxy);
    const std::filesystem::path configs = std::filesystem::path(PELTON_SOURCE_DIR) / "configs/apache";
    const std::string folder = proxy->folder().string();
    proxy->write("site.conf", file_text(configs / "pelton.conf"), exchanges);
    std::string modules;
    for (const char* module : {"mpm_event", "authz_core", "authz_host", "proxy", "proxy_http", "proxy_balancer",
                               "lbmethod_byrequests", "slotmem_shm", "headers"}) {
      modules += std::string("LoadModule ") + module + "_module " + PELTON_APACHE_MODULES + "/mod_" + module + ".so\n";
    }
    proxy->write("apache.conf",
                 modules + "ServerRoot " + folder + "\nServerName localhost\nPidFile " + folder +
                     "/pid\nDefaultRuntimeDir " + folder + "\nErrorLog " + folder + "/error.log\nInclude " + folder +
                     "/site.conf\n",
                 {});
    proxy->process_ = std::make_unique<test::Process>(
        std::vector<std::string>{PELTON_APACHE, "-f", folder + "/apache.conf", "-DFOREGROUND"});
    return proxy;
  }

  std::filesystem::path folder() const { return folder_.path(); }
  std::string error_log() const { return file_text(folder() / "error.log"); }
  std::string access_log() const { return file_text(folder() / "access.log"); }

 private:
  Proxy() = default;

  void write(const std::string& name, std::string text, const std::vector<Exchange>& exchanges) {
    for (const auto& [from, to] : exchanges) {
      std::size_t at = text.find(from);
      if (at == std::string::npos && from != "/var/cache/nginx") throw std::runtime_error("the file has no " + from);
      for (; at != std::string::npos; at = text.find(from, at + to.size())) text.replace(at, from.size(), to);
    }
    std::ofstream(folder() / name) << text;
  }

  test::TemporaryFolder folder_;
  std::unique_ptr<test::Process> process_;
};

}  // namespace pelton
