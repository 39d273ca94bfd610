#include "codec/v2/parameters.hpp"

#include <cmath>
#include <limits>

#include "core/suggest.hpp"

namespace pelton::codec::v2 {

std::optional<std::uint64_t> Parameter::count() const noexcept {
  if (kind != JsonKind::number || !(number >= 0 && number <= 0x1p53) || number != std::trunc(number)) {
    return std::nullopt;
  }
  return static_cast<std::uint64_t>(number);
}

bool MemberReader::read(Parameter& parameter) {
  parameter.kind = cursor_.kind();
  const char* const first = cursor_.position();
  bool in_range = true;
  const bool read = parameter.kind == JsonKind::string   ? cursor_.read_string(parameter.text, scratch_)
                    : parameter.kind == JsonKind::number ? cursor_.read_number(parameter.number, in_range)
                                                         : cursor_.skip_value();
  if (!in_range) parameter.number = std::numeric_limits<double>::infinity();
  parameter.literal = {first, static_cast<std::size_t>(cursor_.position() - first)};
  return read;
}

std::string MemberReader::suggestion(std::string_view unknown, std::span<const std::string> known) {
  return compared_++ < kMaxFieldErrors ? core::did_you_mean(unknown, known) : std::string();
}

bool MemberReader::refuse(std::string_view pointer, std::string_view expected) {
  const JsonKind kind = cursor_.kind();
  if (!cursor_.skip_value()) return false;
  report(pointer, "expected " + std::string(expected) + ", got " + std::string(describe(kind)));
  return true;
}

}  // namespace pelton::codec::v2
