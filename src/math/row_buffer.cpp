#include "math/row_buffer.hpp"

#include <cstring>
#include <new>

namespace pelton::math {

std::size_t RowBuffer::append_from(const RowBuffer& from, std::size_t first, std::size_t count,
                                   std::span<const std::size_t> text_columns) {
  assert(&from != this && from.cols_ == cols_ && first + count <= from.rows_);
  const std::size_t here = rows_;
  if (count == 0) return here;
  double* const out = append_rows(count);
  std::memcpy(out, from.values_.data() + first * cols_, count * cols_ * sizeof(double));
  try {
    for (const std::size_t column : text_columns) {
      for (double* cell = out + column; cell < out + count * cols_; cell += cols_) {
        *cell = put_text(core::text_of(*cell));
      }
    }
  } catch (const std::bad_alloc&) {
    truncate(here);
    throw;
  }
  return here;
}

}  // namespace pelton::math
