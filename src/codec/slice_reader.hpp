#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include "codec/csv_rows.hpp"
#include "codec/native_json.hpp"
#include "codec/raw_rows.hpp"
#include "codec/record_ends.hpp"
#include "core/text_buffer.hpp"

namespace pelton::codec {

/// How the rows of a body that arrives in pieces are written.
struct SliceFormat {
  enum class Kind : std::uint8_t { ndjson, csv, raw };
  Kind kind = Kind::ndjson;
  CsvHeader header = CsvHeader::detect;
  RawType raw = RawType::float64;
};

/// Reads the rows of a body that arrives in pieces, cut anywhere, some at a time:
///
///     while (!piece.empty()) {
///       const auto taken = reader.take(piece, most, target);  // its rows are appended to target
///       if (!taken) …                                          // a problem: the end
///       piece.remove_prefix(*taken);
///     }
///     reader.finish(target);  // a last row that no line end follows
///
/// Rows mean what they mean in a whole body. It holds no more than the beginning of one record. Not thread-safe.
class SliceReader {
 public:
  /// A record beyond this is refused (413).
  static constexpr std::size_t kMostRecord = 16 * 1024 * 1024;

  /// `features` must outlive it.
  SliceReader(SliceFormat format, const FeatureTable& features);

  /// Appends the rows that end within `bytes`, at most `most`, to `target`; the beginning of a further one is
  /// kept. Gives the bytes taken, all of them unless `most` rows were found. 64 bytes beyond `bytes` must be
  /// readable. After a failure the target is as it was, and nothing more can be read.
  core::Result<std::size_t, Problem> take(std::string_view bytes, std::size_t most, const RowTarget& target);
  /// The body has ended: appends its last row, if that is still to come. 422 for a body without rows, or one that
  /// ends within a raw row.
  core::Result<void, Problem> finish(const RowTarget& target);

  /// Rows given so far.
  std::size_t rows() const noexcept { return rows_; }

 private:
  std::size_t pass_mark(std::string_view bytes);
  void give_back_mark();
  std::size_t record_end(std::string_view text) noexcept;
  core::Result<std::size_t, Problem> take_begun(std::string_view bytes, const RowTarget& target);
  core::Result<void, Problem> keep(std::string_view bytes);
  core::Result<void, Problem> read(std::string_view records, const RowTarget& target);
  core::Result<void, Problem> read_csv(std::string_view records, const RowTarget& target);

  SliceFormat format_;
  const FeatureTable& features_;
  std::size_t raw_bytes_;  ///< of a raw row
  NativeJsonReader json_;
  CsvReader csv_;
  LineEnd line_end_;
  CsvRecordEnd csv_end_;
  core::TextBuffer begun_;  ///< a record whose end has not come
  std::size_t line_ = 1;    ///< of what is read next
  std::size_t rows_ = 0;
  std::size_t mark_ = 0;  ///< CSV: bytes of a byte order mark passed over; all of it once there is none to come
  bool opened_ = false;   ///< CSV: the columns are known
};

}  // namespace pelton::codec
