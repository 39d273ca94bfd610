#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "codec/field_errors.hpp"

namespace pelton::codec {

/// What a row or a request should have named, for a message: the first twenty, and how many more.
class MissingNames {
 public:
  /// `noun`: what each is ("feature").
  explicit MissingNames(std::string_view noun) : noun_(noun) {}

  void add(std::string_view name) {
    if (++count_ <= kMostNames) names_.append(count_ == 1 ? " " : ", ").append(in_quotes(name));
  }
  /// `missing features "a", "b"`.
  std::string told() const {
    std::string text = "missing " + std::string(noun_) + (count_ == 1 ? "" : "s") + names_;
    if (count_ > kMostNames) text.append(" and ").append(std::to_string(count_ - kMostNames)).append(" more");
    return text;
  }

 private:
  static constexpr std::size_t kMostNames = 20;

  std::string_view noun_;
  std::string names_;
  std::size_t count_ = 0;
};

}  // namespace pelton::codec
