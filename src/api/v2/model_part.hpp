#pragma once

#include <array>
#include <optional>
#include <string>

#include "api/served_model.hpp"
#include "codec/v2/output_writer.hpp"
#include "codec/v2/tensor_table.hpp"

namespace pelton::api {

/// What the V2 dialect keeps of a model.
struct V2ModelPart final : DialectPart {
  explicit V2ModelPart(const serving::LoadedModel& loaded);

  static const V2ModelPart& of(ServedModel& model) { return model.part<V2ModelPart>(Dialect::v2); }
  static const V2ModelPart& of(const ServedModel& model) { return model.part<V2ModelPart>(Dialect::v2); }
  const codec::v2::OutputWriter& writer(model::Method method) const noexcept {
    return *writers[static_cast<std::size_t>(method)];
  }

  codec::v2::TensorTable tensors;
  std::array<std::optional<codec::v2::OutputWriter>, model::kMethodCount> writers;
  std::string reply_head;  ///< `{"model_name":"…","model_version":"…"`
};

}  // namespace pelton::api
