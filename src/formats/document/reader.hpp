#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"

namespace pelton::formats::document {

/// Deepest nesting of objects and arrays that is read.
inline constexpr std::size_t kMaxDepth = 256;

/// What a value is.
enum class Kind : std::uint8_t { object, array, string, number, boolean, null, none };

/// Walks a document of objects, arrays and scalars front to back, one value at a time, whatever its
/// encoding: no tree is built, nothing recurses, and no byte beyond the view is looked at. The view
/// must outlive the reader.
///
/// The first fault, found here or told by the caller through `fail`, is kept, and from then on every
/// function gives false: loops end by themselves, and one look at `failed()` after them is enough.
///
///   if (!reader.enter_object()) return reader.error();
///   for (std::string_view name; reader.next_member(name);) {
///     if (name == "weights") reader.read_numbers(weights, 1000); else reader.skip();
///   }
///   if (!reader.finish()) return reader.error();
///
/// Exactly one value is to be read or skipped after each true of next_member and next_element.
class Reader {
 public:
  virtual ~Reader() = default;
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  /// What the next value is; `none` where there is none, or after a fault.
  virtual Kind kind() = 0;

  virtual bool enter_object() = 0;
  virtual bool enter_array() = 0;
  /// Moves to the next member of the object entered last and gives its name, which stays valid until
  /// the next call; false where the object ends (it is left then).
  virtual bool next_member(std::string_view& name) = 0;
  /// Moves to the next element of the array entered last; false where it ends (it is left then).
  virtual bool next_element() = 0;

  /// The text stays valid until the next call.
  virtual bool read_string(std::string_view& text) = 0;
  /// The nearest double or float of what is written, in one rounding.
  virtual bool read_double(double& value) = 0;
  virtual bool read_float(float& value) = 0;
  virtual bool read_integer(std::int64_t& value) = 0;
  virtual bool read_bool(bool& value) = 0;
  virtual bool read_null() = 0;
  /// Passes over a value of any kind. Of what lies within it only the nesting is checked.
  virtual bool skip() = 0;

  /// A whole array of numbers, in place of what `values` held; true and false are read as 1 and 0 into
  /// integers. At most `most` of them (too_large).
  virtual bool read_numbers(std::vector<float>& values, std::size_t most) = 0;
  virtual bool read_numbers(std::vector<double>& values, std::size_t most) = 0;
  virtual bool read_numbers(std::vector<std::int32_t>& values, std::size_t most) = 0;
  virtual bool read_numbers(std::vector<std::int64_t>& values, std::size_t most) = 0;
  /// The same for strings.
  bool read_strings(std::vector<std::string>& values, std::size_t most);

  /// Whether the document ends here, as it should; a fault if not.
  virtual bool finish() = 0;

  /// Tells a fault of the value at hand or just read. Always false.
  bool fail(core::ErrorCode code, std::string reason);
  bool fail(std::string reason) { return fail(core::ErrorCode::malformed, std::move(reason)); }
  bool failed() const noexcept { return failed_; }
  /// The fault, beginning with its place: "learner.trees[3].left (byte 17): …".
  core::Error error() const;

  std::size_t position() const noexcept { return static_cast<std::size_t>(at_ - begin_); }

 protected:
  /// An object or array that has been entered.
  struct Level {
    bool is_object = false;
    char type = 0;            ///< of every element, where they are written without
    bool counted = false;     ///< `left` says how many there are to come
    std::uint64_t left = 0;   ///< elements to come
    std::uint64_t count = 0;  ///< elements begun
    std::string_view name;    ///< of the member at hand, as it is written
  };

  /// `progress`, unless empty, is told the share of the bytes read, about a hundred times in all.
  Reader(std::string_view bytes, std::function<void(double)> progress);

  bool enter(bool is_object);
  bool leave();
  Level& level() { return levels_[depth_ - 1]; }
  std::size_t depth() const noexcept { return depth_; }
  std::size_t remaining() const noexcept { return static_cast<std::size_t>(end_ - at_); }
  bool begin_element(Level& level) {
    ++level.count;
    if (position() >= next_report_) report();
    return true;
  }
  bool expected(std::string_view what);
  bool truncated() { return fail("the document ends in the middle"); }
  /// Where a byte is, in words: "byte 17".
  virtual std::string describe_place(std::size_t offset) const;

  const char* begin_;
  const char* at_;
  const char* end_;

 private:
  void report();

  std::function<void(double)> progress_;
  std::size_t next_report_;
  std::array<Level, kMaxDepth> levels_;
  std::size_t depth_ = 0;
  bool failed_ = false;
  core::ErrorCode code_ = core::ErrorCode::malformed;
  std::string reason_;
};

}  // namespace pelton::formats::document
