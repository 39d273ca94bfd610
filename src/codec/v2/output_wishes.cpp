#include "codec/v2/output_wishes.hpp"

#include <algorithm>
#include <limits>
#include <string>

#include "codec/v2/request_parameters.hpp"
#include "codec/v2/short_pointer.hpp"

namespace pelton::codec::v2 {

bool OutputWishes::read() {
  if (cursor_.peek() != '[') return members_.refuse("/outputs", "a list of output tensors");
  if (!cursor_.enter()) return false;
  bool more = !cursor_.leave_if(']');
  for (std::size_t number = 0; more; ++number) {
    if (!read_output(number)) return false;
    const JsonCursor::Next next = cursor_.next(']');
    if (next == JsonCursor::Next::failed) return false;
    more = next == JsonCursor::Next::more;
  }
  return true;
}

bool OutputWishes::read_output(std::size_t number) {
  Wanted wanted;
  const OutputTensor* output = nullptr;
  bool named = false;
  const ShortPointer pointer("/outputs/", number);
  const ShortPointer parameters("/outputs/", number, "/parameters");
  const bool read = members_.each(pointer.view(), "an output tensor (an object)", [&](std::string_view member) {
    if (member == "parameters") {
      return members_.skip_null() ||
             members_.each(parameters.view(), "an object of parameters",
                           [&](std::string_view name) { return read_parameter(name, number, wanted); });
    }
    if (member != "name") return cursor_.skip_value();
    if (cursor_.kind() != JsonKind::string)
      return members_.refuse(ShortPointer("/outputs/", number, "/name").view(), "an output's name");
    Parameter name;
    if (!members_.read(name)) return false;
    named = true;
    output = tensors_.find_output(name.text);
    if (output != nullptr) {
      wanted.wish.by_file_name = output->name != name.text;
    } else {
      std::string detail =
          "unknown output " + in_quotes(name.text) + members_.suggestion(name.text, tensors_.output_names());
      detail += "; the model gives";
      for (const std::string& known : tensors_.output_names()) {
        detail.append(&known == &tensors_.output_names().front() ? " " : ", ").append(known);
      }
      report(number, "/name", detail);
    }
    return true;
  });
  if (!read) return false;
  if (output != nullptr) {
    add(*output, number, wanted);
  } else if (!named) {
    report(number, "", "the member \"name\" is missing");
  }
  return true;
}

bool OutputWishes::read_parameter(std::string_view name, std::size_t number, Wanted& wanted) {
  // What it is has to be known before the value is read, which may overwrite the name.
  const bool is_binary = name == "binary_data";
  const bool is_classes = name == "classification";
  const bool is_shared = is_shared_memory(name);
  Parameter value;
  if (!members_.read(value)) return false;
  if (is_shared) {
    report(number, "/parameters", kNoSharedMemory);
  } else if (is_binary && value.kind != JsonKind::boolean) {
    report(number, "/parameters/binary_data", "expected true or false");
  } else if (is_binary) {
    wanted.binary = value.is_true();
  } else if (is_classes) {
    const auto classes = value.count();
    if (!classes) {
      report(number, "/parameters/classification", "expected how many classes are wanted");
    } else {
      constexpr std::uint64_t kMost = (1U << 24) - 1;  // more than any row has
      wanted.wish.classes = static_cast<std::uint32_t>(std::min(*classes, kMost));
    }
  }
  return true;
}

void OutputWishes::add(const OutputTensor& output, std::size_t number, Wanted wanted) {
  wanted.wish.method = output.method;
  for (std::size_t i = 0; i < count_; ++i) {
    if (wanted_[i].wish.method == output.method) {
      return report(number, "/name", "the output " + in_quotes(output.name) + " is asked for twice");
    }
  }
  if (wanted.wish.classes != 0 && (output.shape.size() > 1 || output.datatype == Datatype::bytes || output.labelled)) {
    return report(number, "/parameters/classification",
                  "output " + in_quotes(output.name) + " has no value a class; predict_proba has, where it is offered");
  }
  wanted_[count_++] = wanted;
}

void OutputWishes::finish(bool binary, InferRequest& request) const {
  for (std::size_t i = 0; i < count_; ++i) {
    request.outputs[i] = wanted_[i].wish;
    request.outputs[i].binary = wanted_[i].binary.value_or(binary);
  }
  request.output_count = count_;
  if (count_ != 0) return;
  for (const OutputTensor& output : tensors_.outputs()) {
    request.outputs[request.output_count++] = {.method = output.method, .binary = binary};
  }
}

void OutputWishes::report(std::size_t number, std::string_view member, std::string_view detail) {
  members_.report(ShortPointer("/outputs/", number, member).view(), detail);
}

}  // namespace pelton::codec::v2
