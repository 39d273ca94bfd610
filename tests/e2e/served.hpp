#pragma once

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "listening.hpp"
#include "support/http_client.hpp"
#include "support/process.hpp"

namespace pelton {

/// `pelton serve` with the quickstart's settings, started as a user starts it.
class Served {
 public:
  explicit Served(std::vector<std::string> further = {}, const std::vector<std::string>& environment = {},
                  std::vector<std::string> before = {}) {
    std::vector<std::string> arguments = std::move(before);
    arguments.insert(arguments.end(),
                     {PELTON_BINARY, "serve", "--config", std::string(PELTON_SOURCE_DIR) + "/configs/quickstart.toml"});
    if (std::find(further.begin(), further.end(), "--port") == further.end()) {
      further.insert(further.end(), {"--port", "0"});  // whichever is free
    }
    arguments.insert(arguments.end(), further.begin(), further.end());
    process_ = std::make_unique<test::Process>(arguments, environment);
    port_ = port_of(*process_);
  }

  std::uint16_t port() const noexcept { return port_; }
  test::Process& process() noexcept { return *process_; }

  /// A number of KiB that the system tells of the process, such as VmHWM, the most memory it has had.
  std::size_t kib(const std::string& name) const {
    std::ifstream in("/proc/" + std::to_string(process_->pid()) + "/status");
    for (std::string line; std::getline(in, line);) {
      if (line.starts_with(name + ":")) return std::stoul(line.substr(name.size() + 1));
    }
    throw std::runtime_error("no " + name);
  }

  /// A metric's value, by its name and labels; 0 where it has not been counted yet.
  double metric(const std::string& series) const {
    const std::string text = test::HttpClient(port_).get("/metrics").body;
    const std::size_t at = text.find("\n" + series + " ");
    return at == std::string::npos ? 0 : std::stod(text.substr(at + series.size() + 2));
  }
  /// Waits until it has come to be at least so much.
  void await_metric(const std::string& series, double least) const {
    while (metric(series) < least) std::this_thread::yield();
  }
  /// Waits until nobody is connected but who asks.
  void await_alone() const {
    while (metric("pelton_connections") > 1) std::this_thread::yield();
  }

 private:
  std::unique_ptr<test::Process> process_;
  std::uint16_t port_ = 0;
};

}  // namespace pelton
