#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <string_view>

#include "codec/byte_window.hpp"

namespace pelton::codec {

/// Text in memory as a stream, in pieces of at most `piece` bytes. The text must outlive it.
class TextSource final : public ByteSource {
 public:
  explicit TextSource(std::string_view text, std::size_t piece = ByteWindow::kSize) : text_(text), piece_(piece) {}

  core::Result<std::size_t> read(char* to, std::size_t most) override {
    const std::size_t n = std::min({most, piece_, text_.size()});
    if (n != 0) std::memcpy(to, text_.data(), n);
    text_.remove_prefix(n);
    return n;
  }

 private:
  std::string_view text_;
  std::size_t piece_;
};

}  // namespace pelton::codec
