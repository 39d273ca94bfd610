#pragma once

#include <atomic>
#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>

#include "core/clock.hpp"
#include "core/event_loop.hpp"

namespace pelton::http {

/// Counts a server's connections for its limits and its drain. Thread-safe.
class Census {
 public:
  Census(std::size_t most, std::size_t most_per_address) : most_(most), most_per_address_(most_per_address) {}

  /// Whether one more connection may be accepted now. After false, `resume` is run when one closes.
  bool room();
  /// What to run, and where, when a connection closes after `room` said no.
  void on_room(core::EventLoop& loop, core::Task& resume);

  /// A connection from `address` begins; false if that address has too many already.
  bool enter(std::string_view address);
  /// It has said its last word and only waits for the client to go.
  void finish();
  /// It is gone; `finished` if `finish` was said before.
  void leave(std::string_view address, bool finished);

  std::size_t open() const noexcept { return open_.load(std::memory_order_relaxed); }
  /// Waits until every connection has finished, at most `patience` of real time; whether they have.
  bool wait_finished(core::Duration patience);
  /// Waits until every connection is gone, at most `patience` of real time.
  void wait_gone(core::Duration patience);

 private:
  bool counts(std::string_view address) const noexcept;
  void changed();

  const std::size_t most_;
  const std::size_t most_per_address_;
  std::atomic<std::size_t> open_{0};
  std::atomic<std::size_t> finished_{0};
  std::atomic<bool> awaited_{false};  ///< somebody waits for a connection to close
  core::EventLoop* loop_ = nullptr;
  core::Task* resume_ = nullptr;

  std::mutex mutex_;
  std::condition_variable changed_;
  std::atomic<bool> watched_{false};  ///< somebody waits on changed_
  std::unordered_map<std::string, std::size_t> per_address_;
};

}  // namespace pelton::http
