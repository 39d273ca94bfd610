#include "serving/inference_statistics.hpp"

#include <algorithm>
#include <bit>

namespace pelton::serving {

namespace {

std::uint64_t nanoseconds(core::Duration took) noexcept {
  return took.count() > 0 ? static_cast<std::uint64_t>(took.count()) : 0;
}

}  // namespace

std::size_t InferenceCounts::slot_of(std::size_t rows) noexcept {
  if (rows <= kExact) return std::max<std::size_t>(rows, 1) - 1;
  // 65 to 128 rows have 7 bits less one, and so on.
  return std::min(kExact + static_cast<std::size_t>(std::bit_width(rows - 1)) - 7, kExact + kPowers - 1);
}

std::size_t InferenceCounts::rows_of(std::size_t slot) noexcept {
  return slot < kExact ? slot + 1 : std::size_t{1} << (slot - kExact + 7);
}

void InferenceCounts::bump(Sum& sum, core::Duration took) noexcept {
  bump(sum.count, 1);
  bump(sum.ns, nanoseconds(took));
}

void InferenceCounts::succeeded(const RequestSpans& spans, std::size_t rows, std::size_t batch_rows,
                                core::TimePoint at) noexcept {
  bump(rows_, rows);
  bump(success_, spans.total());
  bump(queue_, spans.queue);
  bump(input_, spans.input);
  bump(infer_, spans.infer);
  bump(output_, spans.output);
  Sized& sized = by_rows_[slot_of(batch_rows)];
  bump(sized.input, nanoseconds(spans.input));
  bump(sized.output, nanoseconds(spans.output));
  last_.store(at.time_since_epoch().count(), std::memory_order_relaxed);
}

void InferenceCounts::failed(core::Duration took, core::TimePoint at) noexcept {
  bump(fail_, took);
  last_.store(at.time_since_epoch().count(), std::memory_order_relaxed);
}

void InferenceCounts::executed(std::size_t rows, core::Duration took) noexcept {
  bump(batches_, 1);
  Sized& sized = by_rows_[slot_of(rows)];
  bump(sized.executions, 1);
  bump(sized.infer, nanoseconds(took));
}

void InferenceCounts::add_to(InferenceTotals& totals) const {
  const auto read = [](const Number& cell) { return cell.load(std::memory_order_relaxed); };
  const auto add = [&](Tally& to, const Sum& from) {
    to.count += read(from.count);
    to.ns += read(from.ns);
  };
  totals.rows += read(rows_);
  totals.batches += read(batches_);
  totals.last = std::max(totals.last, core::TimePoint(core::Duration(last_.load(std::memory_order_relaxed))));
  add(totals.success, success_);
  add(totals.fail, fail_);
  add(totals.queue, queue_);
  add(totals.input, input_);
  add(totals.infer, infer_);
  add(totals.output, output_);
  for (std::size_t slot = 0; slot < by_rows_.size(); ++slot) {
    const Sized& sized = by_rows_[slot];
    const std::uint64_t executions = read(sized.executions);
    if (executions == 0) continue;
    const std::size_t rows = rows_of(slot);
    auto at =
        std::lower_bound(totals.by_rows.begin(), totals.by_rows.end(), rows,
                         [](const InferenceTotals::Batch& batch, std::size_t wanted) { return batch.rows < wanted; });
    if (at == totals.by_rows.end() || at->rows != rows) at = totals.by_rows.insert(at, {rows, {}, {}, {}});
    for (const auto& [to, ns] : {std::pair{&at->input, read(sized.input)},
                                 {&at->infer, read(sized.infer)},
                                 {&at->output, read(sized.output)}}) {
      to->count += executions;
      to->ns += ns;
    }
  }
}

InferenceCounts& InferenceStatistics::cell(std::string_view name, std::string_view version, std::size_t shard) {
  const std::lock_guard lock(mutex_);
  auto& cell = cells_[{std::string(name), std::string(version), shard}];
  if (!cell) cell = std::make_unique<InferenceCounts>();
  return *cell;
}

InferenceTotals InferenceStatistics::totals(std::string_view name, std::string_view version) const {
  InferenceTotals totals;
  const std::lock_guard lock(mutex_);
  const std::tuple<std::string, std::string, std::size_t> first{name, version, 0};
  for (auto at = cells_.lower_bound(first); at != cells_.end(); ++at) {
    if (std::get<0>(at->first) != name || std::get<1>(at->first) != version) break;
    at->second->add_to(totals);
  }
  return totals;
}

}  // namespace pelton::serving
