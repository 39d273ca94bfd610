#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/text_buffer.hpp"
#include "metrics/cell.hpp"

namespace pelton::metrics {

/// Label names and values of a series, in the order they are to be written.
using Labels = std::vector<std::pair<std::string, std::string>>;

/// Every series of the process, and their text form.
///
/// Asking for a cell takes a lock and may allocate: do it once and keep the reference, which stays
/// valid as long as the registry. `shard` tells which thread owns the cell: the same name, labels and
/// shard give the same cell again, so reloading a model does not grow the registry. Thread-safe.
///
///     metrics::Counter& answered = registry.counter("pelton_requests_total", "Answered requests.",
///                                                   {{"code", "200"}}, thread_index);
///     answered.add();
class Registry {
 public:
  Registry();
  ~Registry();
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;

  Counter& counter(std::string_view name, std::string_view help, const Labels& labels = {}, std::size_t shard = 0);
  Gauge& gauge(std::string_view name, std::string_view help, const Labels& labels = {}, std::size_t shard = 0);
  Histogram& histogram(std::string_view name, std::string_view help, const Buckets& buckets, const Labels& labels = {},
                       std::size_t shard = 0);
  /// A gauge read when the metrics are asked for; `read` must be thread-safe and outlive the registry.
  void computed(std::string_view name, std::string_view help, std::string_view type, const Labels& labels,
                std::function<double()> read);

  /// Appends all series in the Prometheus text format, version 0.0.4.
  /// Source: https://prometheus.io/docs/instrumenting/exposition_formats/
  void write(core::TextBuffer& out) const;

 private:
  struct Family;
  Family& family(std::string_view name, std::string_view help, std::string_view type);

  mutable std::mutex mutex_;
  std::map<std::string, std::unique_ptr<Family>, std::less<>> families_;
};

/// Adds process_cpu_seconds_total, process_resident_memory_bytes, process_open_fds and their like,
/// read from /proc when asked for.
void add_process_metrics(Registry& registry);

}  // namespace pelton::metrics
