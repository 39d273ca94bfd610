#pragma once

#include <optional>
#include <string>
#include <utility>

namespace pelton {

/// A value, or the reason there is none, told for people.
template <class T>
class Result {
 public:
  Result(T value) : value_(std::move(value)) {}
  static Result failure(std::string reason) {
    Result result;
    result.error_ = std::move(reason);
    return result;
  }

  explicit operator bool() const noexcept { return value_.has_value(); }
  /// Only where there is a value.
  T& operator*() { return *value_; }
  const T& operator*() const { return *value_; }
  T* operator->() { return &*value_; }
  const T* operator->() const { return &*value_; }
  /// Empty where there is a value.
  const std::string& error() const noexcept { return error_; }

 private:
  Result() = default;

  std::optional<T> value_;
  std::string error_;
};

}  // namespace pelton
