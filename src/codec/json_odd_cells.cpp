// Cells of rows in JSON that are no plain number.
#include <cmath>
#include <limits>

#include "codec/base64.hpp"
#include "codec/json_rows.hpp"
#include "core/utf8.hpp"

namespace pelton::codec {

namespace {

/// What has been found for a category: the value, or a complaint.
void settle(core::Result<double, std::string> found, double& value, std::optional<std::string>& complaint) {
  if (found) {
    value = *found;
  } else {
    complaint = std::move(found).error();
  }
}

}  // namespace

[[gnu::noinline]] bool JsonRows::read_odd_cell(std::size_t feature, double& value) {
  const model::Feature& wanted = features_[feature];
  const std::string_view noun = noun_of(wanted);
  const JsonKind kind = cursor_.kind();
  std::optional<std::string> complaint;
  value = std::numeric_limits<double>::quiet_NaN();
  switch (kind) {
    case JsonKind::number: {
      const char* const first = cursor_.position();
      bool in_range = true;
      if (!cursor_.read_number(value, in_range)) return false;
      if (numbers_are_names(wanted)) {
        const std::string_view literal(first, static_cast<std::size_t>(cursor_.position() - first));
        settle(category_of_literal(wanted, literal), value, complaint);
        break;
      }
      complaint = in_range || wanted.type == model::ElementType::string
                      ? misfit(wanted, value)
                      : "the number is out of range: beyond any 64-bit float";
      break;
    }
    case JsonKind::null:
    case JsonKind::nan:
      if (!cursor_.read_word(kind == JsonKind::null ? "null" : "NaN")) return false;
      complaint = misfit(wanted, value);
      break;
    case JsonKind::infinity:
      if (!cursor_.read_word(cursor_.peek() == '-' ? "-Infinity" : "Infinity")) return false;
      complaint = misfit(wanted, std::numeric_limits<double>::infinity());
      break;
    case JsonKind::boolean:
      value = cursor_.peek() == 't' ? 1 : 0;
      if (!cursor_.read_word(value != 0 ? "true" : "false")) return false;
      if (wanted.type != model::ElementType::boolean) {
        complaint = std::string("expected ").append(noun).append(", got a boolean");
      }
      break;
    case JsonKind::string:
      if (!read_string_cell(wanted, value, complaint)) return false;
      break;
    default:
      if (!read_wrapped_cell(feature, value, complaint)) return false;
      break;
  }
  if (wanted.is_text() && std::isnan(value)) value = target_.rows.put_text({});
  if (complaint) {
    errors_.report([&] { return FieldError{cell_pointer(feature), std::move(*complaint)}; });
  }
  return true;
}

bool JsonRows::read_string_cell(const model::Feature& wanted, double& value, std::optional<std::string>& complaint) {
  std::string_view text;
  if (!cursor_.read_string(text, scratch_.name)) return false;
  take_text(wanted, text, value, complaint);
  return true;
}

void JsonRows::take_text(const model::Feature& wanted, std::string_view text, double& value,
                         std::optional<std::string>& complaint) {
  if (wanted.is_text()) {
    value = target_.rows.put_text(text);
  } else if (wanted.categories != nullptr) {
    settle(category_number(wanted, text), value, complaint);
  } else {
    complaint = std::string("expected ").append(noun_of(wanted)).append(", got a string");
  }
}

bool JsonRows::read_wrapped_cell(std::size_t feature, double& value, std::optional<std::string>& complaint) {
  const model::Feature& wanted = features_[feature];
  const JsonKind kind = cursor_.kind();
  const bool taken = forms_.wrapped_values && !wrapped_;
  if (taken && kind == JsonKind::object) return read_base64_cell(wanted, value, complaint);
  if (!taken || kind != JsonKind::list || place_ == Place::position) {
    complaint = std::string("expected ").append(noun_of(wanted)).append(", got ").append(describe(kind));
    return cursor_.skip_value();
  }
  if (!cursor_.enter()) return false;
  std::size_t count = 0;
  for (bool more = !cursor_.leave_if(']'); more; ++count) {
    wrapped_ = true;
    const bool read = count == 0 ? read_cell(feature, value) : cursor_.skip_value();
    wrapped_ = false;
    if (!read) return false;
    const JsonCursor::Next next = cursor_.next(']');
    if (next == JsonCursor::Next::failed) return false;
    more = next == JsonCursor::Next::more;
  }
  if (count != 1) {
    complaint = std::string("expected ").append(noun_of(wanted)).append(", got a list of ");
    complaint->append(counted(count, "value"));
  }
  return true;
}

bool JsonRows::read_base64_cell(const model::Feature& wanted, double& value, std::optional<std::string>& complaint) {
  const JsonCursor start = cursor_;
  std::string_view text;
  if (!cursor_.enter()) return false;
  bool binary = cursor_.peek() == '"';
  if (binary) {
    std::string_view name;
    if (!cursor_.read_name(name, scratch_.name)) return false;
    binary = name == "b64" && cursor_.kind() == JsonKind::string;
    if (binary && !cursor_.read_string(text, scratch_.name)) return false;
    if (binary && !cursor_.leave_if('}')) {
      complaint = "nothing may stand beside \"b64\"";
      binary = false;
    }
  }
  if (!binary) {
    cursor_ = start;
    if (!complaint) complaint = std::string("expected ").append(noun_of(wanted)).append(", got an object");
    return cursor_.skip_value();
  }
  if (!wanted.is_text() && wanted.categories == nullptr) {
    complaint = std::string("expected ").append(noun_of(wanted)).append(", got binary data");
  } else if (!decode_base64(text, scratch_.decoded)) {
    complaint = "the data is not base64";
  } else if (!core::is_utf8(scratch_.decoded)) {
    complaint = "the text is not UTF-8";
  } else {
    take_text(wanted, scratch_.decoded, value, complaint);
  }
  return true;
}

}  // namespace pelton::codec
