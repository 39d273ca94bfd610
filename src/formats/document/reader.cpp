#include "formats/document/reader.hpp"

#include <algorithm>
#include <utility>

#include "core/printable.hpp"

namespace pelton::formats::document {

namespace {

constexpr std::size_t kReports = 100;
constexpr std::size_t kMaxNameShown = 60;

}  // namespace

Reader::Reader(std::string_view bytes, std::function<void(double)> progress)
    : begin_(bytes.data()),
      at_(bytes.data()),
      end_(bytes.data() + bytes.size()),
      progress_(std::move(progress)),
      next_report_(progress_ ? 0 : SIZE_MAX) {}

bool Reader::fail(core::ErrorCode code, std::string reason) {
  if (failed_) return false;
  failed_ = true;
  code_ = code;
  reason_ = std::move(reason);
  return false;
}

bool Reader::expected(std::string_view what) {
  if (at_ == end_) return truncated();
  return fail("expected " + std::string(what));
}

core::Error Reader::error() const {
  std::string path;
  for (std::size_t d = 0; d < depth_; ++d) {
    const Level& level = levels_[d];
    if (level.count == 0) break;
    if (level.is_object) {
      path += (path.empty() ? "" : ".") + core::printable(level.name, kMaxNameShown);
    } else {
      path += "[" + std::to_string(level.count - 1) + "]";
    }
  }
  const std::string place = describe_place(position());
  return core::Error(code_, path.empty() ? place + ": " + reason_ : path + " (" + place + "): " + reason_);
}

std::string Reader::describe_place(std::size_t offset) const { return "byte " + std::to_string(offset); }

bool Reader::enter(bool is_object) {
  if (depth_ == kMaxDepth) {
    return fail(core::ErrorCode::too_large,
                "nested more than " + std::to_string(kMaxDepth) + " objects and arrays deep");
  }
  levels_[depth_] = Level{};
  levels_[depth_].is_object = is_object;
  ++depth_;
  return true;
}

bool Reader::leave() {
  --depth_;
  return false;
}

void Reader::report() {
  const std::size_t total = std::max<std::size_t>(1, static_cast<std::size_t>(end_ - begin_));
  progress_(static_cast<double>(position()) / static_cast<double>(total));
  next_report_ = position() + total / kReports + 1;
}

bool Reader::read_strings(std::vector<std::string>& values, std::size_t most) {
  values.clear();
  if (!enter_array()) return false;
  while (next_element()) {
    if (values.size() == most) {
      return fail(core::ErrorCode::too_large, "holds more than " + std::to_string(most) + " elements");
    }
    std::string_view text;
    if (!read_string(text)) return false;
    values.emplace_back(text);
  }
  return !failed();
}

}  // namespace pelton::formats::document
