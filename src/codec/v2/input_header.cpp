#include "codec/v2/input_header.hpp"

#include <algorithm>

#include "codec/v2/request_parameters.hpp"
#include "codec/v2/short_pointer.hpp"

namespace pelton::codec::v2 {

namespace {

constexpr std::array<std::size_t, 1> kOneValue{1};

std::string list_of(std::span<const std::size_t> shape, std::string text = "[") {
  for (std::size_t i = 0; i < shape.size(); ++i) {
    text.append(text.back() == '[' ? "" : ", ").append(std::to_string(shape[i]));
  }
  return text += ']';
}

const std::vector<std::string>& member_names() {
  static const std::vector<std::string> names{"name", "shape", "datatype", "parameters", "data"};
  return names;
}

}  // namespace

void InputHeader::report(MemberReader& members, std::string_view member, std::string_view detail) const {
  members.report(ShortPointer("/inputs/", number_, member).view(), detail);
}

std::string InputHeader::told() const {
  return "input " + in_quotes(name_.empty() ? std::string_view(sent_name_.data(), sent_size_) : name_) + ": ";
}

bool InputHeader::once(Member member, MemberReader& members) {
  if (!has(member)) {
    seen_ |= member;
    return true;
  }
  report(members, "", told() + "a member is given twice");
  return false;
}

bool InputHeader::read_member(std::string_view name, MemberReader& members, JsonCursor& cursor) {
  const auto skip_again = [&](Member member) { return !once(member, members); };
  if (name == "name") return skip_again(kName) ? cursor.skip_value() : read_name(members, cursor);
  if (name == "shape") return skip_again(kShape) ? cursor.skip_value() : read_shape(members, cursor);
  if (name == "datatype") return skip_again(kDatatype) ? cursor.skip_value() : read_datatype(members, cursor);
  if (name == "parameters") {
    return skip_again(kParameters) ? cursor.skip_value() : members.skip_null() || read_parameters(members);
  }
  if (const std::string meant = members.suggestion(name, member_names()); !meant.empty()) {
    report(members, "", "unknown member " + in_quotes(name) + meant);
  }
  return cursor.skip_value();
}

bool InputHeader::read_name(MemberReader& members, JsonCursor& cursor) {
  if (cursor.kind() != JsonKind::string) {
    wrong_ |= kName;
    return members.refuse(ShortPointer("/inputs/", number_, "/name").view(), "an input's name");
  }
  Parameter name;
  if (!members.read(name)) return false;
  sent_size_ = shortened(name.text.substr(0, sent_name_.size())).size();
  std::copy_n(name.text.data(), sent_size_, sent_name_.data());
  if (const InputTensor* input = tensors_.find_input(name.text, number_)) {
    take(*input);
  } else if (features_.named()) {
    const std::size_t feature = features_.find(name.text, number_);
    if (feature == features_.width()) return true;
    name_ = features_[feature].name;
    first_ = feature;
    width_ = 1;
    row_shape_ = kOneValue;
    declared_ = datatype_of(features_[feature].type);
  }
  return true;
}

void InputHeader::take(const InputTensor& input) noexcept {
  name_ = input.name;
  first_ = input.first;
  width_ = input.width;
  row_shape_ = input.shape;
  declared_ = input.datatype;
}

bool InputHeader::read_shape(MemberReader& members, JsonCursor& cursor) {
  const ShortPointer pointer("/inputs/", number_, "/shape");
  const auto wrong = [&](std::string_view detail) {
    if ((wrong_ & kShape) == 0) members.report(pointer.view(), detail);
    wrong_ |= kShape;
  };
  if (cursor.peek() != '[') {
    wrong_ |= kShape;
    return members.refuse(pointer.view(), "a list of dimensions such as [1, 4]");
  }
  if (!cursor.enter()) return false;
  bool more = !cursor.leave_if(']');
  while (more) {
    Parameter dimension;
    if (!members.read(dimension)) return false;
    const auto count = dimension.count();
    if (!count) {
      wrong("expected whole numbers, got " + std::string(shortened(dimension.literal)));
    } else if (rank_ == kMostDimensions) {
      wrong("more than 8 dimensions");
    } else {
      shape_[rank_++] = *count;
    }
    const JsonCursor::Next next = cursor.next(']');
    if (next == JsonCursor::Next::failed) return false;
    more = next == JsonCursor::Next::more;
  }
  return true;
}

bool InputHeader::read_datatype(MemberReader& members, JsonCursor& cursor) {
  const ShortPointer pointer("/inputs/", number_, "/datatype");
  if (cursor.kind() != JsonKind::string) {
    wrong_ |= kDatatype;
    return members.refuse(pointer.view(), "a datatype such as \"FP64\"");
  }
  Parameter name;
  if (!members.read(name)) return false;
  if (const auto type = parse_datatype(name.text)) {
    datatype_ = *type;
  } else {
    wrong_ |= kDatatype;
    members.report(pointer.view(),
                   "unknown datatype " + in_quotes(name.text) + "; there are " + std::string(datatype_names()));
  }
  return true;
}

bool InputHeader::read_parameters(MemberReader& members) {
  const ShortPointer pointer("/inputs/", number_, "/parameters");
  return members.each(pointer.view(), "an object of parameters", [&](std::string_view name) {
    // What it is has to be known before the value is read, which may overwrite the name.
    const bool is_size = name == "binary_data_size";
    const bool is_content = name == "content_type";
    const bool is_shared = is_shared_memory(name);
    Parameter value;
    if (!members.read(value)) return false;
    if (is_shared) report(members, "/parameters", kNoSharedMemory);
    if (is_content && value.kind == JsonKind::string && value.text == "base64") {
      report(members, "/parameters/content_type", "base64 is not decoded; send the text as it is");
    }
    if (is_size) {
      if (const auto size = value.count()) {
        binary_size = *size;
      } else {
        report(members, "/parameters/binary_data_size", "expected a number of bytes");
      }
    }
    return true;
  });
}

bool InputHeader::check_complete(MemberReader& members) const {
  bool whole = true;
  for (const auto& [member, name] : {std::pair{kName, "name"}, {kShape, "shape"}, {kDatatype, "datatype"}}) {
    if (!has(member)) report(members, "", "the member \"" + std::string(name) + "\" is missing");
    whole = whole && has(member) && (wrong_ & member) == 0;
  }
  return whole;
}

bool InputHeader::check_datatype(MemberReader& members) const {
  if ((datatype_ == Datatype::bytes) == (declared_ == Datatype::bytes)) return true;
  for (std::size_t f = first_; f < first_ + width_; ++f) {
    const model::Feature& feature = features_[f];
    const bool takes_text = feature.is_text() || feature.categories != nullptr;
    const bool takes_numbers = !feature.is_text() && !feature.is_word();
    if (datatype_ == Datatype::bytes ? takes_text : takes_numbers) return true;
  }
  report(members, "/datatype",
         told() + "expected " + std::string(to_string(declared_)) + ", got " + std::string(to_string(datatype_)));
  return false;
}

bool InputHeader::check_shape(MemberReader& members) const {
  const auto row = shape().subspan(std::min<std::size_t>(rank_, 1));
  const bool fits = rank_ == 1 ? width_ == 1
                    : rank_ == 2
                        ? row[0] == width_
                        : rank_ > 2 && std::equal(row.begin(), row.end(), row_shape_.begin(), row_shape_.end());
  if (!fits) {
    report(members, "/shape", told() + "expected " + list_of(row_shape_, "[rows") + ", got " + list_of(shape()));
  } else if (rows() == 0) {
    report(members, "/shape", told() + "expected at least one row");
  } else {
    return true;
  }
  return false;
}

void InputHeader::report_unknown(MemberReader& members) const {
  const std::string_view sent(sent_name_.data(), sent_size_);
  std::string meant = members.suggestion(sent, tensors_.suggested_inputs());
  if (meant.empty() && features_.named()) meant = features_.suggestion(sent);
  report(members, "/name", "unknown input " + in_quotes(sent) + meant);
}

}  // namespace pelton::codec::v2
