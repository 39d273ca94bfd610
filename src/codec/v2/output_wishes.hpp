#pragma once

#include <array>
#include <optional>

#include "codec/v2/infer_request.hpp"
#include "codec/v2/parameters.hpp"

namespace pelton::codec::v2 {

/// Reads which outputs a request wants.
class OutputWishes {
 public:
  OutputWishes(const TensorTable& tensors, MemberReader& members, JsonCursor& cursor) noexcept
      : tensors_(tensors), members_(members), cursor_(cursor) {}

  /// The list at hand; false where the JSON is malformed.
  bool read();
  /// Tells the request: all listed outputs where none was named, as bytes where an output does not say
  /// otherwise and `binary` is set.
  void finish(bool binary, InferRequest& request) const;

 private:
  struct Wanted {
    OutputWish wish;
    std::optional<bool> binary;
  };

  bool read_output(std::size_t number);
  bool read_parameter(std::string_view name, std::size_t number, Wanted& wanted);
  void add(const OutputTensor& output, std::size_t number, Wanted wanted);
  void report(std::size_t number, std::string_view member, std::string_view detail);

  const TensorTable& tensors_;
  MemberReader& members_;
  JsonCursor& cursor_;
  std::array<Wanted, model::kMethodCount> wanted_{};
  std::size_t count_ = 0;
};

}  // namespace pelton::codec::v2
