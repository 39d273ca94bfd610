#pragma once

#include <cstddef>

#include "math/row_buffer.hpp"

namespace pelton::codec {

/// Gives rows back unless they are kept: whatever goes wrong, and by whatever way, the buffer is as
/// it was.
class RowsMark {
 public:
  explicit RowsMark(math::RowBuffer& rows) noexcept : rows_(rows), mark_(rows.rows()) {}
  ~RowsMark() {
    if (!kept_) rows_.truncate(mark_);
  }
  RowsMark(const RowsMark&) = delete;
  RowsMark& operator=(const RowsMark&) = delete;
  std::size_t first_row() const noexcept { return mark_; }
  void keep() noexcept { kept_ = true; }

 private:
  math::RowBuffer& rows_;
  std::size_t mark_;
  bool kept_ = false;
};

}  // namespace pelton::codec
