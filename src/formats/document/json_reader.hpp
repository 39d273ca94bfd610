#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "formats/document/reader.hpp"

namespace pelton::formats::document {

/// JSON (RFC 8259), with NaN, Infinity and -Infinity as numbers beside, as XGBoost and Python write
/// them. Numbers outside the range of their type become infinite or 0 where a float was asked for,
/// and are refused where a double was.
class JsonReader final : public Reader {
 public:
  explicit JsonReader(std::string_view text, std::function<void(double)> progress = {})
      : Reader(text, std::move(progress)) {}

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

 protected:
  std::string describe_place(std::size_t offset) const override;

 private:
  /// The next character that is no white space, or NUL at the end or after a fault.
  char peek() noexcept;
  bool take(char c, std::string_view what);
  bool take_word(std::string_view word);
  /// Whether the list of members or elements goes on.
  bool goes_on(char close);
  bool scan_string(std::string_view& text);
  bool unescape(const char* from);
  bool read_escape(std::string& to);
  bool read_hex4(std::uint32_t& unit);
  bool skip_string();
  bool skip_nested();
  bool read_number(double& value);
  bool read_number(float& value);
  bool read_number(std::int64_t& value);
  bool read_number(std::int32_t& value);
  bool read_special(double& value);
  template <class T>
  bool read_array(std::vector<T>& values, std::size_t most);

  std::string scratch_;  // of the last string that had escapes
};

}  // namespace pelton::formats::document
