#include "codec/mlflow/invocation_reader.hpp"

#include <array>

#include "codec/json_body.hpp"
#include "codec/json_members.hpp"
#include "codec/mlflow/split_frame.hpp"
#include "codec/request_params.hpp"

namespace pelton::codec {

namespace {

enum Member : std::size_t { kSplit, kRecords, kInstances, kInputs, kParams };
const std::array<std::string, 5> kMembers{"dataframe_split", "dataframe_records", "instances", "inputs", "params"};
constexpr std::array<std::string_view, 4> kPointers{"/dataframe_split/data", "/dataframe_records", "/instances",
                                                    "/inputs"};

constexpr std::string_view kExpected =
    "expected exactly one of \"dataframe_split\", \"dataframe_records\", \"instances\" and \"inputs\"";

void report_forms(const JsonMembers& members, FieldErrors& errors) {
  errors.report([&] {
    std::string given;
    for (std::size_t i = 0; i < kParams; ++i) {
      if (members.has(i)) given.append(given.empty() ? ", got " : " and ").append(in_quotes(kMembers[i]));
    }
    return FieldError{{}, std::string(kExpected) + given};
  });
}

}  // namespace

core::Result<void, Problem> InvocationReader::read(std::string_view body, const RowTarget& target,
                                                   PredictRequest& request) {
  rows_pointer_ = {};
  return read_json_body(
      body, target, scratch_, {.bare_values = true, .wrapped_values = true}, request,
      [&](JsonCursor& cursor, JsonRows& rows, FieldErrors& errors) {
        if (cursor.kind() == JsonKind::list) return rows.read_list({}) && cursor.finish();
        if (cursor.kind() != JsonKind::object) return refuse_value(cursor, {}, kExpected, errors) && cursor.finish();
        JsonMembers members(cursor, kMembers, {}, errors, scratch_.name);
        std::size_t forms = 0;
        const bool read = members.read([&](std::size_t member) {
          if (member == kParams) {
            return read_params(cursor, "/params", target.features, request.options, errors, scratch_.name);
          }
          if (++forms > 1) return cursor.skip_value();
          rows_pointer_ = kPointers[member];
          if (member == kSplit) {
            return SplitFrame(cursor, rows, errors, target.features, scratch_, named_).read("/dataframe_split");
          }
          const bool columns = member == kInputs && cursor.kind() == JsonKind::object;
          return columns ? rows.read_columns(rows_pointer_) : rows.read_list(rows_pointer_);
        });
        if (!read || !cursor.finish()) return false;
        if (forms != 1) report_forms(members, errors);
        return true;
      });
}

}  // namespace pelton::codec
