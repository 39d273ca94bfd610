#include "codec/v2/request_parameters.hpp"

#include <algorithm>

#include "codec/predict_request.hpp"

namespace pelton::codec::v2 {

namespace {

constexpr std::uint64_t kLongestTimeoutUs = std::uint64_t{24} * 3600 * 1'000'000;
constexpr std::size_t kLongestName = 64;  ///< of those that are known

bool asks_for_sequence(std::string_view name, const Parameter& value) noexcept {
  if (name == "sequence_start" || name == "sequence_end") return value.is_true();
  if (name != "sequence_id") return false;
  return value.kind == JsonKind::string ? !value.text.empty() : value.kind == JsonKind::number && value.number != 0;
}

}  // namespace

bool is_shared_memory(std::string_view name) noexcept { return name.starts_with("shared_memory_"); }

bool RequestParameters::read(MemberReader& members) {
  return members.each("/parameters", "an object of parameters", [&](std::string_view name) {
    // Reading the value may overwrite the name.
    char kept[kLongestName];
    const std::size_t length = std::min(name.size(), sizeof kept);
    std::copy_n(name.data(), length, kept);
    Parameter value;
    if (!members.read(value)) return false;
    if (length == name.size()) take({kept, length}, value, members);
    return true;
  });
}

void RequestParameters::take(std::string_view name, const Parameter& value, MemberReader& members) {
  const auto refuse = [&](std::string_view detail) {
    std::string pointer = "/parameters";
    append_pointer(pointer, name);
    members.report(pointer, detail);
  };
  if (name == "binary_data_output") {
    if (value.kind != JsonKind::boolean) return refuse("expected true or false");
    binary_output = value.is_true();
  } else if (name == "timeout") {
    const auto microseconds = value.count();
    if (!microseconds) return refuse("expected a whole number of microseconds");
    if (*microseconds != 0) timeout = std::chrono::microseconds(std::min(*microseconds, kLongestTimeoutUs));
  } else if (name == "priority") {
    const auto level = value.count();
    if (!level) return refuse("expected a whole number");
    // As in Triton: a level that there is not is the default.
    priority = *level <= kMaxPriority ? static_cast<std::uint32_t>(*level) : 0;
  } else if (asks_for_sequence(name, value)) {
    refuse("sequences are not supported: every request is scored on its own");
  }
}

}  // namespace pelton::codec::v2
