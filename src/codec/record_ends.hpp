#pragma once

#include <cstddef>
#include <string_view>

namespace pelton::codec {

// Where a record ends in text of which the rest may still be to come. Each begins at the record's
// first character, gives the bytes the record takes or kUnknown, and, asked again with more text
// behind the same, goes on where it stopped. `reset` before the next record.
inline constexpr std::size_t kUnknown = static_cast<std::size_t>(-1);

/// A CSV record, its line end included. Quotes open at the beginning of a cell only.
class CsvRecordEnd {
 public:
  std::size_t find(std::string_view text) noexcept;
  void reset() noexcept { *this = {}; }

 private:
  bool find_quote_end(std::string_view text) noexcept;

  std::size_t at_ = 0;
  bool quoted_ = false;
};

/// A line, its line feed included.
class LineEnd {
 public:
  std::size_t find(std::string_view text) noexcept;
  void reset() noexcept { at_ = 0; }

 private:
  std::size_t at_ = 0;
};

/// A JSON value, told by its brackets and quotes alone: whether what lies between is JSON is for its
/// reader to say. A bare scalar ends before a comma, a closing bracket or white space.
class JsonValueEnd {
 public:
  std::size_t find(std::string_view text) noexcept;
  void reset() noexcept { *this = {}; }

 private:
  bool find_string_end(std::string_view text) noexcept;

  std::size_t at_ = 0;
  std::size_t depth_ = 0;
  bool in_string_ = false;
};

}  // namespace pelton::codec
