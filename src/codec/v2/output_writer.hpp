#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "codec/v2/infer_request.hpp"
#include "core/text_buffer.hpp"
#include "math/matrix_view.hpp"
#include "model/schema.hpp"

namespace pelton::codec::v2 {

/// How the results of one method of one model are written as an output tensor; built once, then read-only
/// (thread-safe).
///
/// Floats print as the shortest text that reads back to the same number of the output's own type, NaN and
/// infinities as NaN, Infinity and -Infinity. Labels are INT64 where all classes are numbers, else BYTES.
class OutputWriter {
 public:
  /// The schema must offer the tensor's method (asserted).
  OutputWriter(const model::Schema& schema, const OutputTensor& tensor);

  /// The tensor's object; for bytes without the data.
  void append_tensor(core::TextBuffer& out, math::ConstMatrix results, const OutputWish& wish) const;
  /// The data of a tensor that is wanted as bytes.
  void append_bytes(core::TextBuffer& out, math::ConstMatrix results, const OutputWish& wish) const;

 private:
  std::size_t byte_count(math::ConstMatrix results, const OutputWish& wish) const;
  std::size_t classes(const OutputWish& wish) const noexcept;
  void append_shape(core::TextBuffer& out, std::size_t rows, const OutputWish& wish) const;
  void append_data(core::TextBuffer& out, math::ConstMatrix results) const;
  void append_value(core::TextBuffer& out, double value) const;
  const std::string& label(double value) const noexcept;
  /// Calls `visit(text)` with "value:index:label" of each row's `count` best, best first.
  template <class Visit>
  void each_best(math::ConstMatrix results, std::size_t count, Visit&& visit) const;

  const OutputTensor& tensor_;
  std::size_t width_;
  std::string head_;       ///< `{"name":"…","datatype":"…"`
  std::string file_head_;  ///< by the file's own name
  std::string best_head_;  ///< of classifications
  std::string best_file_head_;
  std::vector<std::string> labels_;       ///< by class: JSON
  std::vector<std::string> label_bytes_;  ///< by class: the element as bytes; last, what stands for no label
  std::vector<std::string> suffixes_;     ///< by column: ":index" or ":index:label"
};

}  // namespace pelton::codec::v2
