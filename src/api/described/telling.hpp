#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "api/described/description.hpp"

namespace pelton::api {

/// Tells of one dialect's routes: each in the dialect's group, with the errors it has in common with the others.
///
///     Telling telling(to, "Mine", "What it is for.", telling_errors);
///     telling.add(telling.post("/mine/{model}", "mine_predict", "Predict"), {404, 503});
class Telling {
 public:
  /// `error_name` and `error_schema` are those of the dialect's own errors.
  Telling(Description& to, std::string tag, std::string text, std::string error_name, std::string error_schema);

  /// An operation of the group; the parameters `model` and `version` of its path are told.
  Operation get(std::string path, std::string id, std::string summary) const;
  Operation post(std::string path, std::string id, std::string summary) const;
  Operation del(std::string path, std::string id, std::string summary) const;

  /// Enters the operation with errors of these statuses in the dialect's shape, and those that are told before a
  /// dialect is known (application/problem+json): of malformed requests, and of bodies where it has one.
  void add(Operation operation, std::initializer_list<int> errors);

  Description& to() const noexcept { return to_; }

 private:
  Operation of(http::Verb verb, std::string path, std::string id, std::string summary) const;

  Description& to_;
  std::string tag_;
  std::string error_;
  std::string problem_;
};

/// The answer that everybody hopes for, as JSON.
Reply good_reply(std::string description, std::string_view schema, std::string example = {});
/// The same of a prediction, which says how long it took.
Reply prediction_reply(std::string description, std::string_view schema, std::string example = {});

/// `{"error":"…"}`, which several dialects have.
std::string error_text_schema();

}  // namespace pelton::api
