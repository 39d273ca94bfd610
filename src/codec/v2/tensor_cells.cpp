#include "codec/v2/tensor_cells.hpp"

#include <algorithm>
#include <cassert>
#include <cmath>
#include <limits>

#include "codec/v2/exact_integer.hpp"

namespace pelton::codec::v2 {

namespace {

std::string shortest(double value) {
  core::TextBuffer text;
  core::append_json_number(text, value);
  return std::string(text.view());
}

int digits_of(Datatype type) noexcept {
  switch (type) {
    case Datatype::fp16: return 11;
    case Datatype::bf16: return 8;
    case Datatype::fp32: return std::numeric_limits<float>::digits;
    default: return std::numeric_limits<double>::digits;
  }
}

template <class Fit>
std::optional<std::string> take(core::Result<double, std::string> found, Fit& cell) {
  if (!found) return std::move(found).error();
  cell = *found;
  return std::nullopt;
}

}  // namespace

void TensorCells::begin(const Tensor& tensor) {
  assert(tensor.first_row + tensor.rows <= target_.rows.rows() &&
         tensor.first + tensor.width <= target_.features.width());
  tensor_ = &tensor;
  cells_ = target_.rows.view().data + tensor.first_row * target_.rows.cols() + tensor.first;
  range_ = range_of(tensor.datatype);
  nested_ = false;
  fit_ = Fit::odd;
  if (tensor.datatype == Datatype::fp64) fit_ = Fit::any;
  if (tensor.datatype == Datatype::fp32) fit_ = Fit::to_float;
  if (range_.whole && tensor.datatype != Datatype::boolean) {
    fit_ = Fit::whole;
    range_.lowest = std::max(range_.lowest, -kGreatestWhole);
    range_.highest = std::min(range_.highest, kGreatestWhole);
  }
}

double& TensorCells::cell(std::size_t element) noexcept {
  return cells_[element / tensor_->width * target_.rows.cols() + element % tensor_->width];
}

const model::Feature& TensorCells::feature(std::size_t element) const noexcept {
  return target_.features[tensor_->first + element % tensor_->width];
}

// What an element may be

/// A number that has its datatype's precision already. `literal` is how it was sent as an integer, if it was.
std::optional<std::string> TensorCells::put_number(std::size_t element, double value, std::string_view literal) {
  const model::Feature& wanted = feature(element);
  double& to = cell(element);
  to = value;
  if (!numbers_are_names(wanted) || !std::isfinite(value)) return misfit(wanted, value);
  return take(literal.empty() ? category_of_value(wanted, value, digits_of(tensor_->datatype))
                              : category_of_literal(wanted, literal),
              to);
}

std::optional<std::string> TensorCells::put_text(std::size_t element, std::string_view text) {
  const model::Feature& wanted = feature(element);
  if (wanted.is_text()) {
    cell(element) = target_.rows.put_text(text);
    return std::nullopt;
  }
  if (wanted.categories != nullptr) return take(category_number(wanted, text), cell(element));
  return std::string("expected ").append(noun_of(wanted)).append(", got text");
}

std::optional<std::string> TensorCells::put_missing(std::size_t element) {
  const model::Feature& wanted = feature(element);
  constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();
  cell(element) = wanted.is_text() ? target_.rows.put_text({}) : kMissing;
  return misfit(wanted, kMissing);
}

// JSON

bool TensorCells::read_json(JsonCursor& cursor, const Tensor& tensor) {
  begin(tensor);
  if (const JsonKind kind = cursor.kind(); kind != JsonKind::list) {
    if (!cursor.skip_value()) return false;
    report_tensor("expected a list of elements, got " + std::string(describe(kind)));
    return true;
  }
  if (!cursor.enter()) return false;
  nested_ = cursor.peek() == '[' && tensor.shape.size() > 1;
  return read_list(cursor, 0, 0, tensor.rows * tensor.width);
}

bool TensorCells::read_json_scalar(JsonCursor& cursor, const Tensor& tensor) {
  begin(tensor);
  return read_element(cursor, 0);
}

/// The elements [begin, end) of the tensor, from the list at `depth` that was just entered. As deep as the
/// shape is long at most.
bool TensorCells::read_list(JsonCursor& cursor, std::size_t depth, std::size_t begin, std::size_t end) {
  if (!nested_ || depth + 1 == tensor_->shape.size()) return read_elements(cursor, begin, end);
  const std::size_t lists = tensor_->shape[depth];
  const std::size_t each = (end - begin) / lists;
  std::size_t count = 0;
  bool more = !cursor.leave_if(']');
  while (more) {
    const bool wanted = count < lists && cursor.peek() == '[';
    if (wanted) {
      if (!cursor.enter() || !read_list(cursor, depth + 1, begin + count * each, begin + (count + 1) * each)) {
        return false;
      }
    } else {
      const JsonKind kind = cursor.kind();
      if (!cursor.skip_value()) return false;
      if (count < lists) report(begin + count * each, "expected a list, got " + std::string(describe(kind)));
    }
    ++count;
    const JsonCursor::Next next = cursor.next(']');
    if (next == JsonCursor::Next::failed) return false;
    more = next == JsonCursor::Next::more;
  }
  if (count != lists) [[unlikely]] {
    report_count(depth, begin, lists, count);
  }
  return true;
}

bool TensorCells::read_elements(JsonCursor& cursor, std::size_t begin, std::size_t end) {
  std::size_t at = begin;
  bool more = !cursor.leave_if(']');
  while (more) {
    if (at < end) [[likely]] {
      switch (fit_) {
        case Fit::any: at += read_run<Fit::any>(cursor, at, end); break;
        case Fit::to_float: at += read_run<Fit::to_float>(cursor, at, end); break;
        case Fit::whole: at += read_run<Fit::whole>(cursor, at, end); break;
        case Fit::odd: break;
      }
      if (!read_element(cursor, at)) return false;
    } else if (!cursor.skip_value()) {
      return false;
    }
    ++at;
    const JsonCursor::Next next = cursor.next(']');
    if (next == JsonCursor::Next::failed) return false;
    more = next == JsonCursor::Next::more;
  }
  if (at != end) [[unlikely]] {
    report_count(nested_ ? tensor_->shape.size() - 1 : 0, begin, end - begin, at - begin);
  }
  return true;
}

/// The run of plain numbers at hand, each with a comma behind it; how many.
template <TensorCells::Fit fit>
inline std::size_t TensorCells::read_run(JsonCursor& cursor, std::size_t at, std::size_t end) {
  const char* p = cursor.position();
  const char* const last = cursor.end();
  const std::size_t begin = at;
  const std::size_t width = tensor_->width;
  std::size_t column = at % width;
  double* row = cells_ + at / width * target_.rows.cols();
  // The list's last element has no comma behind it: it is left.
  while (at + 1 < end && p < last && may_begin_number(*p)) {
    const ScannedNumber number = scan_number(p, last);
    const double value = fit == Fit::to_float ? static_cast<double>(static_cast<float>(number.value)) : number.value;
    bool taken = number.fault == NumberFault::none && number.end < last && *number.end == ',' &&
                 std::fabs(value) <= target_.features.unseen_limit(tensor_->first + column);
    if (fit == Fit::whole) {
      taken = taken && value >= range_.lowest && value <= range_.highest && value == std::trunc(value);
    }
    if (!taken) [[unlikely]] {
      break;
    }
    row[column] = value;
    p = number.end + 1;
    if (p < last && *p == ' ') ++p;
    ++at;
    if (++column == width) {
      column = 0;
      row += target_.rows.cols();
    }
  }
  cursor.move_to(p);
  return at - begin;
}

inline bool TensorCells::read_element(JsonCursor& cursor, std::size_t element) {
  if (fit_ <= Fit::to_float && may_begin_number(cursor.peek())) [[likely]] {
    const ScannedNumber number = scan_number(cursor.position(), cursor.end());
    const double value = fit_ == Fit::to_float ? static_cast<double>(static_cast<float>(number.value)) : number.value;
    const std::size_t of = tensor_->first + element % tensor_->width;
    if (number.fault == NumberFault::none && std::fabs(value) <= target_.features.unseen_limit(of)) [[likely]] {
      cursor.move_to(number.end);
      cell(element) = value;
      return true;
    }
  }
  return read_odd_element(cursor, element);
}

[[gnu::noinline]] bool TensorCells::read_odd_element(JsonCursor& cursor, std::size_t element) {
  const Datatype type = tensor_->datatype;
  const JsonKind kind = cursor.kind();
  std::optional<std::string> complaint;
  cell(element) = 0;
  switch (kind) {
    case JsonKind::number:
      if (!read_number(cursor, element, complaint)) return false;
      break;
    case JsonKind::null:
    case JsonKind::nan:
      if (!cursor.read_word(kind == JsonKind::null ? "null" : "NaN")) return false;
      complaint = is_floating(type) || (type == Datatype::bytes && kind == JsonKind::null) ? put_missing(element)
                                                                                           : refuse_kind(kind);
      break;
    case JsonKind::infinity:
      if (!cursor.read_word(cursor.peek() == '-' ? "-Infinity" : "Infinity")) return false;
      complaint =
          is_floating(type) ? misfit(feature(element), std::numeric_limits<double>::infinity()) : refuse_kind(kind);
      break;
    case JsonKind::boolean: {
      const bool value = cursor.peek() == 't';
      if (!cursor.read_word(value ? "true" : "false")) return false;
      complaint = type == Datatype::boolean ? put_number(element, value ? 1 : 0, {}) : refuse_kind(kind);
      break;
    }
    case JsonKind::string: {
      std::string_view text;
      if (!cursor.read_string(text, scratch_)) return false;
      complaint = type == Datatype::bytes ? put_text(element, text) : refuse_kind(kind);
      break;
    }
    default:
      if (!cursor.skip_value()) return false;
      complaint = refuse_kind(kind);
      break;
  }
  if (complaint) report(element, std::move(*complaint));
  return true;
}

bool TensorCells::read_number(JsonCursor& cursor, std::size_t element, std::optional<std::string>& complaint) {
  const Datatype type = tensor_->datatype;
  const char* const first = cursor.position();
  double value = 0;
  bool in_range = true;
  if (!cursor.read_number(value, in_range)) return false;
  const std::string_view literal(first, static_cast<std::size_t>(cursor.position() - first));
  if (type == Datatype::bytes) {
    complaint = refuse_kind(JsonKind::number);
  } else if (!in_range) {
    complaint = "the number is out of range: beyond any 64-bit float";
  } else if (range_.whole) {
    const NumberRange range = range_of(type);
    if (value != std::trunc(value)) {
      complaint = "expected " + std::string(type == Datatype::boolean ? "true or false" : "an integer") + " (" +
                  std::string(to_string(type)) + "), got " + std::string(shortened(literal));
    } else if (value < range.lowest || value > range.highest) {
      complaint = std::string(shortened(literal)) + " is out of range for " + std::string(to_string(type));
    } else if (std::fabs(value) > kGreatestWhole && !numbers_are_names(feature(element)) && !spells(literal, value)) {
      complaint = std::string(shortened(literal)) + " is out of range: rows hold integers exactly up to 2^53";
    } else {
      complaint = put_number(element, value, literal);
    }
  } else {
    const double rounded = rounded_to(type, value);
    complaint = std::isinf(rounded) ? shortest(value) + " is out of range for " + std::string(to_string(type))
                                    : put_number(element, rounded, {});
  }
  return true;
}

/// What is wrong with a value of that kind for the datatype.
std::optional<std::string> TensorCells::refuse_kind(JsonKind kind) const {
  const Datatype type = tensor_->datatype;
  std::string complaint = "expected ";
  complaint += type == Datatype::bytes     ? "text"
               : type == Datatype::boolean ? "true or false"
               : range_.whole              ? "an integer"
                                           : "a number";
  return complaint.append(" (").append(to_string(type)).append("), got ").append(describe(kind));
}

// Where things stand

void TensorCells::append_place(std::string& pointer, std::size_t element, std::size_t depth) const {
  if (tensor_->at.empty()) return;
  if (!nested_) {
    if (depth != 0) append_pointer(pointer, element);
    return;
  }
  std::size_t each = tensor_->rows * tensor_->width;
  for (std::size_t d = 0; d < depth; ++d) {
    each /= tensor_->shape[d];
    append_pointer(pointer, element / each);
    element %= each;
  }
}

std::string TensorCells::told_place(std::size_t element) const {
  std::string place = "input " + in_quotes(tensor_->name);
  if (tensor_->width > 1 && target_.features.named()) {
    place.append(", feature ").append(in_quotes(feature(element).name));
  }
  if (tensor_->at.empty()) place.append(", element ").append(std::to_string(element));
  return place.append(": ");
}

void TensorCells::report(std::size_t element, std::string complaint) {
  errors_.report([&] {
    std::string pointer(tensor_->at);
    append_place(pointer, element, tensor_->shape.size());
    return FieldError{std::move(pointer), told_place(element) + complaint};
  });
}

void TensorCells::report_count(std::size_t depth, std::size_t begin, std::size_t wanted, std::size_t got) {
  errors_.report([&] {
    std::string pointer(tensor_->at);
    if (nested_) append_place(pointer, begin, depth);
    return FieldError{std::move(pointer), "input " + in_quotes(tensor_->name) + ": the shape tells of " +
                                              counted(wanted, "element") + " here, the data hold " +
                                              std::to_string(got)};
  });
}

void TensorCells::report_tensor(std::string complaint) {
  errors_.report([&] {
    return FieldError{std::string(tensor_->at), "input " + in_quotes(tensor_->name) + ": " + complaint};
  });
}

}  // namespace pelton::codec::v2
