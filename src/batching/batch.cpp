#include "batching/batch.hpp"

#include <utility>

namespace pelton::batching {

namespace {
/// A batch that grew beyond this gives its memory back once answered.
constexpr std::size_t kKeptBytes = 1 << 20;
}  // namespace

void Batch::score(Scorer& scorer, std::size_t width, std::size_t slice, std::size_t threads,
                  const core::Clock& clock) noexcept {
  slice_began = clock.now();
  if (scored == 0) started = slice_began;
  try {
    results.resize_uninitialized(count * width);
    const math::Matrix out(results.data(), count, width);
    scorer.score(std::as_const(rows).view().slice(first + scored, slice), out.slice(scored, slice), threads);
    scored += slice;
  } catch (...) {  // only memory can run out here, and then this batch fails alone
    failed = true;
  }
  slice_took = clock.now() - slice_began;
  took += slice_took;
}

void Batch::clear() noexcept {
  rows.clear();
  if (rows.capacity_bytes() > kKeptBytes) rows.release();
  if (results.capacity() * sizeof(double) > kKeptBytes) results.release();
  head = nullptr;
  first = count = scored = 0;
  big = failed = false;
  took = core::Duration(0);
}

}  // namespace pelton::batching
