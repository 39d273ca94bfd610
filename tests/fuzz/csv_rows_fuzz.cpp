// CSV bodies: never a read beyond the padding, nothing left of a refused body, and what is accepted
// is what a plain split of the text gives. Every body is read for a model of numbers and for one that
// takes a text.

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "codec/csv_rows.hpp"
#include "codec/native_json.hpp"
#include "core/utf8.hpp"
#include "require.hpp"

namespace {

using namespace pelton;

using pelton::fuzz::require;

model::Schema fuzzed_schema(model::ElementType second) {
  model::Schema schema;
  schema.features = {{.name = "a"},
                     {.name = "b,\"c\"", .type = second, .takes_missing = true},
                     {.name = "d", .type = model::ElementType::boolean, .takes_missing = true}};
  schema.outputs[0] = model::OutputSpec{};
  return schema;
}

/// The cells of text without quotes, record by record; blank lines left out.
std::vector<std::vector<std::string>> plain_records(std::string_view text) {
  std::vector<std::vector<std::string>> records;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    if (line.empty()) continue;
    std::vector<std::string>& cells = records.emplace_back();
    for (;;) {
      const std::size_t comma = std::min(line.find(','), line.size());
      cells.emplace_back(line.substr(0, comma));
      if (comma == line.size()) break;
      line.remove_prefix(comma + 1);
    }
  }
  return records;
}

/// The number that a cell spells, by strtod; NaN for an empty cell.
double plain_value(std::string text) {
  text.erase(0, text.find_first_not_of(" \t"));
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.pop_back();
  if (text.empty()) return std::nan("");
  if ((text[0] | 0x20) == 't') return 1;
  if ((text[0] | 0x20) == 'f') return 0;
  char* end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  require(end == text.c_str() + text.size());
  return value;
}

void check(std::string_view body, codec::CsvHeader mode, const codec::FeatureTable& features) {
  static codec::CsvReader reader;
  math::RowBuffer rows(features.width());
  std::memset(rows.append_row(), 0, features.width() * sizeof(double));
  codec::PredictRequest request;
  const auto read = reader.read(body, {features, rows}, request, mode);
  if (!read) {
    require(rows.rows() == 1);
    require(read.error().status == 400 || read.error().status == 422);
    core::TextBuffer problem;
    codec::append_problem(problem, read.error());
    require(core::is_utf8(problem.view()));
    return;
  }
  require(rows.rows() == 1 + request.rows && request.rows > 0);
  // Without quotes, and without a header that may order the columns anew, the rows must be the cells.
  if (body.find('"') != std::string_view::npos || mode == codec::CsvHeader::present) return;
  const auto records = plain_records(body.starts_with("\xEF\xBB\xBF") ? body.substr(3) : body);
  if (records.size() != request.rows) return;  // a header was detected
  for (std::size_t r = 0; r < records.size(); ++r) {
    require(records[r].size() == features.width());
    for (std::size_t c = 0; c < features.width(); ++c) {
      const double value = rows.view()(1 + r, c);
      if (features[c].is_text()) {
        require(core::text_of(value) == records[r][c] && core::is_utf8(records[r][c]));
        continue;
      }
      const double expected = plain_value(records[r][c]);
      require(std::bit_cast<std::uint64_t>(value) == std::bit_cast<std::uint64_t>(expected) ||
              (std::isnan(value) && std::isnan(expected)));
    }
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const codec::FeatureTable numbers(fuzzed_schema(model::ElementType::float64));
  static const codec::FeatureTable texts(fuzzed_schema(model::ElementType::string));
  if (size == 0) return 0;
  // The first byte chooses the header mode and fills the padding.
  const auto mode = static_cast<codec::CsvHeader>(data[0] % 3);
  const char padding = static_cast<char>(data[0]);
  const std::size_t length = size - 1;
  const std::unique_ptr<char[]> bytes(new char[length + codec::kReadPadding]);
  std::memcpy(bytes.get(), data + 1, length);
  std::memset(bytes.get() + length, padding, codec::kReadPadding);
  const std::string_view body(bytes.get(), length);
  check(body, mode, numbers);
  check(body, mode, texts);
  return 0;
}
