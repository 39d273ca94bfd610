#pragma once

#include <string>
#include <vector>

#include "http/request_view.hpp"

namespace pelton::api {

/// One form that a body may have. Schema and example are JSON texts; empty: not told. The example of a body that is
/// not JSON is a JSON string.
struct Content {
  std::string media_type = "application/json";
  std::string schema = {};
  std::string example = {};
};

/// A part of the path or the query that a caller fills in.
struct Parameter {
  std::string name;
  std::string description;
  std::string schema;     ///< JSON
  std::string example{};  ///< as text; required where it is part of the path
  bool in_path = false;   ///< part of the path, and so required; else an option of the query
};

/// What is answered, by status.
struct Reply {
  int status = 200;
  std::string description;
  std::vector<Content> contents = {};
  std::vector<std::string> headers = {};  ///< names of those that come with it always
};

/// One thing that can be asked of the server, told by /openapi.json and /postman.json.
struct Operation {
  http::Verb verb = http::Verb::post;
  std::string path;     ///< literal, or with parameters in braces
  std::string id;       ///< letters, digits, `_`, `-` and `.`; unique
  std::string tag;      ///< the group it is shown in: a dialect's name
  std::string summary;  ///< a few words
  std::string description = {};
  std::vector<Parameter> parameters = {};
  std::vector<Content> bodies = {};  ///< none: no body is sent. The first one with an example is what Postman sends.
  bool body_required = true;
  std::vector<Reply> replies = {};
  bool changes_server = false;  ///< not what runs by the way: left out of the Postman collection
};

}  // namespace pelton::api
