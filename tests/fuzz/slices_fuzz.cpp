// Bodies that arrive in pieces, cut anywhere and read some rows at a time: the same rows as the reader of whole
// bodies finds, or a complaint where it has one; never a read beyond the padding. Every body is read for a model with
// categories and for one that takes a text.

#include <algorithm>
#include <bit>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "codec/slice_reader.hpp"
#include "require.hpp"
#include "row_schema.hpp"

namespace {

using namespace pelton;
using codec::SliceFormat;

using pelton::fuzz::require;

/// A body as readers are given it: bytes that belong to nobody follow.
class Padded {
 public:
  explicit Padded(std::string_view text) : bytes_(new char[text.size() + codec::kReadPadding]), size_(text.size()) {
    if (size_ != 0) std::memcpy(bytes_.get(), text.data(), size_);
    std::memset(bytes_.get() + size_, '7', codec::kReadPadding);
  }
  std::string_view view() const noexcept { return {bytes_.get(), size_}; }

 private:
  std::unique_ptr<char[]> bytes_;
  std::size_t size_;
};

/// Every value of the rows, texts by what they say; nothing for a body that was refused.
using Cells = std::optional<std::vector<std::string>>;

Cells cells_of(const math::RowBuffer& rows, const codec::FeatureTable& features) {
  std::vector<std::string> cells;
  const math::ConstMatrix all = rows.view();
  for (std::size_t i = 0; i < all.rows * all.cols; ++i) {
    if (features[i % all.cols].is_text()) {
      cells.emplace_back(core::text_of(all.data[i]));
    } else {
      cells.push_back(std::to_string(std::bit_cast<std::uint64_t>(all.data[i])));
    }
  }
  return cells;
}

Cells whole(std::string_view text, const SliceFormat& format, const codec::FeatureTable& features) {
  const Padded body(text);
  math::RowBuffer rows(features.width());
  codec::PredictRequest request;
  core::Result<void, codec::Problem> read;
  switch (format.kind) {
    case SliceFormat::Kind::ndjson:
      read = codec::NativeJsonReader().read_lines(body.view(), {features, rows}, request);
      break;
    case SliceFormat::Kind::csv:
      read = codec::CsvReader().read(body.view(), {features, rows}, request, format.header);
      break;
    case SliceFormat::Kind::raw: read = codec::read_raw_rows(body.view(), format.raw, {features, rows}, request); break;
  }
  if (!read) {
    require(rows.rows() == 0);
    return std::nullopt;
  }
  return cells_of(rows, features);
}

Cells sliced(std::string_view text, std::size_t piece, std::size_t most, const SliceFormat& format,
             const codec::FeatureTable& features) {
  codec::SliceReader reader(format, features);
  math::RowBuffer rows(features.width());
  const codec::RowTarget target{features, rows};
  for (; !text.empty(); text.remove_prefix(std::min(piece, text.size()))) {
    const Padded bytes(text.substr(0, piece));
    for (std::string_view left = bytes.view(); !left.empty();) {
      const std::size_t before = rows.rows();
      const auto taken = reader.take(left, most, target);
      if (!taken) {
        require(rows.rows() == before);
        require(taken.error().status == 400 || taken.error().status == 415 || taken.error().status == 422);
        return std::nullopt;
      }
      require(rows.rows() - before <= most && *taken <= left.size());
      left.remove_prefix(*taken);
    }
  }
  if (!reader.finish(target)) return std::nullopt;
  require(reader.rows() == rows.rows());
  return cells_of(rows, features);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const model::Schema categories = fuzz::row_schema(false);
  static const model::Schema texts = fuzz::row_schema(true);
  static const codec::FeatureTable tables[] = {codec::FeatureTable(categories), codec::FeatureTable(texts)};
  if (size < 2) return 0;
  const std::size_t piece = 1 + data[0] % 16;
  const std::size_t most = 1 + data[0] / 16;
  const SliceFormat format{.kind = static_cast<SliceFormat::Kind>(data[1] % 3),
                           .header = static_cast<codec::CsvHeader>(data[1] / 4 % 3),
                           .raw = static_cast<codec::RawType>(data[1] / 16 % 2)};
  const std::string_view text(reinterpret_cast<const char*>(data) + 2, size - 2);
  for (const codec::FeatureTable& features : tables) {
    require(sliced(text, piece, most, format, features) == whole(text, format, features));
  }
  return 0;
}
