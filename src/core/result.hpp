#pragma once

#include <cassert>
#include <type_traits>
#include <utility>
#include <variant>

#include "core/error.hpp"

namespace pelton::core {

/// Wraps an error on its way into a Result, as std::unexpected does.
template <class E>
struct Unexpected {
  E error;
};
template <class E>
Unexpected(E) -> Unexpected<E>;

/// A value or the reason there is none; member names are std::expected's (C++23).
///
/// Reading `*r` of a failed Result, or `r.error()` of a good one, is a programming error (asserted).
template <class T, class E = Error>
class [[nodiscard]] Result {
 public:
  using value_type = T;
  using error_type = E;

  template <class U = T>
  requires(std::is_constructible_v<T, U&&> && !std::is_same_v<std::remove_cvref_t<U>, Result> &&
           !std::is_same_v<std::remove_cvref_t<U>, E>) Result(U&& value)
      : state_(std::in_place_index<0>, std::forward<U>(value)) {}
  Result(E error) : state_(std::in_place_index<1>, std::move(error)) {}
  Result(Unexpected<E> failure) : state_(std::in_place_index<1>, std::move(failure.error)) {}

  bool has_value() const noexcept { return state_.index() == 0; }
  explicit operator bool() const noexcept { return has_value(); }

  T& value() & { return checked(state_); }
  const T& value() const& { return checked(state_); }
  T&& value() && { return std::move(checked(state_)); }
  T& operator*() & { return checked(state_); }
  const T& operator*() const& { return checked(state_); }
  T&& operator*() && { return std::move(checked(state_)); }
  T* operator->() { return &checked(state_); }
  const T* operator->() const { return &checked(state_); }

  E& error() & { return fault(state_); }
  const E& error() const& { return fault(state_); }
  E&& error() && { return std::move(fault(state_)); }

  template <class U>
  T value_or(U&& otherwise) const& {
    return has_value() ? **this : static_cast<T>(std::forward<U>(otherwise));
  }

 private:
  template <class State>
  static auto& checked(State& state) {
    assert(state.index() == 0);
    return *std::get_if<0>(&state);
  }
  template <class State>
  static auto& fault(State& state) {
    assert(state.index() == 1);
    return *std::get_if<1>(&state);
  }

  std::variant<T, E> state_;
};

/// Success without a value, or the reason it failed.
template <class E>
class [[nodiscard]] Result<void, E> {
 public:
  using value_type = void;
  using error_type = E;

  Result() = default;
  Result(E error) : failure_(std::in_place_index<1>, std::move(error)) {}
  Result(Unexpected<E> failure) : failure_(std::in_place_index<1>, std::move(failure.error)) {}

  bool has_value() const noexcept { return failure_.index() == 0; }
  explicit operator bool() const noexcept { return has_value(); }
  const E& error() const& {
    assert(!has_value());
    return *std::get_if<1>(&failure_);
  }
  E&& error() && {
    assert(!has_value());
    return std::move(*std::get_if<1>(&failure_));
  }

 private:
  std::variant<std::monostate, E> failure_;
};

}  // namespace pelton::core
