#include "codec/byte_window.hpp"

#include <algorithm>
#include <cstring>

#include "codec/native_json.hpp"

namespace pelton::codec {

core::Result<void> ByteWindow::make_room() {
  const std::size_t held = end_ - begin_;
  if (held == capacity_) {
    if (capacity_ == kMost) return core::Error(core::ErrorCode::too_large, "a row of more than 64 MiB");
    const std::size_t larger = std::max(kSize, capacity_ * 2);
    auto bytes = std::make_unique_for_overwrite<char[]>(larger + kReadPadding);
    if (held != 0) std::memcpy(bytes.get(), bytes_.get() + begin_, held);
    bytes_ = std::move(bytes);
    capacity_ = larger;
  } else if (begin_ != 0) {
    std::memmove(bytes_.get(), bytes_.get() + begin_, held);
  }
  begin_ = 0;
  end_ = held;
  return {};
}

core::Result<void> ByteWindow::refill() {
  if (ended_) return {};
  if (auto room = make_room(); !room) return room;
  const auto added = source_.read(bytes_.get() + end_, capacity_ - end_);
  if (!added) return added.error();
  end_ += *added;
  ended_ = *added == 0;
  return {};
}

}  // namespace pelton::codec
