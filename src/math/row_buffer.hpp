#pragma once

#include <cassert>
#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "core/aligned_buffer.hpp"
#include "core/text_store.hpp"
#include "math/matrix_view.hpp"

namespace pelton::math {

/// Rows under collection: where codecs write features and from where a batch is scored.
///
/// [rows, cols] doubles, row-major, packed (stride == cols), first row 64-byte aligned. A writer
/// that turns out to be wrong gives its rows back with `truncate`. Appending may move the storage:
/// hold row numbers, not pointers. Not thread-safe.
///
/// A text stands in a row as the cell that `put_text` gives (core::TextStore), good for as long as the rows
/// it was put for: rows that are given back give back their texts. Rows without texts cost nothing for it.
class RowBuffer {
 public:
  explicit RowBuffer(std::size_t cols = 0) : cols_(cols) {}

  std::size_t rows() const noexcept { return rows_; }
  std::size_t cols() const noexcept { return cols_; }

  /// The next row's `cols` values, for the caller to write, all of them. Throws std::bad_alloc.
  double* append_row() { return append_rows(1); }
  /// `count` consecutive rows.
  double* append_rows(std::size_t count) {
    const std::size_t used = rows_ * cols_;
    values_.resize_uninitialized(used + count * cols_);
    newest_ = rows_;
    rows_ += count;
    return values_.data() + used;
  }
  /// The cell for a text in one of the rows appended last, all of them together. Throws std::bad_alloc.
  double put_text(std::string_view text) {
    if (text.empty()) return 0;
    if (marks_.empty() || marks_.back().row < newest_) marks_.push_back({newest_, texts_.mark()});
    return texts_.put(text);
  }

  /// Forgets all but the first `rows` rows; of texts, those that were put for rows appended from there on.
  void truncate(std::size_t rows) noexcept {
    if (!marks_.empty()) drop_texts(rows);
    rows_ = rows;
    if (newest_ > rows) newest_ = rows;
    values_.resize_uninitialized(rows * cols_);
  }
  void clear() noexcept { truncate(0); }
  /// Appends `count` rows of another buffer with as many columns, from `first` on. The cells of `text_columns`
  /// are texts, which are copied as well. Returns the number of the first row here. Throws std::bad_alloc with
  /// nothing appended.
  std::size_t append_from(const RowBuffer& from, std::size_t first, std::size_t count,
                          std::span<const std::size_t> text_columns);
  /// Gives the memory back (rows too).
  void release() noexcept {
    values_.release();
    texts_.release();
    std::vector<Mark>().swap(marks_);
    rows_ = newest_ = 0;
  }
  /// Memory that is held, for rows and their texts.
  std::size_t capacity_bytes() const noexcept {
    return values_.capacity() * sizeof(double) + marks_.capacity() * sizeof(Mark) + texts_.capacity_bytes();
  }

  Matrix view() noexcept { return {values_.data(), rows_, cols_}; }
  ConstMatrix view() const noexcept { return {values_.data(), rows_, cols_}; }

 private:
  /// How far the texts went before the first one of the rows that were appended from `row` on.
  struct Mark {
    std::size_t row;
    core::TextStore::Mark texts;
  };

  [[gnu::noinline]] void drop_texts(std::size_t rows) noexcept {
    std::size_t kept = marks_.size();
    while (kept != 0 && marks_[kept - 1].row >= rows) --kept;
    if (kept == marks_.size()) return;
    texts_.truncate(marks_[kept].texts);
    marks_.erase(marks_.begin() + static_cast<std::ptrdiff_t>(kept), marks_.end());
  }

  core::AlignedBuffer<double> values_;
  core::TextStore texts_;
  std::vector<Mark> marks_;  ///< ascending; only where texts were put
  std::size_t rows_ = 0;
  std::size_t newest_ = 0;  ///< first of the rows appended last
  std::size_t cols_;
};

}  // namespace pelton::math
