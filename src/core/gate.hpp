#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <utility>

#include "core/clock.hpp"

namespace pelton::core {

/// Counts work in flight so that its end can be waited for: drain as a type (after Seastar's gate).
///
/// Each piece of work holds a Pass. Once closed, `enter` gives empty passes and `wait` returns when
/// the last pass is back. Thread-safe; meant for requests' owners (models, pools), not for every row.
class Gate {
 public:
  class Pass {
   public:
    Pass() = default;
    Pass(Pass&& other) noexcept : gate_(std::exchange(other.gate_, nullptr)) {}
    Pass& operator=(Pass&& other) noexcept {
      if (this != &other) {
        leave();
        gate_ = std::exchange(other.gate_, nullptr);
      }
      return *this;
    }
    ~Pass() { leave(); }
    explicit operator bool() const noexcept { return gate_ != nullptr; }

   private:
    friend class Gate;
    explicit Pass(Gate* gate) : gate_(gate) {}
    void leave() noexcept {
      if (gate_ != nullptr) std::exchange(gate_, nullptr)->leave();
    }
    Gate* gate_ = nullptr;
  };

  /// A pass while open, an empty one once closed.
  Pass enter();
  /// Lets no more work in.
  void close();
  bool closed() const;
  /// Waits until no pass is out, at most `patience` of real time; whether it got there.
  bool wait(Duration patience);
  std::uint64_t inside() const;

 private:
  void leave() noexcept;

  mutable std::mutex mutex_;
  std::condition_variable empty_;
  std::uint64_t inside_ = 0;
  bool closed_ = false;
};

}  // namespace pelton::core
