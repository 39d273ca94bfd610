#pragma once

#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "api/shared_state.hpp"
#include "app/settings.hpp"

namespace pelton::app {

/// The server's own log and its access log: one line an event on stderr, readable text or a JSON
/// object. Thread-safe.
class Log final : public api::AccessLog {
 public:
  using Fields = std::initializer_list<std::pair<std::string_view, std::string_view>>;

  explicit Log(const LogSettings& settings);
  ~Log() override;

  void info(std::string_view message, Fields fields = {});
  void warn(std::string_view message, Fields fields = {});
  void error(std::string_view message, Fields fields = {});

  bool wants(int status) noexcept override;
  void write(const api::AccessEntry& entry) override;

 private:
  class Writer;
  std::unique_ptr<Writer> writer_;
  LogSettings settings_;
};

}  // namespace pelton::app
