#include "codec/feature_card.hpp"

namespace pelton::codec {

void append_categories(ObjectWriter& feature_card, const model::Feature& feature) {
  constexpr std::size_t kMostListed = 100;
  if (feature.categories == nullptr) return;
  const std::vector<std::string>& names = feature.categories->names();
  core::TextBuffer& out = feature_card.member("categories");
  out.append('[');
  for (std::size_t i = 0; i < names.size() && i < kMostListed; ++i) {
    if (i != 0) out.append(',');
    core::append_json_string(out, names[i]);
  }
  out.append(']');
  if (names.size() > kMostListed) feature_card.integer("category_count", names.size());
}

void append_shape(ObjectWriter& output_card, const model::OutputSpec& output) {
  if (output.shape.empty()) return;
  core::TextBuffer& out = output_card.member("shape");
  for (std::size_t d = 0; d < output.shape.size(); ++d) {
    out.append(d == 0 ? '[' : ',');
    out.append_integer(output.shape[d]);
  }
  out.append(']');
}

}  // namespace pelton::codec
