#pragma once

#include <memory>
#include <mutex>
#include <utility>

#include "tls/server_context.hpp"

namespace pelton::http {

/// The identity that new TLS connections are shown; one for all loops. Thread-safe.
class TlsSlot {
 public:
  explicit TlsSlot(std::shared_ptr<const tls::ServerContext> first) noexcept : current_(std::move(first)) {}

  std::shared_ptr<const tls::ServerContext> current() const {
    const std::lock_guard lock(mutex_);
    return current_;
  }
  void replace(std::shared_ptr<const tls::ServerContext> next) {
    const std::lock_guard lock(mutex_);
    current_.swap(next);
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const tls::ServerContext> current_;
};

}  // namespace pelton::http
