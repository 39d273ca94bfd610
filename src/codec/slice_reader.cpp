#include "codec/slice_reader.hpp"

#include <algorithm>
#include <new>
#include <string>
#include <utility>

#include "codec/field_errors.hpp"
#include "codec/json_rows.hpp"
#include "core/utf8.hpp"

namespace pelton::codec {

namespace {

using core::Result;

bool is_blank(std::string_view record) noexcept { return record == "\n" || record == "\r\n"; }

std::size_t raw_row_bytes(const SliceFormat& format, std::size_t width) noexcept {
  return width * (format.raw == RawType::float32 ? sizeof(float) : sizeof(double));
}

}  // namespace

SliceReader::SliceReader(SliceFormat format, const FeatureTable& features)
    : format_(format),
      features_(features),
      raw_bytes_(std::max<std::size_t>(raw_row_bytes(format, features.width()), 1)) {}

/// As the ends of codec/record_ends.hpp.
std::size_t SliceReader::record_end(std::string_view text) noexcept {
  std::size_t end = kUnknown;
  switch (format_.kind) {
    case SliceFormat::Kind::ndjson:
      end = line_end_.find(text);
      if (end != kUnknown) line_end_.reset();
      break;
    case SliceFormat::Kind::csv:
      end = csv_end_.find(text);
      if (end != kUnknown) csv_end_.reset();
      break;
    case SliceFormat::Kind::raw:
      if (text.size() >= raw_bytes_) end = raw_bytes_;
      break;
  }
  return end;
}

Result<std::size_t, Problem> SliceReader::take(std::string_view bytes, std::size_t most, const RowTarget& target) {
  RowsMark mark(target.rows);
  try {
    std::size_t at = pass_mark(bytes);
    std::size_t records = 0;
    if (!begun_.empty()) {
      auto taken = take_begun(bytes.substr(at), target);
      if (!taken) return taken;
      at += *taken;
      if (!begun_.empty()) return at;  // nothing was appended
      ++records;
    }
    const std::size_t first = at;
    std::size_t end = 0;
    while (records < most && at < bytes.size() && (end = record_end(bytes.substr(at))) != kUnknown) {
      at += end;
      ++records;
    }
    if (at != first) {
      if (auto read_rows = read(bytes.substr(first, at - first), target); !read_rows) {
        return std::move(read_rows).error();
      }
    }
    if (records != most && at != bytes.size()) {
      if (auto kept = keep(bytes.substr(at)); !kept) return std::move(kept).error();
      at = bytes.size();
    }
    mark.keep();
    return at;
  } catch (const std::bad_alloc&) {
    return out_of_memory();
  }
}

/// Takes what belongs to a byte order mark at the body's beginning; what only seemed to begins the first record.
std::size_t SliceReader::pass_mark(std::string_view bytes) {
  if (format_.kind != SliceFormat::Kind::csv) return 0;
  std::size_t at = 0;
  while (mark_ < core::kByteOrderMark.size() && at < bytes.size()) {
    if (bytes[at] != core::kByteOrderMark[mark_]) {
      give_back_mark();
      break;
    }
    ++mark_;
    ++at;
  }
  return at;
}

void SliceReader::give_back_mark() {
  begun_.append(core::kByteOrderMark.substr(0, mark_));
  begun_.room(kReadPadding);
  mark_ = core::kByteOrderMark.size();
}

/// Adds to the record that has begun, and reads it if its end has come.
Result<std::size_t, Problem> SliceReader::take_begun(std::string_view bytes, const RowTarget& target) {
  const std::size_t before = begun_.size();
  if (auto kept = keep(bytes); !kept) return std::move(kept).error();
  const std::size_t end = record_end(begun_.view());
  if (end == kUnknown) return bytes.size();
  if (auto read_rows = read(begun_.view().substr(0, end), target); !read_rows) return std::move(read_rows).error();
  begun_.clear();
  return end - before;
}

Result<void, Problem> SliceReader::keep(std::string_view bytes) {
  // More than one piece beyond the limit is never held.
  if (begun_.size() > kMostRecord) {
    Problem problem;
    problem.status = 413;
    problem.detail = "line " + std::to_string(line_) + ": a row of more than 16 MiB";
    return problem;
  }
  begun_.append(bytes);
  begun_.room(kReadPadding);
  return {};
}

Result<void, Problem> SliceReader::read(std::string_view records, const RowTarget& target) {
  if (format_.kind == SliceFormat::Kind::raw) {
    PredictRequest request;
    if (auto read_rows = read_raw_rows(records, format_.raw, target, request, rows_); !read_rows) return read_rows;
    rows_ += request.rows;
    return {};
  }
  const auto lines = static_cast<std::size_t>(std::count(records.begin(), records.end(), '\n'));
  if (format_.kind == SliceFormat::Kind::csv) {
    if (auto read_rows = read_csv(records, target); !read_rows) return read_rows;
  } else {
    auto read_rows = json_.read_block(records, line_, target);
    if (!read_rows) return std::move(read_rows).error();
    rows_ += *read_rows;
  }
  line_ += lines;
  return {};
}

Result<void, Problem> SliceReader::read_csv(std::string_view records, const RowTarget& target) {
  std::size_t line = line_;
  while (!opened_) {
    CsvRecordEnd first;
    const std::size_t end = std::min(first.find(records), records.size());
    if (records.empty()) return {};
    if (!is_blank(records.substr(0, end))) {
      auto taken = csv_.open(records, features_, format_.header);
      if (!taken) return std::move(taken).error();
      opened_ = true;
      line += static_cast<std::size_t>(std::count(records.begin(), records.begin() + *taken, '\n'));
      records.remove_prefix(*taken);
      break;
    }
    ++line;
    records.remove_prefix(end);
  }
  auto read_rows = csv_.read_records(records, line, target);
  if (!read_rows) return std::move(read_rows).error();
  rows_ += *read_rows;
  return {};
}

Result<void, Problem> SliceReader::finish(const RowTarget& target) {
  Problem problem;
  if (mark_ != 0 && mark_ < core::kByteOrderMark.size()) give_back_mark();
  if (!begun_.empty() && format_.kind == SliceFormat::Kind::raw) {
    problem.detail = "the body ends within a row: " + counted(begun_.size(), "byte") + " of " +
                     std::to_string(raw_bytes_) + " (" + counted(features_.width(), "value") + ") are there";
    return problem;
  }
  if (!begun_.empty()) {
    if (auto read_rows = read(begun_.view(), target); !read_rows) return read_rows;
    begun_.clear();
  }
  if (rows_ != 0) return {};
  problem.detail = "expected at least one row";
  problem.errors.push_back({{}, problem.detail});
  return problem;
}

}  // namespace pelton::codec
