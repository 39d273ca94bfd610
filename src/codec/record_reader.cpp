#include "codec/record_reader.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "core/utf8.hpp"

namespace pelton::codec {

namespace {

using core::Error;
using core::ErrorCode;
using core::Result;

constexpr std::string_view kSpace = " \t\r\n";
constexpr std::size_t kSniffed = 64 * 1024;

std::string_view without_space(std::string_view text) noexcept {
  const std::size_t at = text.find_first_not_of(kSpace);
  return at == std::string_view::npos ? std::string_view() : text.substr(at);
}

bool is_blank(std::string_view text) noexcept { return text.find_first_not_of(kSpace) == std::string_view::npos; }

/// Takes `c` and the space before it off the front of `text`.
bool take(std::string_view& text, char c) noexcept {
  text = without_space(text);
  if (!text.starts_with(c)) return false;
  text.remove_prefix(1);
  return true;
}

/// Whether `text` begins with a list of rows: `[[`, `[{` or `[]`.
bool begins_rows(std::string_view text) noexcept {
  if (!take(text, '[')) return false;
  text = without_space(text);
  return !text.empty() && (text.front() == '[' || text.front() == '{' || text.front() == ']');
}

/// Whether `text` begins with `{"x":` and a list of rows; takes off all before the list.
bool begins_wrapped_rows(std::string_view& text) noexcept {
  std::string_view rest = text;
  if (!take(rest, '{')) return false;
  rest = without_space(rest);
  if (!rest.starts_with("\"x\"")) return false;
  rest.remove_prefix(3);
  if (!take(rest, ':') || !begins_rows(rest)) return false;
  text = rest;
  return true;
}

}  // namespace

void RecordReader::pass(std::size_t n) noexcept {
  const std::string_view text = window_.view().substr(0, n);
  // Most records hold one line end: a search finds it sooner than a count.
  for (std::size_t at = text.find('\n'); at != std::string_view::npos; at = text.find('\n', at + 1)) ++line_;
  window_.drop(n);
}

bool RecordReader::skip_space() noexcept {
  const std::string_view text = window_.view();
  pass(std::min(text.find_first_not_of(kSpace), text.size()));
  return !window_.view().empty();
}

RowFormat RecordReader::sniff(std::string_view text) const noexcept {
  text = without_space(text);
  if (!text.starts_with('[') && !text.starts_with('{')) return RowFormat::csv;
  std::string_view wrapped = text;
  if (begins_rows(text) || begins_wrapped_rows(wrapped)) return RowFormat::json;
  const std::size_t end = text.find('\n');
  if (end == std::string_view::npos) return window_.ended() ? RowFormat::ndjson : RowFormat::json;
  // A line that ends within a list or an object is the first of a document laid out over several.
  std::string_view line = text.substr(0, end);
  line = line.substr(0, line.find_last_not_of(kSpace) + 1);
  return std::string_view(",:[{").find(line.back()) != std::string_view::npos ? RowFormat::json : RowFormat::ndjson;
}

Result<RowFormat> RecordReader::format() {
  while (!begun_) {
    const std::string_view text = window_.view();
    const bool marked = text.starts_with(core::kByteOrderMark);
    const std::string_view body = without_space(text.substr(marked ? core::kByteOrderMark.size() : 0));
    const bool told =
        text.size() >= core::kByteOrderMark.size() && !body.empty() && body.find('\n') != std::string_view::npos;
    if (!told && !window_.ended() && text.size() < kSniffed) {
      if (auto refilled = window_.refill(); !refilled) return refilled.error();
      continue;
    }
    if (marked) window_.drop(core::kByteOrderMark.size());
    if (!format_) format_ = sniff(window_.view());
    begun_ = true;
  }
  return *format_;
}

Result<RecordReader::Step> RecordReader::next(Record& record) {
  const auto known = format();
  if (!known) return known.error();
  if (pending_ != 0) pass(std::exchange(pending_, 0));
  switch (*known) {
    case RowFormat::csv: return next_csv(record);
    case RowFormat::ndjson: return next_line(record);
    case RowFormat::json: break;
  }
  return next_json(record);
}

RecordReader::Step RecordReader::next_line(Record& record) {
  for (;;) {
    const std::string_view text = window_.view();
    std::size_t end = line_end_.find(text);
    if (end == kUnknown) {
      if (!window_.ended()) return Step::dry;
      if (text.empty()) return Step::end;
      end = text.size();
    }
    line_end_.reset();
    if (is_blank(text.substr(0, end))) {
      pass(end);
      continue;
    }
    std::string_view line = text.substr(0, end);
    line = line.substr(0, line.find_last_not_of("\r\n") + 1);
    record = {line, line_};
    pending_ = end;
    return Step::record;
  }
}

RecordReader::Step RecordReader::next_csv(Record& record) {
  for (;;) {
    const std::string_view text = window_.view();
    std::size_t end = csv_end_.find(text);
    if (end == kUnknown) {
      if (!window_.ended()) return Step::dry;
      if (text.empty()) return Step::end;
      end = text.size();
    }
    csv_end_.reset();
    record = {text.substr(0, end), line_};
    if (record.text == "\n" || record.text == "\r\n") {
      pass(end);
      continue;
    }
    pending_ = end;
    return Step::record;
  }
}

RecordReader::Step RecordReader::take_value(Record& record, Place after) {
  const std::string_view text = window_.view();
  std::size_t end = json_end_.find(text);
  if (end == kUnknown) {
    if (!window_.ended()) return Step::dry;
    end = text.size();
  }
  json_end_.reset();
  record = {text.substr(0, end), line_};
  pending_ = end;
  place_ = after;
  return Step::record;
}

Result<void> RecordReader::pass_separator(char c) {
  const char* expected = nullptr;
  switch (place_) {
    case Place::after_rows: expected = c == '}' ? nullptr : "'}': nothing may stand beside the rows of \"x\""; break;
    case Place::before_row: expected = "a row after ','"; break;
    case Place::before_first_row: expected = c == ']' ? nullptr : "a row or ']'"; break;
    case Place::after_row: expected = c == ',' || c == ']' ? nullptr : "',' or ']' after a row"; break;
    case Place::between_documents: break;
  }
  if (expected != nullptr) return Error(ErrorCode::malformed, std::string("malformed JSON: expected ") + expected);
  place_ = c == ',' ? Place::before_row : c == ']' && in_object_ ? Place::after_rows : Place::between_documents;
  pass(1);
  return {};
}

Result<RecordReader::Step> RecordReader::next_json(Record& record) {
  for (;;) {
    if (!skip_space()) {
      if (!window_.ended()) return Step::dry;
      if (place_ == Place::between_documents) return Step::end;
      return Error(ErrorCode::malformed, "malformed JSON: it ends too early, within the list of rows");
    }
    std::string_view text = window_.view();
    if (place_ == Place::between_documents) {
      // What begins here shows within a few characters, unless they are white space.
      if (text.size() < kSniffed && !window_.ended() && text.find_first_of("]}") == std::string_view::npos) {
        return Step::dry;
      }
      in_object_ = begins_wrapped_rows(text);
      if (!in_object_ && !begins_rows(text)) return take_value(record, Place::between_documents);
      pass(static_cast<std::size_t>(text.data() - window_.view().data()) + text.find('[') + 1);
      place_ = Place::before_first_row;
      continue;
    }
    const char c = text.front();
    const bool row_begins = place_ == Place::before_row || place_ == Place::before_first_row;
    if (row_begins && c != ']' && c != ',') return take_value(record, Place::after_row);
    if (auto passed = pass_separator(c); !passed) return passed.error();
  }
}

}  // namespace pelton::codec
