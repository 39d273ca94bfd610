#pragma once

#include <cstddef>

#include "math/row_buffer.hpp"
#include "model/model.hpp"

namespace pelton::serving {

/// Made-up rows to time a model on, no two alike and always the same ones: values spread over the
/// model's own turning points where it knows some, otherwise normally distributed around 0; codes of
/// categories and truth values evenly, texts of a few words. Where the model refuses such a row, its whole
/// numbers are 0 or 1. Thread-safe.
math::RowBuffer sample_rows(const model::Model& model, std::size_t count);

}  // namespace pelton::serving
