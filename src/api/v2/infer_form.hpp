#pragma once

#include <cstdint>

#include "api/predictions.hpp"
#include "codec/v2/infer_request.hpp"

namespace pelton::api {

/// How inference is answered: output tensors in JSON, with those that are wanted as bytes behind it.
class V2InferForm final : public AnswerForm {
 public:
  explicit V2InferForm(ThreadState& state) : state_(state) {}

  /// How an output is wanted, as it travels with the request.
  static std::uint32_t note_of(const codec::v2::OutputWish& wish) noexcept;
  static codec::v2::OutputWish wish_of(std::uint32_t note) noexcept;

  Dialect dialect() const noexcept override { return Dialect::v2; }
  void write(const Answer& answer, http::Responder& responder) const override;
  std::string row_pointer(std::size_t row, bool single) const override;

 private:
  ThreadState& state_;  ///< for a buffer: the reply's head tells how long its JSON is
};

}  // namespace pelton::api
