#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "codec/field_errors.hpp"
#include "codec/json_cursor.hpp"
#include "codec/predict_request.hpp"
#include "codec/v2/datatype.hpp"

namespace pelton::codec::v2 {

/// An input tensor of a request: what its elements are, and where they go. Its features are [first,
/// first + width) of rows [first_row, first_row + rows), which have been appended.
struct Tensor {
  std::string_view name;  ///< the input's, for messages
  std::string_view at;    ///< the JSON pointer of its data; empty where they are bytes
  Datatype datatype = Datatype::fp64;
  std::span<const std::size_t> shape;  ///< as sent; product rows × width
  std::size_t first_row = 0;
  std::size_t rows = 0;
  std::size_t first = 0;
  std::size_t width = 0;
};

/// Puts the elements of tensors into rows.
///
/// An element is first what its datatype says (rounded to it, within its range), and then what the model
/// takes for the feature. Both are checked; what does not fit is reported, element by element, and leaves the
/// row's cell unspecified. Allocates nothing where all is well and texts need no more memory.
class TensorCells {
 public:
  TensorCells(const RowTarget& target, std::string& scratch, FieldErrors& errors) noexcept
      : target_(target), scratch_(scratch), errors_(errors) {}

  /// The list at hand: elements one after the other, or lists in lists as the shape says. False where the
  /// JSON is malformed.
  bool read_json(JsonCursor& cursor, const Tensor& tensor);
  /// One value for the one element of a tensor. False likewise.
  bool read_json_scalar(JsonCursor& cursor, const Tensor& tensor);
  /// Elements in their own size, little-endian; BYTES each with its length before it as 32 bits.
  void read_binary(std::string_view bytes, const Tensor& tensor);
  /// The whole of `bytes` as the one element of a BYTES tensor.
  void read_text(std::string_view bytes, const Tensor& tensor);

 private:
  enum class Fit { any, to_float, whole, odd };  ///< what a plain number needs to become a cell

  void begin(const Tensor& tensor);
  double& cell(std::size_t element) noexcept;
  const model::Feature& feature(std::size_t element) const noexcept;

  bool read_list(JsonCursor& cursor, std::size_t depth, std::size_t begin, std::size_t end);
  bool read_elements(JsonCursor& cursor, std::size_t begin, std::size_t end);
  template <Fit fit>
  std::size_t read_run(JsonCursor& cursor, std::size_t at, std::size_t end);
  bool read_element(JsonCursor& cursor, std::size_t element);
  bool read_odd_element(JsonCursor& cursor, std::size_t element);
  bool read_number(JsonCursor& cursor, std::size_t element, std::optional<std::string>& complaint);
  std::optional<std::string> refuse_kind(JsonKind kind) const;

  template <class Element, class Widen>
  void widen(std::string_view bytes, Widen&& to_double);
  void check_odd(std::size_t element, const char* bytes);
  std::optional<std::string> settle_bytes(std::size_t element, const char* bytes);
  void read_texts(std::string_view bytes);

  std::optional<std::string> put_number(std::size_t element, double value, std::string_view literal);
  std::optional<std::string> put_text(std::size_t element, std::string_view text);
  std::optional<std::string> put_missing(std::size_t element);

  void report(std::size_t element, std::string complaint);
  void report_count(std::size_t depth, std::size_t begin, std::size_t wanted, std::size_t got);
  void report_tensor(std::string complaint);
  void append_place(std::string& pointer, std::size_t element, std::size_t depth) const;
  std::string told_place(std::size_t element) const;

  const RowTarget& target_;
  std::string& scratch_;
  FieldErrors& errors_;
  const Tensor* tensor_ = nullptr;
  double* cells_ = nullptr;  ///< of the tensor's first element
  NumberRange range_{};
  Fit fit_ = Fit::odd;
  bool nested_ = false;
};

}  // namespace pelton::codec::v2
