// Elements as bytes.
#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstring>
#include <iterator>
#include <limits>

#include "codec/v2/exact_integer.hpp"
#include "codec/v2/tensor_cells.hpp"
#include "core/utf8.hpp"

namespace pelton::codec::v2 {

namespace {

template <class Element>
Element load(const char* bytes) noexcept {
  Element value;
  std::memcpy(&value, bytes, sizeof value);
  return value;
}

}  // namespace

void TensorCells::read_binary(std::string_view bytes, const Tensor& tensor) {
  begin(tensor);
  if (tensor.datatype == Datatype::bytes) return read_texts(bytes);
  const std::size_t wanted = tensor.rows * tensor.width * size_of(tensor.datatype);
  if (bytes.size() != wanted) {
    return report_tensor("the shape and " + std::string(to_string(tensor.datatype)) + " make " +
                         counted(wanted, "byte") + ", the data have " + std::to_string(bytes.size()));
  }
  const auto plain = [](auto value) noexcept { return static_cast<double>(value); };
  switch (tensor.datatype) {
    case Datatype::boolean:
    case Datatype::uint8: return widen<std::uint8_t>(bytes, plain);
    case Datatype::uint16: return widen<std::uint16_t>(bytes, plain);
    case Datatype::uint32: return widen<std::uint32_t>(bytes, plain);
    case Datatype::uint64: return widen<std::uint64_t>(bytes, plain);
    case Datatype::int8: return widen<std::int8_t>(bytes, plain);
    case Datatype::int16: return widen<std::int16_t>(bytes, plain);
    case Datatype::int32: return widen<std::int32_t>(bytes, plain);
    case Datatype::int64: return widen<std::int64_t>(bytes, plain);
    case Datatype::fp16: return widen<std::uint16_t>(bytes, from_fp16);
    case Datatype::bf16: return widen<std::uint16_t>(bytes, from_bf16);
    case Datatype::fp32: return widen<float>(bytes, plain);
    case Datatype::fp64: return widen<double>(bytes, plain);
    case Datatype::bytes: break;
  }
}

/// Every element as a double, row by row; those that need a look are looked at.
template <class Element, class Widen>
void TensorCells::widen(std::string_view bytes, Widen&& to_double) {
  const std::size_t width = tensor_->width;
  const FeatureTable& features = target_.features;
  // Of whole numbers beyond this a double may stand for several, and a byte of a BOOL is 0 or 1.
  const double most = range_.whole ? std::min(range_.highest, kGreatestWhole) : range_.highest;
  const char* from = bytes.data();
  double* row = cells_;
  for (std::size_t r = 0; r < tensor_->rows; ++r, row += target_.rows.cols(), from += width * sizeof(Element)) {
    bool odd = false;
    for (std::size_t c = 0; c < width; ++c) {
      const double value = to_double(load<Element>(from + c * sizeof(Element)));
      row[c] = value;
      odd |= !(std::fabs(value) <= std::min(features.unseen_limit(tensor_->first + c), most));
    }
    if (!odd) [[likely]] {
      continue;
    }
    for (std::size_t c = 0; c < width; ++c) {
      if (!(std::fabs(row[c]) <= std::min(features.unseen_limit(tensor_->first + c), most))) {
        check_odd(r * width + c, from + c * sizeof(Element));
      }
    }
  }
}

[[gnu::noinline]] void TensorCells::check_odd(std::size_t element, const char* bytes) {
  if (auto complaint = settle_bytes(element, bytes)) report(element, std::move(*complaint));
}

std::optional<std::string> TensorCells::settle_bytes(std::size_t element, const char* bytes) {
  const double value = cell(element);
  if (!range_.whole) return std::isnan(value) ? put_missing(element) : put_number(element, value, {});
  if (tensor_->datatype == Datatype::boolean && value > 1) {
    return "expected a byte 0 or 1 (BOOL), got " + std::to_string(static_cast<int>(value));
  }
  char literal[std::numeric_limits<std::uint64_t>::digits10 + 2];
  const char* end;
  if (tensor_->datatype == Datatype::uint64) {
    end = std::to_chars(std::begin(literal), std::end(literal), load<std::uint64_t>(bytes)).ptr;
  } else if (tensor_->datatype == Datatype::int64) {
    end = std::to_chars(std::begin(literal), std::end(literal), load<std::int64_t>(bytes)).ptr;
  } else {
    end = std::to_chars(std::begin(literal), std::end(literal), static_cast<std::int64_t>(value)).ptr;
  }
  const std::string_view spelled(literal, static_cast<std::size_t>(end - literal));
  if (!numbers_are_names(feature(element)) && std::fabs(value) > kGreatestWhole && !spells(spelled, value)) {
    return std::string(spelled) + " is out of range: rows hold integers exactly up to 2^53";
  }
  return put_number(element, value, spelled);
}

void TensorCells::read_texts(std::string_view bytes) {
  const std::size_t elements = tensor_->rows * tensor_->width;
  for (std::size_t element = 0; element < elements; ++element) {
    constexpr std::size_t kLength = sizeof(std::uint32_t);
    const std::size_t length = bytes.size() < kLength ? 0 : load<std::uint32_t>(bytes.data());
    if (bytes.size() < kLength || length > bytes.size() - kLength) {
      return report_tensor("the data end within element " + std::to_string(element) + " of " +
                           std::to_string(elements) + "; each BYTES element is its length in 32 bits and the bytes");
    }
    const std::string_view text = bytes.substr(kLength, length);
    bytes.remove_prefix(kLength + length);
    auto complaint = core::is_utf8(text) ? put_text(element, text) : "expected text in UTF-8";
    if (complaint) report(element, std::move(*complaint));
  }
  if (!bytes.empty()) report_tensor(counted(bytes.size(), "byte") + " follow the last element");
}

void TensorCells::read_text(std::string_view bytes, const Tensor& tensor) {
  begin(tensor);
  auto complaint = core::is_utf8(bytes) ? put_text(0, bytes) : "expected text in UTF-8";
  if (complaint) report(0, std::move(*complaint));
}

}  // namespace pelton::codec::v2
