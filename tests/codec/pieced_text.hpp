#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <string>
#include <string_view>

#include "codec/byte_window.hpp"

namespace pelton::codec {

/// Text that comes in pieces.
class PiecedText final : public ByteSource {
 public:
  explicit PiecedText(std::string_view text, std::size_t piece = 1000) : text_(text), piece_(piece) {}
  core::Result<std::size_t> read(char* to, std::size_t most) override {
    const std::size_t n = std::min({most, piece_, text_.size() - at_});
    std::memcpy(to, text_.data() + at_, n);
    at_ += n;
    return n;
  }

 private:
  std::string text_;
  std::size_t piece_;
  std::size_t at_ = 0;
};

/// One piece of text over and over, whole pieces up to about `total` bytes.
class RepeatedSource final : public ByteSource {
 public:
  RepeatedSource(std::string_view piece, std::size_t total) : piece_(piece), left_(total / piece.size()) {
    pieces_ = left_;
  }
  std::size_t pieces() const noexcept { return pieces_; }
  core::Result<std::size_t> read(char* to, std::size_t most) override {
    std::size_t n = 0;
    for (; n < most && (left_ != 0 || at_ != 0); ++n) {
      if (at_ == 0) --left_;
      to[n] = piece_[at_];
      at_ = (at_ + 1) % piece_.size();
    }
    return n;
  }

 private:
  std::string piece_;
  std::size_t left_;
  std::size_t pieces_ = 0;
  std::size_t at_ = 0;
};

/// One source, then another.
class ChainedSource final : public ByteSource {
 public:
  ChainedSource(ByteSource& first, ByteSource& second) : first_(first), second_(second) {}
  core::Result<std::size_t> read(char* to, std::size_t most) override {
    auto got = first_.read(to, most);
    return got && *got == 0 ? second_.read(to, most) : got;
  }

 private:
  ByteSource& first_;
  ByteSource& second_;
};

class BrokenSource final : public ByteSource {
 public:
  core::Result<std::size_t> read(char*, std::size_t) override {
    return core::Error(core::ErrorCode::io, "the disk is gone");
  }
};

}  // namespace pelton::codec
