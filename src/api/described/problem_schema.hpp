#pragma once

#include <string>

#include "api/described/description.hpp"

namespace pelton::api {

/// Keeps the schema of application/problem+json as codec::append_problem writes it; gives `{"$ref":…}` to it.
inline std::string problem_schema(Description& to) {
  return to.component(
      "Problem",
      R"({"type":"object","required":["type","title","status","detail"],"properties":{)"
      R"("type":{"type":"string"},"title":{"type":"string"},"status":{"type":"integer"},"detail":{"type":"string"},)"
      R"("error":{"type":"string","description":"the detail again"},)"
      R"("errors":{"type":"array","maxItems":20,"description":"the fields at fault","items":{"type":"object",)"
      R"("required":["detail"],"properties":{"pointer":{"type":"string","description":"RFC 6901"},)"
      R"("detail":{"type":"string"}},"additionalProperties":false}},)"
      R"("more_errors":{"type":"integer","description":"beyond those listed"}},"additionalProperties":false})");
}

}  // namespace pelton::api
