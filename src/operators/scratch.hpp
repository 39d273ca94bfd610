#pragma once

#include <cstddef>
#include <vector>

namespace pelton::operators {

/// A list for the length of one run, whose memory (up to kKeptBytes) the thread keeps for the next one.
/// Use names the place that uses it, so that two lists in use at once are two.
template <class T, class Use>
class Scratch {
 public:
  static constexpr std::size_t kKeptBytes = std::size_t{1} << 20;

  Scratch() noexcept : items_(of_this_thread()) { items_.clear(); }
  ~Scratch() {
    if (items_.capacity() * sizeof(T) > kKeptBytes) std::vector<T>().swap(items_);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;

  std::vector<T>& operator*() noexcept { return items_; }
  std::vector<T>* operator->() noexcept { return &items_; }

 private:
  static std::vector<T>& of_this_thread() noexcept {
    static thread_local std::vector<T> items;
    return items;
  }

  std::vector<T>& items_;
};

}  // namespace pelton::operators
