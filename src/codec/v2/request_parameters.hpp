#pragma once

#include <cstdint>
#include <optional>

#include "codec/v2/parameters.hpp"
#include "core/clock.hpp"

namespace pelton::codec::v2 {

/// The parameters of a request as a whole. Those that nobody knows are passed over.
struct RequestParameters {
  bool binary_output = false;             ///< outputs are wanted as bytes unless one says otherwise
  std::optional<core::Duration> timeout;  ///< as `timeout` tells in µs; 0 there is none
  std::uint32_t priority = 0;             ///< 0 the model's default, 1 first … 100 last

  /// The object at hand; false where the JSON is malformed.
  bool read(MemberReader& members);

 private:
  void take(std::string_view name, const Parameter& value, MemberReader& members);
};

/// Whether the name is one of shared memory's parameters.
bool is_shared_memory(std::string_view name) noexcept;
inline constexpr std::string_view kNoSharedMemory =
    "shared memory is not supported; send the data in the request, as JSON or as bytes";

}  // namespace pelton::codec::v2
