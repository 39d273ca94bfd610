#include "formats/xgboost/categories_reader.hpp"

#include <cstdint>
#include <limits>

#include "formats/xgboost/members.hpp"

namespace pelton::formats::xgboost {

namespace {

constexpr std::size_t kMost = std::numeric_limits<std::int32_t>::max();

/// One feature's categories: text as bytes one after the other and where each begins, or numbers.
class EncodingReader {
 public:
  explicit EncodingReader(document::Reader& reader) : reader_(reader) {}

  bool read(std::vector<std::string>& names) {
    has_offsets_ = false;
    offsets_.clear();
    values_.clear();
    const bool read = read_members(reader_, [&](std::string_view name) {
      if (name == "offsets") {
        has_offsets_ = true;
        return reader_.read_numbers(offsets_, kMost);
      }
      if (name == "values") return reader_.read_numbers(values_, kMost);
      return reader_.skip();
    });
    return read && (has_offsets_ ? cut(names) : spell(names));
  }

 private:
  bool cut(std::vector<std::string>& names) {
    if (offsets_.empty()) return true;
    std::int64_t begin = offsets_[0];
    if (begin != 0 || offsets_.back() != static_cast<std::int64_t>(values_.size())) return broken();
    names.reserve(offsets_.size() - 1);
    for (std::size_t i = 1; i < offsets_.size(); ++i) {
      const std::int64_t end = offsets_[i];
      if (end < begin || end > static_cast<std::int64_t>(values_.size())) return broken();
      std::string& name = names.emplace_back();
      for (; begin < end; ++begin) {
        const std::int64_t byte = values_[static_cast<std::size_t>(begin)];
        if (byte < -128 || byte > 255) return reader_.fail("a category's name has a byte " + std::to_string(byte));
        name += static_cast<char>(byte);
      }
    }
    return true;
  }

  bool spell(std::vector<std::string>& names) {
    names.reserve(values_.size());
    for (const std::int64_t value : values_) names.push_back(std::to_string(value));
    return true;
  }

  bool broken() { return reader_.fail("the offsets of the categories' names do not fit the names"); }

  document::Reader& reader_;
  bool has_offsets_ = false;
  std::vector<std::int64_t> offsets_;
  std::vector<std::int64_t> values_;
};

bool read_encodings(document::Reader& reader, const Limits& limits, std::vector<std::vector<std::string>>& names) {
  names.clear();
  EncodingReader encoding(reader);
  if (!reader.enter_array()) return false;
  while (reader.next_element()) {
    if (names.size() == limits.features) return reader.fail(core::ErrorCode::too_large, "too many features");
    if (!encoding.read(names.emplace_back())) return false;
  }
  return !reader.failed();
}

}  // namespace

bool read_categories(document::Reader& reader, const Limits& limits, std::vector<std::vector<std::string>>& names) {
  return read_members(reader, [&](std::string_view name) {
    return name == "enc" ? read_encodings(reader, limits, names) : reader.skip();
  });
}

}  // namespace pelton::formats::xgboost
