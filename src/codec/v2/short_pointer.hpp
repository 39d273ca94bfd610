#pragma once

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <string_view>

namespace pelton::codec::v2 {

/// A JSON pointer to an item of one of the request's lists, `/inputs/3/data`, made without allocating.
class ShortPointer {
 public:
  /// `list` and `member` are the protocol's own words.
  ShortPointer(std::string_view list, std::size_t number, std::string_view member = {}) noexcept {
    put(list);
    end_ = std::to_chars(end_, text_ + sizeof text_, number).ptr;
    put(member);
  }
  std::string_view view() const noexcept { return {text_, static_cast<std::size_t>(end_ - text_)}; }

 private:
  void put(std::string_view piece) noexcept { end_ = std::copy(piece.begin(), piece.end(), end_); }

  char text_[80];
  char* end_ = text_;
};

}  // namespace pelton::codec::v2
