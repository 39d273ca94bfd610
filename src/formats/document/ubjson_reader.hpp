#pragma once

#include <functional>
#include <string_view>
#include <vector>

#include "formats/document/reader.hpp"

namespace pelton::formats::document {

/// UBJSON (draft 12): big-endian, with counted and strongly typed containers, whose numbers are read
/// in bulk. Not read: high-precision numbers other than to be passed over, and containers whose
/// elements take no bytes or are containers without a marker of their own.
class UbjsonReader final : public Reader {
 public:
  explicit UbjsonReader(std::string_view bytes, std::function<void(double)> progress = {})
      : Reader(bytes, std::move(progress)) {}

  Kind kind() override;
  bool enter_object() override;
  bool enter_array() override;
  bool next_member(std::string_view& name) override;
  bool next_element() override;
  bool read_string(std::string_view& text) override;
  bool read_double(double& value) override;
  bool read_float(float& value) override;
  bool read_integer(std::int64_t& value) override;
  bool read_bool(bool& value) override;
  bool read_null() override;
  bool skip() override;
  bool read_numbers(std::vector<float>& values, std::size_t most) override { return read_array(values, most); }
  bool read_numbers(std::vector<double>& values, std::size_t most) override { return read_array(values, most); }
  bool read_numbers(std::vector<std::int32_t>& values, std::size_t most) override { return read_array(values, most); }
  bool read_numbers(std::vector<std::int64_t>& values, std::size_t most) override { return read_array(values, most); }
  bool finish() override;

 private:
  /// The type of the next value, which stays the next; NUL at the end or after a fault.
  char peek_type();
  /// Passes over the type if it is written.
  void take_type();
  bool take(char type, std::string_view what);
  bool read_head(bool is_object);
  bool read_count(std::uint64_t& count);
  /// A count or length, which is a whole number of any type.
  bool read_length(std::uint64_t& length);
  bool read_text(std::string_view& text);
  bool skip_scalar(char type);
  bool goes_on(char close);
  template <class T>
  bool read_value(T& value);
  template <class T>
  bool read_payload(char type, T& value);
  template <class T>
  bool read_array(std::vector<T>& values, std::size_t most);
  template <class T>
  bool read_bulk(char type, std::uint64_t count, std::vector<T>& values);
};

}  // namespace pelton::formats::document
