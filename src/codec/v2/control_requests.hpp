#pragma once

#include <optional>
#include <span>
#include <string_view>

#include "codec/problem.hpp"
#include "core/result.hpp"

namespace pelton::codec::v2 {

/// A setting that callers may read: its name, and its value as JSON.
struct FixedSetting {
  std::string_view name;
  std::string_view value;
};

/// Reads the body of `repository/index`: `{"ready":true}`, an empty object or nothing. Whether only models that are
/// ready are wanted.
core::Result<bool, Problem> read_index_request(std::string_view body);
/// Reads the body of a load or unload: an object with parameters, or nothing. Configurations and files of the
/// caller's own are refused.
core::Result<void, Problem> read_load_request(std::string_view body);
/// Reads a change of settings that cannot be changed: a value that stands already, or null for the default, is
/// fine; others are refused with `reason`.
core::Result<void, Problem> read_settings(std::string_view body, std::span<const FixedSetting> settings,
                                          std::string_view reason);

}  // namespace pelton::codec::v2
