#pragma once

#include <cstddef>

#include "batching/ticket.hpp"
#include "metrics/registry.hpp"

namespace pelton::api {

/// pelton_rejected_total, of one thread: requests whose rows were not scored, by reason. Loop thread only.
class Rejections {
 public:
  Rejections(metrics::Registry& registry, std::size_t shard)
      : overload_(counter(registry, shard, "overload")),
        deadline_(counter(registry, shard, "deadline")),
        quota_(counter(registry, shard, "quota")) {}

  /// The queue was full.
  void turned_away() noexcept { overload_.add(); }
  /// Its client has asked for more than it may have.
  void over_quota() noexcept { quota_.add(); }
  /// How rows that were let in fared.
  void fared(batching::Outcome::Status status) noexcept {
    if (status == batching::Outcome::Status::shed) overload_.add();
    if (status == batching::Outcome::Status::expired) deadline_.add();
  }

 private:
  static metrics::Counter& counter(metrics::Registry& registry, std::size_t shard, const char* reason) {
    return registry.counter("pelton_rejected_total", "Connections and requests turned away.", {{"reason", reason}},
                            shard);
  }

  metrics::Counter& overload_;
  metrics::Counter& deadline_;
  metrics::Counter& quota_;
};

}  // namespace pelton::api
