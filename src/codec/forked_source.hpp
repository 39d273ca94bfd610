#pragma once

#include <algorithm>
#include <array>
#include <cstring>
#include <string>

#include "codec/byte_window.hpp"

namespace pelton::codec {

/// One stream read by two readers, each of which gets all of it. What one has read ahead of the other
/// is kept, so memory stays small only while they keep abreast. Not thread-safe.
class ForkedSource {
 public:
  /// `source` must outlive it.
  explicit ForkedSource(ByteSource& source) : ends_{End(source, ends_[1]), End(source, ends_[0])} {}
  ForkedSource(const ForkedSource&) = delete;
  ForkedSource& operator=(const ForkedSource&) = delete;

  ByteSource& first() noexcept { return ends_[0]; }
  ByteSource& second() noexcept { return ends_[1]; }

 private:
  class End final : public ByteSource {
   public:
    End(ByteSource& source, End& other) : source_(source), other_(other) {}

    core::Result<std::size_t> read(char* to, std::size_t most) override {
      if (taken_ == ahead_.size()) {
        auto got = source_.read(to, most);
        if (got) other_.ahead_.append(to, *got);
        return got;
      }
      const std::size_t n = std::min(most, ahead_.size() - taken_);
      std::memcpy(to, ahead_.data() + taken_, n);
      taken_ += n;
      if (taken_ == ahead_.size()) {
        ahead_.clear();
        taken_ = 0;
      }
      return n;
    }

   private:
    ByteSource& source_;
    End& other_;
    std::string ahead_;  ///< what the other has read and this one has not
    std::size_t taken_ = 0;
  };

  std::array<End, 2> ends_;
};

}  // namespace pelton::codec
