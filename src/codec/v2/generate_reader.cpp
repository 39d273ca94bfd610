#include "codec/v2/generate_reader.hpp"

#include <algorithm>
#include <array>
#include <new>
#include <optional>

#include "codec/json_rows.hpp"
#include "codec/missing_names.hpp"
#include "codec/rows_mark.hpp"
#include "codec/v2/parameters.hpp"
#include "codec/v2/request_parameters.hpp"
#include "codec/v2/tensor_cells.hpp"
#include "codec/v2/whole_request.hpp"

namespace pelton::codec::v2 {

namespace {

constexpr std::size_t kLongestId = 256;

/// What stands at a member's value.
struct Extent {
  bool single = true;  ///< one row's value
  std::size_t rows = 1;
  JsonKind first = JsonKind::none;  ///< of its first scalar
};

}  // namespace

/// One request in hand.
class GenerateReader::Body {
 public:
  Body(GenerateReader& reader, JsonCursor& cursor, std::size_t size, const InferTarget& target, InferRequest& request)
      : reader_(reader),
        cursor_(cursor),
        size_(size),
        target_(target),
        request_(request),
        members_(cursor, reader.name_, errors_),
        cells_(target.rows, reader.name_, errors_) {}

  bool read();
  FieldErrors& errors() noexcept { return errors_; }
  bool too_many() const noexcept { return too_many_; }

 private:
  struct Place {
    std::string_view name;
    std::size_t first = 0;
    std::size_t width = 0;
  };

  bool read_member(std::string_view name);
  bool read_id();
  bool read_values(const Place& place);
  bool measure(std::size_t width, Extent& extent);
  bool agree(const Place& place, const Extent& extent);
  bool claim(const Place& place);
  std::optional<Place> find(std::string_view name) const;
  void finish();

  GenerateReader& reader_;
  JsonCursor& cursor_;
  std::size_t size_;
  const InferTarget& target_;
  InferRequest& request_;
  FieldErrors errors_;
  MemberReader members_;
  TensorCells cells_;
  RequestParameters parameters_;
  std::string_view rows_by_;
  std::size_t given_ = 0;
  bool appended_ = false;
  bool too_many_ = false;
};

bool GenerateReader::Body::read() {
  cursor_.take_extensions();
  reader_.seen_.resize(std::max(reader_.seen_.size(), target_.rows.features.width()));
  if (++reader_.stamp_ == 0) {
    std::fill(reader_.seen_.begin(), reader_.seen_.end(), 0U);
    reader_.stamp_ = 1;
  }
  const bool read =
      members_.each("", "an object with a member a feature", [&](std::string_view name) { return read_member(name); });
  if (!read || !cursor_.finish()) return false;
  finish();
  return true;
}

std::optional<GenerateReader::Body::Place> GenerateReader::Body::find(std::string_view name) const {
  if (const InputTensor* input = target_.tensors.find_input(name, 0))
    return Place{input->name, input->first, input->width};
  const FeatureTable& features = target_.rows.features;
  const std::size_t feature = features.find(name, given_);
  if (feature == features.width() || !features.named()) return std::nullopt;
  return Place{features[feature].name, feature, 1};
}

bool GenerateReader::Body::read_member(std::string_view name) {
  if (const auto place = find(name)) return claim(*place) ? read_values(*place) : cursor_.skip_value();
  if (name == "parameters") return members_.skip_null() || parameters_.read(members_);
  if (name == "id") return read_id();
  std::string pointer;
  append_pointer(pointer, name);
  std::string meant = target_.rows.features.named() ? target_.rows.features.suggestion(name) : std::string();
  if (meant.empty()) meant = members_.suggestion(name, target_.tensors.suggested_inputs());
  members_.report(pointer, "unknown input " + in_quotes(name) + meant);
  return cursor_.skip_value();
}

bool GenerateReader::Body::read_id() {
  Parameter id;
  if (!members_.read(id)) return false;
  if (id.kind != JsonKind::string || id.literal.size() > kLongestId) {
    members_.report("/id", "expected a string of at most 256 bytes");
  } else {
    request_.id = id.literal;
  }
  return true;
}

/// Looks over the value at hand, and stays in front of it.
bool GenerateReader::Body::measure(std::size_t width, Extent& extent) {
  const JsonCursor start = cursor_;
  if (cursor_.kind() == JsonKind::list) {
    if (!cursor_.enter()) return false;
    const bool nested = cursor_.kind() == JsonKind::list;
    extent.single = width > 1 && !nested;
    if (nested) {
      JsonCursor inside = cursor_;
      inside.enter();
      extent.first = inside.kind();
    } else {
      extent.first = cursor_.kind();
    }
    std::size_t count = 0;
    bool more = !cursor_.leave_if(']');
    while (more) {
      if (!cursor_.skip_value()) return false;
      ++count;
      const JsonCursor::Next next = cursor_.next(']');
      if (next == JsonCursor::Next::failed) return false;
      more = next == JsonCursor::Next::more;
    }
    extent.rows = extent.single ? 1 : count;
  } else {
    extent.first = cursor_.kind();
    if (!cursor_.skip_value()) return false;
  }
  cursor_ = start;
  return true;
}

bool GenerateReader::Body::agree(const Place& place, const Extent& extent) {
  std::string pointer;
  append_pointer(pointer, place.name);
  if (!rows_by_.empty()) {
    if (extent.rows == request_.rows) return appended_;
    members_.report(pointer, counted(extent.rows, "row") + ", but " + in_quotes(rows_by_) + " has " +
                                 std::to_string(request_.rows));
    return false;
  }
  if (extent.rows == 0) return members_.report(pointer, "expected at least one row"), false;
  if (extent.rows > target_.rows.limits.max_rows) {
    too_many_ = true;
    return false;
  }
  rows_by_ = place.name;
  request_.rows = extent.rows;
  request_.single = extent.single;
  // A byte a value at least: no more memory than what was sent can account for.
  if (extent.rows > size_ / std::max<std::size_t>(target_.rows.features.width(), 1)) {
    members_.report(pointer, counted(extent.rows, "row") + " of " + counted(target_.rows.features.width(), "value") +
                                 " are more than the body holds");
    return false;
  }
  target_.rows.rows.append_rows(request_.rows);
  appended_ = true;
  return true;
}

bool GenerateReader::Body::claim(const Place& place) {
  for (std::size_t f = place.first; f < place.first + place.width; ++f) {
    if (reader_.seen_[f] != reader_.stamp_) continue;
    std::string pointer;
    append_pointer(pointer, place.name);
    members_.report(pointer, "the name is given twice");
    return false;
  }
  std::fill_n(reader_.seen_.begin() + static_cast<std::ptrdiff_t>(place.first), place.width, reader_.stamp_);
  given_ += place.width;
  return true;
}

bool GenerateReader::Body::read_values(const Place& place) {
  Extent extent;
  if (!measure(place.width, extent)) return false;
  if (!agree(place, extent)) return !too_many_ && cursor_.skip_value();
  const model::Feature& feature = target_.rows.features[place.first];
  const bool text = extent.first == JsonKind::string ||
                    (extent.first == JsonKind::null && feature.type == model::ElementType::string);
  std::string pointer;
  append_pointer(pointer, place.name);
  const std::array<std::size_t, 2> shape{extent.rows, place.width};
  const Tensor tensor{.name = place.name,
                      .at = pointer,
                      .datatype = text                                ? Datatype::bytes
                                  : extent.first == JsonKind::boolean ? Datatype::boolean
                                                                      : Datatype::fp64,
                      .shape = shape,
                      .first_row = request_.first_row,
                      .rows = extent.rows,
                      .first = place.first,
                      .width = place.width};
  if (cursor_.kind() == JsonKind::list) return cells_.read_json(cursor_, tensor);
  if (place.width == 1) return cells_.read_json_scalar(cursor_, tensor);
  return members_.refuse(pointer, "a list of " + counted(place.width, "value"));
}

void GenerateReader::Body::finish() {
  request_.timeout = parameters_.timeout;
  request_.priority = parameters_.priority;
  for (const OutputTensor& output : target_.tensors.outputs()) {
    request_.outputs[request_.output_count++] = {.method = output.method};
  }
  if (given_ == target_.rows.features.width() || !errors_.empty()) return;
  MissingNames missing("input");
  for (const InputTensor& input : target_.tensors.inputs()) {
    for (std::size_t f = input.first; f < input.first + input.width; ++f) {
      if (reader_.seen_[f] == reader_.stamp_) continue;
      const bool whole = !target_.rows.features.named();
      missing.add(whole ? input.name : target_.rows.features[f].name);
      if (whole) break;
    }
  }
  members_.report("", missing.told());
}

core::Result<void, Problem> GenerateReader::read(std::string_view json, const InferTarget& target,
                                                 InferRequest& request) {
  return read_whole(json, target, request,
                    [&](JsonCursor& cursor) { return Body(*this, cursor, json.size(), target, request); });
}

}  // namespace pelton::codec::v2
