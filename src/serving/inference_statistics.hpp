#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <tuple>
#include <vector>

#include "core/aligned_buffer.hpp"
#include "core/clock.hpp"

namespace pelton::serving {

/// How often something was done, and how long all of it took.
struct Tally {
  std::uint64_t count = 0;
  std::uint64_t ns = 0;
};

/// The stretches of one request that was answered: together its time in the server.
struct RequestSpans {
  core::Duration input{0};   ///< from its first byte until its rows had been read
  core::Duration queue{0};   ///< until they were scored
  core::Duration infer{0};   ///< scoring, of the whole batch
  core::Duration output{0};  ///< until the answer was written
  core::Duration total() const noexcept { return input + queue + infer + output; }
};

/// What was done for a model version so far.
struct InferenceTotals {
  struct Batch {
    std::size_t rows;
    Tally input;
    Tally infer;
    Tally output;
  };
  std::uint64_t rows = 0;
  std::uint64_t batches = 0;
  core::TimePoint last{};  ///< of a request; the clock's beginning where there was none
  Tally success, fail, queue, input, infer, output;
  std::vector<Batch> by_rows;  ///< ascending; only what occurred
};

/// The same of one thread: a plain add a number, on cache lines of its own. The owner's thread writes, any reads.
///
/// Batches of up to 64 rows are told apart; larger ones count for the next power of two, so that no caller can
/// make the table grow.
class alignas(core::kAlignment) InferenceCounts {
 public:
  void succeeded(const RequestSpans& spans, std::size_t rows, std::size_t batch_rows, core::TimePoint at) noexcept;
  void failed(core::Duration took, core::TimePoint at) noexcept;
  void executed(std::size_t rows, core::Duration took) noexcept;

  void add_to(InferenceTotals& totals) const;

 private:
  using Number = std::atomic<std::uint64_t>;
  struct Sum {
    Number count{0};
    Number ns{0};
  };
  struct Sized {
    Number executions{0};
    Number input{0};
    Number infer{0};
    Number output{0};
  };
  static constexpr std::size_t kExact = 64;
  static constexpr std::size_t kPowers = 26;  ///< up to 2^32 rows

  static std::size_t slot_of(std::size_t rows) noexcept;
  static std::size_t rows_of(std::size_t slot) noexcept;
  static void bump(Number& cell, std::uint64_t by) noexcept {
    cell.store(cell.load(std::memory_order_relaxed) + by, std::memory_order_relaxed);
  }
  static void bump(Sum& sum, core::Duration took) noexcept;

  Number rows_{0};
  Number batches_{0};
  std::atomic<core::TimePoint::rep> last_{0};
  Sum success_, fail_, queue_, input_, infer_, output_;
  std::array<Sized, kExact + kPowers> by_rows_{};
};

/// Every model version's counts, a cell a thread. Asking for a cell takes a lock: do it once and keep the
/// reference, which stays valid as long as this. The same name, version and shard give the same cell again, so a
/// reloaded model goes on counting and nothing grows. Thread-safe.
class InferenceStatistics {
 public:
  InferenceCounts& cell(std::string_view name, std::string_view version, std::size_t shard);
  InferenceTotals totals(std::string_view name, std::string_view version) const;

 private:
  mutable std::mutex mutex_;
  std::map<std::tuple<std::string, std::string, std::size_t>, std::unique_ptr<InferenceCounts>> cells_;
};

}  // namespace pelton::serving
