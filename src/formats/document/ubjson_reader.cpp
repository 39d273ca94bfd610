#include "formats/document/ubjson_reader.hpp"

#include <algorithm>
#include <bit>
#include <cstring>
#include <type_traits>

#include "core/printable.hpp"
#include "formats/document/whole.hpp"

namespace pelton::formats::document {

namespace {

/// Bytes of a number of a type; 0 where the type is no such number.
std::size_t number_bytes(char type) noexcept {
  switch (type) {
    case 'i':
    case 'U': return 1;
    case 'I': return 2;
    case 'l':
    case 'd': return 4;
    case 'L':
    case 'D': return 8;
    default: return 0;
  }
}

/// A big-endian number.
template <class Stored>
Stored load(const char* from) noexcept {
  using Bits =
      std::conditional_t<sizeof(Stored) == 8, std::uint64_t,
                         std::conditional_t<sizeof(Stored) == 4, std::uint32_t,
                                            std::conditional_t<sizeof(Stored) == 2, std::uint16_t, std::uint8_t>>>;
  Bits bits;
  std::memcpy(&bits, from, sizeof bits);
  if constexpr (sizeof bits == 8) bits = __builtin_bswap64(bits);
  if constexpr (sizeof bits == 4) bits = __builtin_bswap32(bits);
  if constexpr (sizeof bits == 2) bits = __builtin_bswap16(bits);
  return std::bit_cast<Stored>(bits);
}

/// A stored number as the type asked for; false where it does not fit.
template <class T, class Stored>
bool convert(Stored stored, T& value) noexcept {
  if constexpr (std::is_floating_point_v<T>) {
    value = static_cast<T>(stored);
    return true;
  } else {
    std::int64_t whole = 0;
    if constexpr (std::is_floating_point_v<Stored>) {
      if (!to_whole(static_cast<double>(stored), whole)) return false;
    } else {
      whole = stored;
    }
    value = static_cast<T>(whole);
    return value == whole;
  }
}

/// Calls `function` with a value of the type that a marker stands for.
template <class Function>
bool with_stored(char type, Function function) {
  switch (type) {
    case 'i': return function(std::int8_t{});
    case 'U': return function(std::uint8_t{});
    case 'I': return function(std::int16_t{});
    case 'l': return function(std::int32_t{});
    case 'L': return function(std::int64_t{});
    case 'd': return function(float{});
    case 'D': return function(double{});
    default: return false;
  }
}

}  // namespace

char UbjsonReader::peek_type() {
  if (failed()) return 0;
  if (depth() != 0 && level().type != 0) return level().type;
  while (at_ != end_ && *at_ == 'N') ++at_;
  return at_ == end_ ? '\0' : *at_;
}

void UbjsonReader::take_type() {
  if (depth() == 0 || level().type == 0) ++at_;
}

bool UbjsonReader::take(char type, std::string_view what) {
  if (peek_type() != type) return expected(what);
  take_type();
  return true;
}

Kind UbjsonReader::kind() {
  switch (const char type = peek_type()) {
    case '{': return Kind::object;
    case '[': return Kind::array;
    case 'S':
    case 'C': return Kind::string;
    case 'T':
    case 'F': return Kind::boolean;
    case 'Z': return Kind::null;
    case 'H': return Kind::number;
    default: return number_bytes(type) != 0 ? Kind::number : Kind::none;
  }
}

bool UbjsonReader::enter_object() { return take('{', "an object") && enter(true) && read_head(true); }
bool UbjsonReader::enter_array() { return take('[', "an array") && enter(false) && read_head(false); }

/// The type and the count that may follow the bracket.
bool UbjsonReader::read_head(bool is_object) {
  char type = 0;
  if (at_ != end_ && *at_ == '$') {
    if (remaining() < 2) return truncated();
    type = at_[1];
    if (number_bytes(type) == 0 && type != 'S' && type != 'C') {
      return fail(core::ErrorCode::unsupported,
                  "a container of elements of type '" + core::printable({&type, 1}) + "'");
    }
    at_ += 2;
    if (at_ == end_) return truncated();
    if (*at_ != '#') return expected("'#' and a count");
  }
  std::uint64_t count = 0;
  const bool counted = at_ != end_ && *at_ == '#';
  if (counted && !read_count(count)) return false;
  // Every element takes at least this much: a count beyond the bytes present is found out here.
  const std::uint64_t least = (is_object ? 2 : 0) + std::max<std::uint64_t>(1, number_bytes(type));
  if (count > remaining() / least) return truncated();
  level().type = type;
  level().counted = counted;
  level().left = count;
  return true;
}

bool UbjsonReader::read_count(std::uint64_t& count) {
  ++at_;
  return read_length(count);
}

bool UbjsonReader::read_length(std::uint64_t& length) {
  if (at_ == end_) return truncated();
  const char type = *at_;
  if (number_bytes(type) == 0 || type == 'd' || type == 'D') return expected("a length");
  ++at_;
  std::int64_t value = 0;
  if (!read_payload(type, value)) return false;
  if (value < 0) return fail("a negative length");
  length = static_cast<std::uint64_t>(value);
  return true;
}

bool UbjsonReader::goes_on(char close) {
  if (failed()) return false;
  Level& here = level();
  if (here.counted) {
    if (here.left == 0) return leave();
    --here.left;
    return begin_element(here);
  }
  while (at_ != end_ && *at_ == 'N') ++at_;
  if (at_ == end_) return truncated();
  if (*at_ != close) return begin_element(here);
  ++at_;
  return leave();
}

bool UbjsonReader::next_member(std::string_view& name) {
  if (!goes_on('}') || !read_text(name)) return false;
  level().name = name;
  return true;
}

bool UbjsonReader::next_element() { return goes_on(']'); }

bool UbjsonReader::read_text(std::string_view& text) {
  std::uint64_t length = 0;
  if (!read_length(length)) return false;
  if (length > remaining()) return truncated();
  text = {at_, static_cast<std::size_t>(length)};
  at_ += length;
  return true;
}

bool UbjsonReader::read_string(std::string_view& text) {
  if (peek_type() == 'C') {
    take_type();
    if (at_ == end_) return truncated();
    text = {at_++, 1};
    return true;
  }
  return take('S', "a string") && read_text(text);
}

template <class T>
bool UbjsonReader::read_payload(char type, T& value) {
  if (remaining() < number_bytes(type)) return truncated();
  const bool fits = with_stored(type, [&](auto stored) {
    using Stored = decltype(stored);
    if (!convert(load<Stored>(at_), value)) return false;
    at_ += sizeof(Stored);
    return true;
  });
  return fits || fail(std::string("expected a whole number of at most ") + (sizeof(T) == 4 ? "32" : "64") + " bits");
}

template <class T>
bool UbjsonReader::read_value(T& value) {
  const char type = peek_type();
  if (number_bytes(type) == 0) return expected(std::is_integral_v<T> ? "a whole number" : "a number");
  take_type();
  return read_payload(type, value);
}

bool UbjsonReader::read_double(double& value) { return read_value(value); }
bool UbjsonReader::read_float(float& value) { return read_value(value); }
bool UbjsonReader::read_integer(std::int64_t& value) { return read_value(value); }

bool UbjsonReader::read_bool(bool& value) {
  const char type = peek_type();
  if (type != 'T' && type != 'F') return expected("true or false");
  value = type == 'T';
  take_type();
  return true;
}

bool UbjsonReader::read_null() { return take('Z', "null"); }

template <class T>
bool UbjsonReader::read_bulk(char type, std::uint64_t count, std::vector<T>& values) {
  values.resize(static_cast<std::size_t>(count));
  return with_stored(type, [&](auto stored) {
    using Stored = decltype(stored);
    for (T& value : values) {
      if (!convert(load<Stored>(at_), value)) return fail("an element is no whole number, or too large a one");
      at_ += sizeof(Stored);
    }
    return true;
  });
}

template <class T>
bool UbjsonReader::read_array(std::vector<T>& values, std::size_t most) {
  values.clear();
  if (!enter_array()) return false;
  const auto too_many = [&] {
    return fail(core::ErrorCode::too_large, "holds more than " + std::to_string(most) + " elements");
  };
  if (level().counted && level().left > most) return too_many();
  if (number_bytes(level().type) != 0) {
    if (!read_bulk(level().type, level().left, values)) return false;
    leave();
    return true;
  }
  while (next_element()) {
    if (values.size() == most) return too_many();
    T value{};
    bool truth = false;
    if (std::is_integral_v<T> && kind() == Kind::boolean) {
      if (!read_bool(truth)) return false;
      value = static_cast<T>(truth);
    } else if (!read_value(value)) {
      return false;
    }
    values.push_back(value);
  }
  return !failed();
}

bool UbjsonReader::skip_scalar(char type) {
  take_type();
  std::string_view text;
  switch (type) {
    case 'Z':
    case 'T':
    case 'F': return true;
    case 'S':
    case 'H': return read_text(text);
    default: break;
  }
  const std::size_t bytes = type == 'C' ? 1 : number_bytes(type);
  if (bytes == 0) {
    --at_;
    return fail("a value of no known type");
  }
  if (bytes > remaining()) return truncated();
  at_ += bytes;
  return true;
}

bool UbjsonReader::skip() {
  const std::size_t outside = depth();
  do {
    const char type = peek_type();
    if (failed() || type == 0) return expected("a value");
    if (type == '{' || type == '[') {
      if (!(type == '{' ? enter_object() : enter_array())) return false;
      if (type == '[' && number_bytes(level().type) != 0) {
        at_ += level().left * number_bytes(level().type);  // read_head has seen that they are there
        leave();
      }
    } else if (!skip_scalar(type)) {
      return false;
    }
    // On to the next value within what is being passed over, out of what ends here.
    std::string_view name;
    while (depth() > outside && !(level().is_object ? next_member(name) : next_element())) {
      if (failed()) return false;
    }
  } while (depth() > outside);
  return !failed();
}

bool UbjsonReader::finish() {
  if (failed()) return false;
  while (at_ != end_ && *at_ == 'N') ++at_;
  return at_ == end_ || fail("something follows the document");
}

}  // namespace pelton::formats::document
