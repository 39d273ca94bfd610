#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <new>
#include <span>
#include <type_traits>
#include <utility>

namespace pelton::core {

/// Widest vector load of any kernel, and a cache line, in bytes.
inline constexpr std::size_t kAlignment = 64;

/// Asks the operating system to back a large piece of memory, whole or nearly, with large pages: walks
/// through megabytes then miss the translation cache less. Small pieces are left alone.
void prefer_large_pages(void* memory, std::size_t bytes) noexcept;

/// A growable array of trivial values whose first element sits on a 64-byte boundary.
///
/// Capacity is rounded up to whole cache lines, so a kernel may read (never use) up to the end of
/// the line that holds the last element. Growing keeps the contents and moves the storage: do not
/// hold pointers across `resize`/`reserve`. Not thread-safe.
template <class T>
class AlignedBuffer {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  AlignedBuffer() = default;
  explicit AlignedBuffer(std::size_t size) { resize(size); }
  AlignedBuffer(AlignedBuffer&& other) noexcept
      : data_(std::move(other.data_)),
        size_(std::exchange(other.size_, 0)),
        capacity_(std::exchange(other.capacity_, 0)) {}
  AlignedBuffer& operator=(AlignedBuffer&& other) noexcept {
    data_ = std::move(other.data_);
    size_ = std::exchange(other.size_, 0);
    capacity_ = std::exchange(other.capacity_, 0);
    return *this;
  }

  T* data() noexcept { return data_.get(); }
  const T* data() const noexcept { return data_.get(); }
  std::size_t size() const noexcept { return size_; }
  std::size_t capacity() const noexcept { return capacity_; }
  bool empty() const noexcept { return size_ == 0; }
  T& operator[](std::size_t i) noexcept { return data_[i]; }
  const T& operator[](std::size_t i) const noexcept { return data_[i]; }
  T* begin() noexcept { return data(); }
  T* end() noexcept { return data() + size_; }
  const T* begin() const noexcept { return data(); }
  const T* end() const noexcept { return data() + size_; }
  operator std::span<const T>() const noexcept { return {data(), size_}; }

  /// New elements are zero. Throws std::bad_alloc.
  void resize(std::size_t size) {
    reserve(size);
    if (size > size_) std::memset(static_cast<void*>(data_.get() + size_), 0, (size - size_) * sizeof(T));
    size_ = size;
  }

  /// Like resize, but new elements hold whatever the memory held: the caller writes them.
  void resize_uninitialized(std::size_t size) {
    reserve(size);
    size_ = size;
  }

  void reserve(std::size_t wanted) {
    if (wanted > capacity_) grow(wanted);
  }

  void clear() noexcept { size_ = 0; }

  /// Gives the memory back.
  void release() noexcept {
    data_.reset();
    size_ = capacity_ = 0;
  }

 private:
  struct Free {
    void operator()(T* p) const noexcept { ::operator delete(static_cast<void*>(p), std::align_val_t(kAlignment)); }
  };

  [[gnu::noinline]] void grow(std::size_t wanted) {
    std::size_t target = capacity_ + capacity_ / 2;
    if (target < wanted) target = wanted;
    if (target > static_cast<std::size_t>(-1) / 2 / sizeof(T)) throw std::bad_alloc();
    const std::size_t bytes = (target * sizeof(T) + kAlignment - 1) / kAlignment * kAlignment;
    std::unique_ptr<T[], Free> fresh(static_cast<T*>(::operator new(bytes, std::align_val_t(kAlignment))));
    prefer_large_pages(fresh.get(), bytes);
    if (size_ != 0) std::memcpy(static_cast<void*>(fresh.get()), data_.get(), size_ * sizeof(T));
    data_ = std::move(fresh);
    capacity_ = bytes / sizeof(T);
  }

  std::unique_ptr<T[], Free> data_;
  std::size_t size_ = 0;
  std::size_t capacity_ = 0;
};

}  // namespace pelton::core
