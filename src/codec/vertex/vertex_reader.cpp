#include "codec/vertex/vertex_reader.hpp"

#include <array>

#include "codec/json_body.hpp"
#include "codec/json_members.hpp"
#include "codec/request_params.hpp"
#include "codec/result_writer.hpp"

namespace pelton::codec {

namespace {

enum Member : std::size_t { kInstances, kParameters };
const std::array<std::string, 2> kMembers{"instances", "parameters"};

}  // namespace

core::Result<void, Problem> VertexReader::read(std::string_view body, const RowTarget& target,
                                               PredictRequest& request) {
  return read_json_body(
      body, target, scratch_, {.bare_values = true, .wrapped_values = true}, request,
      [&](JsonCursor& cursor, JsonRows& rows, FieldErrors& errors) {
        if (cursor.kind() != JsonKind::object) {
          return refuse_value(cursor, {}, "expected an object such as {\"instances\":[[1,2]]}", errors) &&
                 cursor.finish();
        }
        JsonMembers members(cursor, kMembers, {}, errors, scratch_.name);
        const bool read = members.read([&](std::size_t member) {
          if (member == kInstances) return rows.read_list("/instances");
          return read_params(cursor, "/parameters", target.features, request.options, errors, scratch_.name);
        });
        if (!read || !cursor.finish()) return false;
        if (!members.has(kInstances)) {
          errors.report([] { return FieldError{{}, "the member \"instances\" is missing: it holds the rows"}; });
        }
        return true;
      });
}

const ProblemShape kVertexProblem{
    .content_type = "application/json",
    .append = [](core::TextBuffer& out,
                 const Problem& problem) { ObjectWriter(out).text("error", told_in_full(problem)).finish(); },
    .status = [](int status) noexcept { return status == 422 ? 400 : status; }};

}  // namespace pelton::codec
