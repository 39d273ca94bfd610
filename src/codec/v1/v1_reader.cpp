#include "codec/v1/v1_reader.hpp"

#include <array>
#include <optional>
#include <vector>

#include "codec/json_body.hpp"
#include "codec/json_members.hpp"
#include "codec/request_params.hpp"
#include "core/suggest.hpp"

namespace pelton::codec {

namespace {

enum PredictMember : std::size_t { kSignature, kParameters, kInstances, kInputs };
const std::array<std::string, 4> kPredictMembers{"signature_name", "parameters", "instances", "inputs"};

enum ExamplesMember : std::size_t { kContext = 2, kExamples };
const std::array<std::string, 4> kExamplesMembers{"signature_name", "parameters", "context", "examples"};

/// Names that mean what the verb means anyway.
bool is_default_signature(std::string_view name) noexcept {
  return name == "serving_default" || name == "tensorflow/serving/predict" || name == "tensorflow/serving/classify" ||
         name == "tensorflow/serving/regress";
}

std::string unknown_signature(std::string_view name, const FeatureTable& features) {
  std::vector<std::string> known{"serving_default"};
  for (const model::Method method : model::kAllMethods) {
    if (features.offers(method)) known.emplace_back(to_string(method));
  }
  return "unknown signature " + in_quotes(name) + core::did_you_mean(name, known) +
         " (this model has: serving_default, " + features.offered_names() + ")";
}

/// One request in hand.
class V1Body {
 public:
  V1Body(JsonCursor& cursor, JsonRows& rows, FieldErrors& errors, const FeatureTable& features, std::string& scratch,
         V1Request& request)
      : cursor_(cursor), rows_(rows), errors_(errors), features_(features), scratch_(scratch), request_(request) {}

  bool read_predict() {
    if (cursor_.kind() != JsonKind::object) return refuse("expected an object such as {\"instances\":[[1,2]]}");
    JsonMembers members(cursor_, kPredictMembers, {}, errors_, scratch_);
    bool given = false;
    const bool read = members.read([&](std::size_t member) {
      if (member == kSignature) return read_signature();
      if (member == kParameters) return read_parameters();
      if (given) {
        report(R"("instances" and "inputs" are both given: a request has one of them)");
        return cursor_.skip_value();
      }
      given = true;
      request_.columns = member == kInputs;
      return member == kInstances ? rows_.read_list("/instances") : read_inputs();
    });
    if (!read || !cursor_.finish()) return false;
    if (!given) report(R"(the member "instances" (rows) or "inputs" (columns) is missing)");
    return true;
  }

  bool read_examples() {
    if (cursor_.kind() != JsonKind::object) return refuse("expected an object such as {\"examples\":[{\"a\":1}]}");
    JsonMembers members(cursor_, kExamplesMembers, {}, errors_, scratch_);
    // The context may stand behind the examples, which begin with it.
    std::optional<JsonCursor> examples;
    const bool read = members.read([&](std::size_t member) {
      if (member == kSignature) return read_signature();
      if (member == kParameters) return read_parameters();
      if (member == kContext) return rows_.read_common("/context");
      examples = cursor_;
      return cursor_.skip_value();
    });
    if (!read || !cursor_.finish()) return false;
    if (!examples) {
      report(R"(the member "examples" is missing: it holds the list of rows)");
      return true;
    }
    cursor_ = *examples;
    return rows_.read_list("/examples");
  }

 private:
  bool refuse(std::string_view expected) { return refuse_value(cursor_, {}, expected, errors_) && cursor_.finish(); }
  void report(std::string_view detail) {
    errors_.report([&] { return FieldError{{}, std::string(detail)}; });
  }

  bool read_inputs() {
    switch (cursor_.kind()) {
      case JsonKind::object: return rows_.read_columns("/inputs");
      case JsonKind::list: return rows_.read_list("/inputs");
      default: return refuse_value(cursor_, "/inputs", "expected a list of rows or an object of columns", errors_);
    }
  }

  /// The signature says which method is wanted.
  bool read_parameters() {
    return read_params(cursor_, "/parameters", features_, request_.options, errors_, scratch_, false);
  }

  bool read_signature() {
    constexpr std::string_view kPlace = "/signature_name";
    if (cursor_.kind() != JsonKind::string) return refuse_value(cursor_, kPlace, "expected a string", errors_);
    std::string_view name;
    if (!cursor_.read_string(name, scratch_)) return false;
    if (name.empty() || is_default_signature(name)) return true;
    const std::optional<model::Method> method = model::parse_method(name);
    if (method && features_.offers(*method)) {
      request_.options.method = method;
      return true;
    }
    errors_.report([&] { return FieldError{std::string(kPlace), unknown_signature(name, features_)}; });
    return true;
  }

  JsonCursor& cursor_;
  JsonRows& rows_;
  FieldErrors& errors_;
  const FeatureTable& features_;
  std::string& scratch_;
  V1Request& request_;
};

}  // namespace

core::Result<void, Problem> V1Reader::read(std::string_view body, V1Verb verb, const RowTarget& target,
                                           V1Request& request) {
  request.columns = false;
  return read_json_body(body, target, scratch_, {.bare_values = true, .wrapped_values = true}, request,
                        [&](JsonCursor& cursor, JsonRows& rows, FieldErrors& errors) {
                          V1Body v1(cursor, rows, errors, target.features, scratch_.name, request);
                          const bool examples = verb == V1Verb::classify || verb == V1Verb::regress;
                          return examples ? v1.read_examples() : v1.read_predict();
                        });
}

}  // namespace pelton::codec
