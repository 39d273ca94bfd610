#include "codec/v2/infer_reader.hpp"

#include <algorithm>
#include <new>
#include <optional>

#include "codec/json_rows.hpp"
#include "codec/missing_names.hpp"
#include "codec/rows_mark.hpp"
#include "codec/v2/input_header.hpp"
#include "codec/v2/output_wishes.hpp"
#include "codec/v2/parameters.hpp"
#include "codec/v2/request_parameters.hpp"
#include "codec/v2/short_pointer.hpp"
#include "codec/v2/tensor_cells.hpp"
#include "codec/v2/whole_request.hpp"

namespace pelton::codec::v2 {

namespace {

constexpr std::size_t kLongestId = 256;

const std::vector<std::string>& member_names() {
  static const std::vector<std::string> names{"id", "parameters", "inputs", "outputs"};
  return names;
}

ShortPointer pointer_to(std::size_t number, std::string_view member = {}) noexcept {
  return ShortPointer("/inputs/", number, member);
}

}  // namespace

/// One request in hand.
class InferReader::Body {
 public:
  Body(InferReader& reader, JsonCursor& cursor, std::string_view bytes, std::size_t body_size,
       const InferTarget& target, InferRequest& request)
      : reader_(reader),
        cursor_(cursor),
        bytes_(bytes),
        body_size_(body_size),
        target_(target),
        request_(request),
        members_(cursor, reader.name_, errors_),
        cells_(target.rows, reader.name_, errors_),
        wishes_(target.tensors, members_, cursor) {}

  /// The whole request; false if it is malformed or brings too many rows.
  bool read();

  FieldErrors& errors() noexcept { return errors_; }
  bool too_many() const noexcept { return too_many_; }

 private:
  enum Member : unsigned { kId = 1, kParameters = 2, kInputs = 4, kOutputs = 8 };

  bool read_member(std::string_view name);
  bool once(Member member, std::string_view pointer);
  bool read_id();
  bool read_inputs();
  bool read_input();
  bool read_data(InputHeader& header, Tensor& tensor);
  void read_pending();

  bool settle(InputHeader& header, Tensor& tensor);
  bool find(InputHeader& header);
  bool claim(const InputHeader& header);
  bool agree_on_rows(const InputHeader& header);
  void finish_inputs();

  InferReader& reader_;
  JsonCursor& cursor_;
  std::string_view bytes_;
  std::size_t body_size_;
  const InferTarget& target_;
  InferRequest& request_;
  FieldErrors errors_;
  MemberReader members_;
  TensorCells cells_;
  OutputWishes wishes_;
  RequestParameters parameters_;
  unsigned seen_ = 0;
  std::size_t inputs_ = 0;
  std::size_t given_ = 0;      ///< features
  bool made_up_name_ = false;  ///< an input of a name that the model does not have was taken for its only one
  std::string_view rows_by_;   ///< the input that told the number of rows
  bool appended_ = false;
  bool too_many_ = false;
};

bool InferReader::Body::read() {
  cursor_.take_extensions();
  if (++reader_.stamp_ == 0) {
    std::fill(reader_.seen_.begin(), reader_.seen_.end(), 0U);
    reader_.stamp_ = 1;
  }
  reader_.pending_.clear();
  if (!members_.each(
          "", "an object such as {\"inputs\":[{\"name\":…,\"shape\":[1,2],\"datatype\":\"FP64\",\"data\":[2,3]}]}",
          [&](std::string_view name) { return read_member(name); })) {
    return false;
  }
  if (!cursor_.finish()) return false;
  read_pending();
  finish_inputs();
  wishes_.finish(parameters_.binary_output, request_);
  request_.timeout = parameters_.timeout;
  request_.priority = parameters_.priority;
  return true;
}

bool InferReader::Body::once(Member member, std::string_view pointer) {
  if ((seen_ & member) != 0) {
    members_.report(pointer, "the name is given twice");
    return false;
  }
  seen_ |= member;
  return true;
}

bool InferReader::Body::read_member(std::string_view name) {
  if (name == "inputs") return once(kInputs, "/inputs") ? read_inputs() : cursor_.skip_value();
  if (name == "id") return once(kId, "/id") ? read_id() : cursor_.skip_value();
  if (name == "outputs") {
    return once(kOutputs, "/outputs") ? members_.skip_null() || wishes_.read() : cursor_.skip_value();
  }
  if (name == "parameters") {
    return once(kParameters, "/parameters") ? members_.skip_null() || parameters_.read(members_) : cursor_.skip_value();
  }
  // Other servers pass over what they do not know; what is one letter away from a member is a mistake.
  if (const std::string meant = members_.suggestion(name, member_names()); !meant.empty()) {
    std::string pointer;
    append_pointer(pointer, name);
    members_.report(pointer, "unknown member " + in_quotes(name) + meant);
  }
  return cursor_.skip_value();
}

bool InferReader::Body::read_id() {
  Parameter id;
  if (!members_.read(id)) return false;
  const bool whole =
      id.kind == JsonKind::number && id.literal.find_first_not_of("0123456789") == std::string_view::npos;
  if (id.kind == JsonKind::null) return true;
  if (id.kind != JsonKind::string && !whole) {
    members_.report("/id", "expected a string or an integer, got " + std::string(describe(id.kind)));
  } else if (id.literal.size() > kLongestId) {
    members_.report("/id", "longer than 256 bytes");
  } else {
    request_.id = id.literal;
  }
  return true;
}

bool InferReader::Body::read_inputs() {
  if (cursor_.peek() != '[') return members_.refuse("/inputs", "a list of input tensors");
  if (!cursor_.enter()) return false;
  bool more = !cursor_.leave_if(']');
  while (more) {
    if (!read_input()) return false;
    ++inputs_;
    const JsonCursor::Next next = cursor_.next(']');
    if (next == JsonCursor::Next::failed) return false;
    more = next == JsonCursor::Next::more;
  }
  return true;
}

bool InferReader::Body::read_input() {
  InputHeader header(inputs_, target_.tensors, target_.rows.features);
  Tensor tensor;
  bool settled = false;
  std::optional<JsonCursor> data;  // where they begin, if they came before what is needed to read them
  const bool read =
      members_.each(pointer_to(inputs_).view(), "an input tensor (an object)", [&](std::string_view name) {
        if (name != "data") return header.read_member(name, members_, cursor_);
        if (!header.once(InputHeader::kData, members_)) return cursor_.skip_value();
        if (!header.complete()) {
          data = cursor_;
          return cursor_.skip_value();
        }
        settled = true;
        return settle(header, tensor) ? read_data(header, tensor) : !too_many_ && cursor_.skip_value();
      });
  if (!read) return false;
  if (!settled && !settle(header, tensor)) {
    if (too_many_) return false;
    if (header.binary_size) {
      reader_.pending_.push_back({{}, Datatype::bytes, inputs_, 0, 0, 0, *header.binary_size});
    }
    return true;
  }
  if (header.binary_size) {
    if (header.has(InputHeader::kData)) {
      members_.report(pointer_to(inputs_).view(), header.told() + "has both data and a binary_data_size");
    }
    reader_.pending_.push_back(
        {tensor.name, tensor.datatype, inputs_, tensor.rows, tensor.first, tensor.width, *header.binary_size});
  } else if (data) {
    const JsonCursor behind = cursor_;
    cursor_ = *data;
    if (!read_data(header, tensor)) return false;
    cursor_ = behind;
  } else if (!header.has(InputHeader::kData)) {
    members_.report(pointer_to(inputs_).view(), header.told() + "the member \"data\" is missing");
  }
  return true;
}

bool InferReader::Body::read_data(InputHeader& header, Tensor& tensor) {
  const ShortPointer pointer = pointer_to(inputs_, "/data");
  tensor.at = pointer.view();
  tensor.shape = header.shape();
  return cells_.read_json(cursor_, tensor);
}

/// Finds out what a tensor is for and where its elements go; false if they go nowhere.
bool InferReader::Body::settle(InputHeader& header, Tensor& tensor) {
  if (!header.check_complete(members_) || !find(header) || !header.check_datatype(members_) ||
      !header.check_shape(members_) || !agree_on_rows(header) || !claim(header)) {
    return false;
  }
  tensor = {.name = header.name(),
            .at = {},
            .datatype = header.datatype(),
            .shape = {},
            .first_row = request_.first_row,
            .rows = request_.rows,
            .first = header.first(),
            .width = header.width()};
  return true;
}

bool InferReader::Body::find(InputHeader& header) {
  if (header.found()) return true;
  const bool only = target_.tensors.inputs().size() == 1 && inputs_ == 0;
  if (!only) return header.report_unknown(members_), false;
  made_up_name_ = true;
  header.take_only_input();
  return true;
}

/// The first input tells how many rows there are, and the others have as many.
bool InferReader::Body::agree_on_rows(const InputHeader& header) {
  if (!rows_by_.empty()) {
    if (header.rows() == request_.rows) return appended_;
    members_.report(pointer_to(inputs_, "/shape").view(), header.told() + "has " + counted(header.rows(), "row") +
                                                              ", input " + in_quotes(rows_by_) + " has " +
                                                              std::to_string(request_.rows));
    return false;
  }
  if (header.rows() > target_.rows.limits.max_rows) {
    too_many_ = true;
    return false;
  }
  rows_by_ = header.name();
  request_.rows = header.rows();
  // A byte an element at least: no more memory than what was sent can account for.
  if (request_.rows > body_size_ / std::max<std::size_t>(target_.rows.features.width(), 1)) {
    members_.report(
        pointer_to(inputs_, "/shape").view(),
        header.told() + "the shape tells of " + counted(request_.rows, "row") + ", more than the body holds");
    return false;
  }
  target_.rows.rows.append_rows(request_.rows);
  appended_ = true;
  return true;
}

/// Notes the features that the input gives; false if one was given before.
bool InferReader::Body::claim(const InputHeader& header) {
  std::vector<std::uint32_t>& seen = reader_.seen_;
  if (seen.size() < target_.rows.features.width()) seen.resize(target_.rows.features.width());
  for (std::size_t f = header.first(); f < header.first() + header.width(); ++f) {
    if (seen[f] == reader_.stamp_) {
      members_.report(pointer_to(inputs_).view(), header.told() + "is given twice");
      return false;
    }
  }
  std::fill_n(seen.begin() + static_cast<std::ptrdiff_t>(header.first()), header.width(), reader_.stamp_);
  given_ += header.width();
  return true;
}

void InferReader::Body::read_pending() {
  for (const Pending& pending : reader_.pending_) {
    if (pending.bytes > bytes_.size()) {
      members_.report(pointer_to(pending.number, "/parameters/binary_data_size").view(),
                      bytes_.empty()
                          ? "no bytes are left behind the JSON: see the header Inference-Header-Content-Length"
                          : "only " + counted(bytes_.size(), "byte") + " are left behind the JSON");
      return;
    }
    const std::string_view own = bytes_.substr(0, pending.bytes);
    bytes_.remove_prefix(pending.bytes);
    if (pending.rows == 0) continue;
    cells_.read_binary(own, {.name = pending.name,
                             .at = {},
                             .datatype = pending.datatype,
                             .shape = {},
                             .first_row = request_.first_row,
                             .rows = pending.rows,
                             .first = pending.first,
                             .width = pending.width});
  }
  if (!bytes_.empty()) {
    members_.report("", counted(bytes_.size(), "byte") + " behind the JSON belong to no input");
  }
}

void InferReader::Body::finish_inputs() {
  if ((seen_ & kInputs) == 0) {
    if (errors_.empty()) members_.report("", "the member \"inputs\" is missing: the list of input tensors");
    return;
  }
  if (made_up_name_ && inputs_ > 1) {
    members_.report("/inputs", "the model has one input, " + in_quotes(target_.tensors.inputs().front().name));
  }
  const std::size_t width = target_.rows.features.width();
  if (given_ == width || !errors_.empty()) return;
  MissingNames missing("input");
  for (const InputTensor& input : target_.tensors.inputs()) {
    // A feature a piece may have been given of an input of several.
    for (std::size_t f = input.first; f < input.first + input.width; ++f) {
      if (f < reader_.seen_.size() && reader_.seen_[f] == reader_.stamp_) continue;
      const bool whole = given_ == 0 || input.width == 1 || !target_.rows.features.named();
      missing.add(whole ? input.name : target_.rows.features[f].name);
      if (whole) break;
    }
  }
  members_.report("/inputs", missing.told());
}

core::Result<void, Problem> InferReader::read(std::string_view json, std::string_view bytes, const InferTarget& target,
                                              InferRequest& request) {
  return read_whole(json, target, request, [&](JsonCursor& cursor) {
    return Body(*this, cursor, bytes, json.size() + bytes.size(), target, request);
  });
}

core::Result<void, Problem> InferReader::read_raw(std::string_view bytes, const InferTarget& target,
                                                  InferRequest& request) {
  RowsMark mark(target.rows.rows);
  request = {};
  request.first_row = mark.first_row();
  const auto refuse = [](std::string detail) {
    Problem problem;
    problem.detail = std::move(detail);
    return problem;
  };
  const std::vector<InputTensor>& inputs = target.tensors.inputs();
  if (inputs.size() != 1) {
    return refuse("a raw body is for models of one input; this one has " + std::to_string(inputs.size()));
  }
  const InputTensor& input = inputs.front();
  const std::size_t row_bytes = input.width * size_of(input.datatype);
  if (row_bytes == 0 && input.width != 1) return refuse("a raw body of BYTES is one element, and the input has more");
  if (row_bytes != 0 && (bytes.empty() || bytes.size() % row_bytes != 0)) {
    return refuse("the raw body is " + counted(bytes.size(), "byte") + " long, which is no whole number of rows of " +
                  std::to_string(row_bytes) + " bytes (" + counted(input.width, "value") + " of " +
                  std::string(to_string(input.datatype)) + ")");
  }
  request.rows = row_bytes == 0 ? 1 : bytes.size() / row_bytes;
  if (request.rows > target.rows.limits.max_rows) return too_many_rows(target.rows.limits);
  try {
    FieldErrors errors;
    target.rows.rows.append_rows(request.rows);
    const Tensor tensor{.name = input.name,
                        .at = {},
                        .datatype = input.datatype,
                        .shape = {},
                        .first_row = request.first_row,
                        .rows = request.rows,
                        .first = input.first,
                        .width = input.width};
    TensorCells cells(target.rows, name_, errors);
    row_bytes == 0 ? cells.read_text(bytes, tensor) : cells.read_binary(bytes, tensor);
    if (!errors.empty()) return errors.take_problem();
  } catch (const std::bad_alloc&) {
    return out_of_memory();
  }
  for (const OutputTensor& output : target.tensors.outputs()) {
    request.outputs[request.output_count++] = {.method = output.method, .binary = true};
  }
  mark.keep();
  return {};
}

}  // namespace pelton::codec::v2
