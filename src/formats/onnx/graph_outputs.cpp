#include "formats/onnx/graph_outputs.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "core/printable.hpp"
#include "core/utf8.hpp"
#include "formats/onnx/score_probe.hpp"

namespace pelton::formats::onnx {
namespace {

using core::Error;
using core::ErrorCode;
using model::Method;

std::optional<model::ElementType> element_type(DataType type) {
  switch (type) {
    case DataType::float32: return model::ElementType::float32;
    case DataType::float64: return model::ElementType::float64;
    case DataType::int32:
    case DataType::int64: return model::ElementType::int64;
    case DataType::boolean: return model::ElementType::boolean;
    case DataType::string: return model::ElementType::string;
    default: return std::nullopt;
  }
}

/// Outputs told apart by what they are.
struct Sorted {
  std::vector<Labels> labels;
  std::vector<Rows> numbers;  ///< float or double
  std::vector<Rows> integers;
  std::vector<LabelledScores> maps;
  std::vector<Tensor> constants;
};

core::Result<void> check_declared(const TypeProto& declared, DataType type, bool map) {
  if (declared.kind == TypeProto::Kind::none) return {};
  const auto kind = map ? TypeProto::Kind::sequence_of_maps : TypeProto::Kind::tensor;
  const bool list = !map && declared.kind == TypeProto::Kind::sequence_of_tensors;  // told as one tensor
  if ((declared.kind == kind || list) && declared.elem_type == type) return {};
  return Error(ErrorCode::malformed, "is declared as another type than the " + std::string(to_string(type)) + " it is");
}

core::Result<void> sort_output(Value value, const TypeProto& declared, Sorted& sorted) {
  if (Labels* labels = std::get_if<Labels>(&value)) {
    if (labels->sideways) return Error(ErrorCode::unsupported, "gives all labels in one line");
    if (is_floating(labels->type))
      return Error(ErrorCode::unsupported, "gives labels as " + std::string(to_string(labels->type)));
    auto checked = check_declared(declared, labels->type, false);
    if (checked) sorted.labels.push_back(std::move(*labels));
    return checked;
  }
  if (Rows* rows = std::get_if<Rows>(&value)) {
    auto checked = check_declared(declared, rows->type, false);
    if (checked) (is_floating(rows->type) ? sorted.numbers : sorted.integers).push_back(std::move(*rows));
    return checked;
  }
  if (LabelledScores* map = std::get_if<LabelledScores>(&value)) {
    auto checked = check_declared(declared, map->scores.type, true);
    if (checked) sorted.maps.push_back(std::move(*map));
    return checked;
  }
  if (std::holds_alternative<Words>(value)) return Error(ErrorCode::unsupported, "gives text of the request");
  if (std::holds_alternative<Stacked>(value)) return Error(ErrorCode::unsupported, "gives three dimensions");
  const ConstantValue& constant = std::get<ConstantValue>(value);
  auto tensor =
      constant.initializer == nullptr ? core::Result<Tensor>(*constant.tensor) : decode_tensor(*constant.initializer);
  if (!tensor) return tensor.error();
  sorted.constants.push_back(std::move(*tensor));
  return {};
}

/// Whether a constant output only repeats the class labels (skl2onnx's output_class_labels).
bool repeats(const Tensor& tensor, const std::vector<model::Label>& classes) {
  std::vector<model::Label> names;
  if (tensor.is_text()) names.assign(tensor.texts().begin(), tensor.texts().end());
  if (tensor.is_integer()) names.assign(tensor.integers().begin(), tensor.integers().end());
  return !names.empty() && names == classes;
}

/// Puts methods together: programs, and what they give.
class Assembly {
 public:
  Assembly(graph::ProgramBuilder& builder, std::span<const model::Feature> features)
      : builder_(builder), features_(features) {}

  core::Result<void> single(const Rows& rows) { return offer(Method::predict, rows); }
  core::Result<void> labelled(const Labels& label);
  core::Result<void> classifier_scores(const Labels& label, const Rows& scores);
  /// The probabilities, or other scores, of a classifier of several targets: [targets, classes] a row.
  core::Result<void> scores_by_target(const Rows& scores);
  core::Result<void> offer(Method method, Rows rows);

  GraphMethods take() { return std::move(methods_); }
  /// The same where the file says which output is which method: probabilities must be one a class.
  core::Result<GraphMethods> take_named();

 private:
  core::Result<std::optional<Rows>> decision(const Labels& label, const Rows& scores, bool probabilities);
  core::Result<void> compile(Method method, graph::Register block, model::OutputSpec spec);

  graph::ProgramBuilder& builder_;
  std::span<const model::Feature> features_;
  GraphMethods methods_;
};

core::Result<void> Assembly::compile(Method method, graph::Register block, model::OutputSpec spec) {
  auto program = builder_.compile(std::span(&block, 1));
  if (!program) return program.error();
  spec.name = to_string(method);
  spec.width = builder_.width(block);
  methods_.programs[static_cast<std::size_t>(method)] = std::move(*program);
  methods_.outputs[static_cast<std::size_t>(method)] = std::move(spec);
  return {};
}

core::Result<void> Assembly::offer(Method method, Rows rows) {
  if (rows.type == DataType::float32 && !rows.rounded) {
    auto rounded = builder_.add(to_string(method), graph::Unary{rows.block, graph::UnaryOp::to_float32});
    if (!rounded) return rounded.error();
    rows.block = *rounded;
  }
  return compile(
      method, rows.block,
      {.name = {}, .type = *element_type(rows.type), .scalar = rows.width == 1, .shape = std::move(rows.shape)});
}

core::Result<GraphMethods> Assembly::take_named() {
  if (auto& probabilities = methods_.outputs[static_cast<std::size_t>(Method::predict_proba)]) {
    const bool by_target = methods_.classes.empty() && !probabilities->shape.empty();
    if (!by_target && probabilities->width != methods_.classes.size()) {
      return Error(ErrorCode::malformed, "output \"predict_proba\" has " + std::to_string(probabilities->width) +
                                             " values for " + std::to_string(methods_.classes.size()) + " classes");
    }
    probabilities->scalar = false;
  }
  return take();
}

core::Result<void> Assembly::labelled(const Labels& label) {
  const std::set<model::Label> distinct(label.names.begin(), label.names.end());
  if (distinct.size() != label.names.size()) return Error(ErrorCode::unsupported, "gives two classes the same label");
  for (const model::Label& name : label.names) {
    const std::string* text = std::get_if<std::string>(&name);
    if (text != nullptr && !core::is_utf8(*text))
      return Error(ErrorCode::malformed, "has a class label that is not UTF-8");
  }
  methods_.classes = label.names;
  return compile(Method::predict, label.index, {.name = {}, .type = *element_type(label.type), .labelled = true});
}

core::Result<std::optional<Rows>> Assembly::decision(const Labels& label, const Rows& scores, bool probabilities) {
  if (probabilities && !scores.margin) return std::optional<Rows>();
  Rows raw = scores;
  raw.flat = false;
  if (scores.margin) {
    raw.block = *scores.margin;
    raw.width = builder_.width(raw.block);
  }
  if (label.names.size() != 2 || raw.width > 2) {
    const bool told = !scores.margin || raw.width == label.names.size();
    return told ? std::optional<Rows>(raw) : std::nullopt;
  }
  const std::array blocks{raw.block, label.index};
  auto probe = ScoreProbe::run(builder_, blocks, features_);
  if (!probe) return probe.error();
  if (raw.width == 2 && !probe->is_mirrored(0)) return std::optional<Rows>(raw);
  const int turn = probe->orientation(0, 0, 1);
  if (turn == 0) return std::optional<Rows>();
  // Of two mirrored columns one is right; a single one may have to be negated.
  std::optional<core::Result<graph::Register>> turned;
  if (raw.width == 2) {
    const std::array<std::size_t, 1> column{turn > 0 ? std::size_t{0} : std::size_t{1}};
    turned = builder_.add("decision_function", graph::Select{raw.block, column});
  } else if (turn < 0) {
    turned = builder_.add("decision_function", graph::Unary{raw.block, graph::UnaryOp::neg});
  }
  if (turned && !*turned) return turned->error();
  if (turned) raw.block = **turned;
  raw.width = 1;
  return std::optional<Rows>(raw);
}

core::Result<void> Assembly::classifier_scores(const Labels& label, const Rows& scores) {
  auto probe = ScoreProbe::run(builder_, std::span(&scores.block, 1), features_);
  if (!probe) return probe.error();
  const bool probabilities = scores.width == label.names.size() && probe->are_probabilities(0);
  if (probabilities) {
    auto offered = offer(Method::predict_proba, scores);
    if (!offered) return offered;
    methods_.outputs[static_cast<std::size_t>(Method::predict_proba)]->scalar = false;
  }
  auto raw = decision(label, scores, probabilities);
  if (!raw) return raw.error();
  return *raw ? offer(Method::decision_function, **raw) : core::Result<void>();
}

core::Result<void> Assembly::scores_by_target(const Rows& scores) {
  auto probe = ScoreProbe::run(builder_, std::span(&scores.block, 1), features_);
  if (!probe) return probe.error();
  const bool probabilities = probe->are_probabilities(0, scores.shape[1]);
  return offer(probabilities ? Method::predict_proba : Method::decision_function, scores);
}

/// One output a class, in the order of the classes (skl2onnx's zipmap="columns").
core::Result<std::optional<Rows>> scores_by_column(const Sorted& sorted, const Labels& label,
                                                   graph::ProgramBuilder& builder) {
  std::vector<graph::Register> columns;
  std::vector<graph::Register> margins;
  for (const Rows& rows : sorted.numbers) {
    if (rows.width == 1) columns.push_back(rows.block);
    if (rows.margin) margins.push_back(*rows.margin);
  }
  if (columns.size() != sorted.numbers.size() + sorted.maps.size() || columns.size() != label.names.size()) {
    return Error(ErrorCode::unsupported, "a classifier with several outputs of scores");
  }
  Rows scores{.block = {}, .width = columns.size(), .type = sorted.numbers.front().type};
  auto block = builder.add("predict_proba", graph::Concat{columns});
  if (!block) return block.error();
  scores.block = *block;
  if (margins.size() == columns.size()) {
    auto joined = builder.add("decision_function", graph::Concat{margins});
    if (!joined) return joined.error();
    scores.margin = *joined;
  }
  return std::optional<Rows>(scores);
}

/// The scores of a classifier, whichever way the file gives them: a tensor, a map, or an output a
/// class.
core::Result<std::optional<Rows>> only_scores(const Sorted& sorted, const Labels& label,
                                              graph::ProgramBuilder& builder) {
  const std::size_t given = sorted.maps.size() + sorted.numbers.size();
  if (given == 0) return std::optional<Rows>();
  if (given == 1 && sorted.numbers.size() == 1) return std::optional<Rows>(sorted.numbers.front());
  if (given == 1) {
    const LabelledScores& map = sorted.maps.front();
    if (map.names != label.names)
      return Error(ErrorCode::unsupported, "the map of scores has other labels than the label output");
    return std::optional<Rows>(map.scores);
  }
  return scores_by_column(sorted, label, builder);
}

/// An ArgMax given beside the scores it was taken of is a label, its classes numbered from 0.
std::optional<Labels> label_by_number(const Sorted& sorted) {
  if (sorted.integers.size() != 1 || sorted.numbers.size() + sorted.maps.size() != 1) return std::nullopt;
  const Rows& chosen = sorted.integers.front();
  const std::size_t width = sorted.maps.empty() ? sorted.numbers.front().width : sorted.maps.front().scores.width;
  if (chosen.choices == 0 || chosen.choices != width) return std::nullopt;
  Labels labels{.index = chosen.block, .names = {}, .type = chosen.type};
  for (std::size_t i = 0; i < chosen.choices; ++i) labels.names.emplace_back(static_cast<std::int64_t>(i));
  return labels;
}

core::Result<void> assemble_classifier(Assembly& assembly, const Sorted& sorted, const Labels& label,
                                       graph::ProgramBuilder& builder) {
  auto predict = assembly.labelled(label);
  if (!predict) return predict;
  auto scores = only_scores(sorted, label, builder);
  if (!scores) return scores.error();
  return *scores ? assembly.classifier_scores(label, **scores) : core::Result<void>();
}

/// Whether scores are [targets, classes] for labels [targets].
bool is_by_target(const Rows& scores, const Rows& labels) {
  return scores.shape.size() == 2 && scores.shape[0] == labels.width && labels.width > 1;
}

core::Result<void> assemble(Assembly& assembly, Sorted& sorted, graph::ProgramBuilder& builder) {
  if (const auto numbered = label_by_number(sorted); sorted.labels.empty() && numbered) {
    sorted.labels.push_back(*numbered);
    sorted.integers.clear();
  }
  if (sorted.labels.size() == 1 && sorted.integers.empty()) {
    std::erase_if(sorted.constants, [&](const Tensor& t) { return repeats(t, sorted.labels.front().names); });
    if (sorted.constants.empty()) return assemble_classifier(assembly, sorted, sorted.labels.front(), builder);
  }
  if (sorted.labels.empty() && sorted.maps.empty() && sorted.constants.empty()) {
    // One answer; or an outlier detector's verdict (1 or −1) with the score it was taken of.
    if (sorted.integers.empty() && sorted.numbers.size() == 1) return assembly.single(sorted.numbers.front());
    if (sorted.integers.size() == 1 && sorted.numbers.size() <= 1) {
      auto predict = assembly.single(sorted.integers.front());
      if (!predict || sorted.numbers.empty()) return predict;
      if (is_by_target(sorted.numbers.front(), sorted.integers.front())) {
        return assembly.scores_by_target(sorted.numbers.front());
      }
      return assembly.offer(Method::decision_function, sorted.numbers.front());
    }
  }
  return Error(ErrorCode::unsupported,
               "these outputs together are neither one answer, nor a classifier's label and scores");
}

/// What the file calls the outputs that became methods, where one became one.
class OutputNames {
 public:
  void note(const Value& value, std::string_view name) {
    if (std::holds_alternative<ConstantValue>(value)) return;
    const Rows* rows = std::get_if<Rows>(&value);
    const bool scores = std::holds_alternative<LabelledScores>(value) || (rows != nullptr && is_floating(rows->type));
    (scores ? scores_ : verdicts_).push_back(name);
  }

  void tell(GraphMethods& methods) const {
    if (verdicts_.size() == 1) call(methods, Method::predict, verdicts_.front());
    if (scores_.size() != 1) return;
    if (verdicts_.empty()) return call(methods, Method::predict, scores_.front());
    const bool probable = methods.outputs[static_cast<std::size_t>(Method::predict_proba)].has_value();
    call(methods, probable ? Method::predict_proba : Method::decision_function, scores_.front());
  }

 private:
  static void call(GraphMethods& methods, Method method, std::string_view name) {
    if (auto& output = methods.outputs[static_cast<std::size_t>(method)]) output->file_name = core::printable(name);
  }

  std::vector<std::string_view> verdicts_;  ///< labels and whole numbers
  std::vector<std::string_view> scores_;
};

/// Whether the outputs are called as the methods, so that nothing need be guessed; not where scores
/// are maps, which carry their classes and are told apart by that.
bool named_by_method(std::span<const ValueInfoProto> declared, const std::vector<Value>& values) {
  std::set<Method> methods;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto method = model::parse_method(declared[i].name);
    const bool plain = std::holds_alternative<Labels>(values[i]) || std::holds_alternative<Rows>(values[i]);
    if (!method || !plain || !methods.insert(*method).second) return false;
  }
  return methods.contains(Method::predict) && methods.size() > 1;
}

core::Result<void> assemble_named(Assembly& assembly, Method method, const Value& value, const TypeProto& declared) {
  Sorted sorted;
  auto one = sort_output(value, declared, sorted);
  if (!one) return one;
  if (!sorted.labels.empty()) {
    if (method == Method::predict) return assembly.labelled(sorted.labels.front());
    return Error(ErrorCode::unsupported, "gives labels");
  }
  return assembly.offer(method, sorted.numbers.empty() ? sorted.integers.front() : sorted.numbers.front());
}

}  // namespace

core::Result<GraphMethods> read_graph_outputs(std::span<const ValueInfoProto> declared, std::vector<Value> values,
                                              std::span<const model::Feature> features,
                                              graph::ProgramBuilder& builder) {
  Sorted sorted;
  std::string names;
  Assembly assembly(builder, features);
  if (named_by_method(declared, values)) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      auto given = assemble_named(assembly, *model::parse_method(declared[i].name), values[i], declared[i].type);
      if (!given) return given.error().within("output \"" + core::printable(declared[i].name) + "\"");
    }
    return assembly.take_named();
  }
  OutputNames called;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const std::string place = "output \"" + core::printable(declared[i].name) + "\"";
    names += (i > 0 ? ", " : "") + place;
    called.note(values[i], declared[i].name);
    auto sorted_one = sort_output(std::move(values[i]), declared[i].type, sorted);
    if (!sorted_one) return sorted_one.error().within(place);
  }
  auto assembled = assemble(assembly, sorted, builder);
  if (!assembled) return assembled.error().within(names);
  GraphMethods methods = assembly.take();
  called.tell(methods);
  return methods;
}

}  // namespace pelton::formats::onnx
