#include "http/input_buffer.hpp"

#include <cstring>
#include <utility>

namespace pelton::http {

InputPool::Block InputPool::take(std::size_t wanted) {
  for (std::size_t i = 0; i < kSizes.size(); ++i) {
    if (wanted > kSizes[i]) continue;
    // Room for giving it back is made now, where failing is still possible.
    if (free_[i].capacity() == 0) free_[i].reserve(kKept[i]);
    if (!free_[i].empty()) {
      Block block = std::move(free_[i].back());
      free_[i].pop_back();
      return block;
    }
    return {std::unique_ptr<char[]>(new char[kSizes[i] + kBodyPadding]), kSizes[i]};
  }
  return {std::unique_ptr<char[]>(new char[wanted + kBodyPadding]), wanted};
}

void InputPool::give(Block block) noexcept {
  if (!block.data) return;
  for (std::size_t i = 0; i < kSizes.size(); ++i) {
    if (block.size == kSizes[i] && free_[i].size() < free_[i].capacity()) {
      free_[i].push_back(std::move(block));
      return;
    }
  }
}

void InputBuffer::consume(std::size_t n) noexcept {
  begin_ += n;
  if (begin_ != end_) return;
  begin_ = end_ = 0;
  if (block_.data) pool_.give(std::exchange(block_, {}));
}

void InputBuffer::make_room(std::size_t wanted) {
  if (capacity() - begin_ >= wanted) return;
  if (capacity() >= wanted) {
    std::memmove(storage(), data(), size());
  } else {
    InputPool::Block larger = pool_.take(wanted);
    std::memcpy(larger.data.get(), data(), size());
    pool_.give(std::exchange(block_, std::move(larger)));
  }
  end_ -= begin_;
  begin_ = 0;
}

}  // namespace pelton::http
