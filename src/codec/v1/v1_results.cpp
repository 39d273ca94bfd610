#include "codec/v1/v1_results.hpp"

#include "codec/result_writer.hpp"

namespace pelton::codec {

namespace {

using model::Method;

/// Whether a method gives one score a class.
bool scores_classes(const model::Schema& schema, Method method) noexcept {
  if (method != Method::predict_proba && method != Method::decision_function) return false;
  const auto& output = schema.output(method);
  return output && !schema.classes.empty() && output->width == schema.classes.size() && output->shape.empty();
}

bool gives_number(const model::Schema& schema, Method method) noexcept {
  if (method != Method::predict && method != Method::decision_function) return false;
  const auto& output = schema.output(method);
  return output && output->width == 1 && !output->labelled;
}

Problem misfit_problem(int status, std::string detail) {
  return {.status = status, .detail = std::move(detail), .errors = {}};
}

}  // namespace

std::optional<Method> v1_method(V1Verb verb, const model::Schema& schema) noexcept {
  switch (verb) {
    case V1Verb::predict: break;
    case V1Verb::classify:
      for (const Method method : {Method::predict_proba, Method::decision_function}) {
        if (scores_classes(schema, method)) return method;
      }
      return std::nullopt;
    case V1Verb::regress: return gives_number(schema, Method::predict) ? std::optional(Method::predict) : std::nullopt;
    case V1Verb::explain: return schema.output(Method::contrib) ? std::optional(Method::contrib) : std::nullopt;
  }
  return schema.output(Method::predict) ? std::optional(Method::predict) : std::nullopt;
}

std::optional<Problem> v1_misfit(V1Verb verb, Method method, const model::Schema& schema) {
  const auto signature = [&] { return "the signature " + std::string(to_string(method)); };
  switch (verb) {
    case V1Verb::predict: return std::nullopt;
    case V1Verb::classify:
      if (scores_classes(schema, method)) return std::nullopt;
      return misfit_problem(422, schema.classes.empty()
                                     ? "this model is no classifier: ask :predict or :regress"
                                     : signature() + " of this model gives no score for each class: ask :predict");
    case V1Verb::regress:
      if (gives_number(schema, method)) return std::nullopt;
      return misfit_problem(422, schema.classes.empty()
                                     ? signature() + " of this model gives no single number: ask :predict"
                                     : std::string("this model is a classifier: ask :predict or :classify"));
    case V1Verb::explain:
      if (method == Method::contrib) return std::nullopt;
      return misfit_problem(422, "explanations are contributions: " + signature() + " gives none");
  }
  return std::nullopt;
}

void append_classifications(core::TextBuffer& out, const model::Schema& schema, Method method,
                            math::ConstMatrix results) {
  const bool single = schema.output(method)->type == model::ElementType::float32;
  out.append('[');
  for (std::size_t r = 0; r < results.rows; ++r) {
    out.append(r == 0 ? std::string_view("[") : std::string_view(",["));
    for (std::size_t c = 0; c < results.cols; ++c) {
      out.append(c == 0 ? std::string_view("[") : std::string_view(",["));
      if (const auto* text = std::get_if<std::string>(&schema.classes[c])) {
        core::append_json_string(out, *text);
      } else {
        out.append('"');
        out.append_integer(std::get<std::int64_t>(schema.classes[c]));
        out.append('"');
      }
      out.append(',');
      const double score = results.row(r)[c];
      single ? append_number(out, static_cast<float>(score)) : append_number(out, score);
      out.append(']');
    }
    out.append(']');
  }
  out.append(']');
}

const ProblemShape kV1Problem{
    .content_type = "application/json",
    .append = [](core::TextBuffer& out,
                 const Problem& problem) { ObjectWriter(out).text("error", told_in_full(problem)).finish(); },
    .status =
        [](int status) noexcept {
          if (status == 422) return 400;
          return status == 503 ? 429 : status;
        }};

}  // namespace pelton::codec
