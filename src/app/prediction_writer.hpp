#pragma once

#include <cstddef>
#include <cstdint>

#include "codec/result_writer.hpp"

namespace pelton::app {

/// How `pelton predict` writes its results.
enum class ResultFormat : std::uint8_t {
  csv,     ///< a header, then a line a row, ended by LF
  ndjson,  ///< a line {"result":…} a row
  json,    ///< one document {"result":[…]}
};

/// Writes results as they come, block by block.
class PredictionWriter {
 public:
  PredictionWriter(const codec::ResultWriter& results, ResultFormat format) : results_(results), format_(format) {}

  void begin(core::TextBuffer& out);
  void append(core::TextBuffer& out, math::ConstMatrix rows);
  /// In place of a row that could not be read: null, or empty cells.
  void append_missing(core::TextBuffer& out);
  void end(core::TextBuffer& out);

 private:
  void separate(core::TextBuffer& out);

  const codec::ResultWriter& results_;
  ResultFormat format_;
  bool first_ = true;
};

}  // namespace pelton::app
