#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "formats/document/reader.hpp"
#include "formats/options.hpp"
#include "model/schema.hpp"

namespace pelton::formats::catboost {

/// `model_info`, as far as it says what becomes of margins.
struct ModelInfo {
  std::string loss;  ///< "Logloss", "RMSE", …; empty where the file does not say
  bool classifies = false;
  std::vector<model::Label> class_names;      ///< all classes in order; may be empty
  std::vector<std::uint32_t> class_to_label;  ///< for each margin the class it is of; may be empty
  std::uint32_t classes_count = 0;            ///< how many classes there are, where they have no names; or 0
  double threshold = 0.5;                     ///< probability above which the second of two classes is meant
};

/// Reads the value of `model_info`.
bool read_model_info(document::Reader& reader, const Limits& limits, ModelInfo& info);

}  // namespace pelton::formats::catboost
