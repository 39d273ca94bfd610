#include "graph_maker.hpp"

#include <algorithm>
#include <cstring>
#include <optional>

#include "core/text_arena.hpp"
#include "tensor/failure.hpp"

namespace pelton::fuzz {
namespace {

using formats::onnx::Attribute;
using formats::onnx::GraphWriter;
using formats::onnx::RawTensor;
using formats::onnx::WireWriter;
using operators::AttributeValue;
using tensor::Shape;
using tensor::Tensor;
using tensor::Value;

constexpr std::size_t kMostNodes = 6;
constexpr std::size_t kMostBytes = std::size_t{1} << 20;  // of a value that is kept
constexpr std::size_t kMostWork = std::size_t{1} << 24;   // of one node
constexpr std::int64_t kTriedRows = 3;

constexpr std::array kTypes{DataType::float32, DataType::float64, DataType::int64,  DataType::int32,   DataType::string,
                            DataType::boolean, DataType::float16, DataType::uint8,  DataType::int8,    DataType::uint16,
                            DataType::int16,   DataType::uint32,  DataType::uint64, DataType::bfloat16};

/// A tensor of the bytes, whatever they say; texts go to `texts`.
Tensor as_tensor(const RawTensor& raw, core::TextArena& texts) {
  Tensor tensor;
  tensor.reset(raw.type, Shape(std::span<const std::int64_t>(raw.shape)));
  if (raw.type == DataType::string) {
    const auto elements = tensor.values<std::string_view>();
    std::transform(raw.texts.begin(), raw.texts.end(), elements.begin(),
                   [&](const std::string& text) { return texts.keep(text); });
  } else if (tensor.bytes() != 0) {
    std::memcpy(tensor.data(), raw.raw.data(), tensor.bytes());
  }
  return tensor;
}

std::size_t bytes_of(const Value& value) {
  std::size_t bytes = value.is_sequence ? 0 : value.tensor.bytes();
  for (std::size_t i = 0; value.is_sequence && i < value.length; ++i) bytes += value.sequence[i].bytes();
  return bytes;
}

/// The same attribute as operators are given it.
AttributeValue as_value(const Attribute& attribute, core::TextArena& texts) {
  struct Visitor {
    core::TextArena& texts;
    AttributeValue operator()(std::int64_t v) const { return v; }
    AttributeValue operator()(float v) const { return static_cast<double>(v); }
    AttributeValue operator()(const std::string& v) const { return v; }
    AttributeValue operator()(const std::vector<std::int64_t>& v) const { return v; }
    AttributeValue operator()(const std::vector<float>& v) const { return std::vector<double>(v.begin(), v.end()); }
    AttributeValue operator()(const std::vector<std::string>& v) const { return v; }
    AttributeValue operator()(const RawTensor& v) const { return std::make_shared<const Tensor>(as_tensor(v, texts)); }
    AttributeValue operator()(const formats::onnx::TensorAttribute&) const { return std::int64_t{0}; }
    AttributeValue operator()(const WireWriter&) const { return std::int64_t{0}; }
  };
  return std::visit(Visitor{texts}, attribute.value);
}

bool ends_with_any(std::string_view name, std::initializer_list<std::string_view> ends) {
  return std::any_of(ends.begin(), ends.end(), [&](std::string_view end) { return name.ends_with(end); });
}

const operators::Operator& operator_at(std::size_t at) {
  for (const auto family : operators::operator_families()) {
    if (at < family.size()) return family[at];
    at -= family.size();
  }
  __builtin_trap();
}

std::size_t count_operators() {
  std::size_t count = 0;
  for (const auto family : operators::operator_families()) count += family.size();
  return count;
}

}  // namespace

std::int64_t Choices::integer() {
  constexpr std::array<std::int64_t, 16> kNasty{0,
                                                1,
                                                -1,
                                                2,
                                                std::numeric_limits<std::int64_t>::min(),
                                                std::numeric_limits<std::int64_t>::max(),
                                                std::numeric_limits<std::int32_t>::min(),
                                                std::numeric_limits<std::int32_t>::max(),
                                                (std::int64_t{1} << 27) + 1,
                                                std::int64_t{1} << 53,
                                                -2,
                                                -3,
                                                3,
                                                255,
                                                300,
                                                std::numeric_limits<std::int64_t>::min() + 1};
  const std::uint8_t value = byte();
  if (value < 160) return static_cast<std::int64_t>(value % 7) - 1;
  if (value < 240) return kNasty[value % kNasty.size()];
  return static_cast<std::int64_t>(byte()) - 100;
}

double Choices::number() {
  constexpr std::array kNasty{0.0,
                              -0.0,
                              1.0,
                              -1.0,
                              0.5,
                              1e-45,
                              -1e-310,
                              3.5e38,
                              1e308,
                              -1e39,
                              2.5,
                              1e10,
                              -2e9,
                              9.3e18,
                              65520.,
                              1e-20,
                              std::numeric_limits<double>::quiet_NaN(),
                              std::numeric_limits<double>::infinity(),
                              -std::numeric_limits<double>::infinity()};
  const std::uint8_t value = byte();
  if (value < 128) return static_cast<double>(value % 16) * 0.375 - 2.0;
  return kNasty[value % kNasty.size()];
}

std::string Choices::text() {
  static const std::array<std::string, 16> kTexts{"",
                                                  "a",
                                                  "the cat",
                                                  "3",
                                                  "-1.5e3",
                                                  "nan",
                                                  "\xC3\xA9t\xC3\xA9",
                                                  "\xFF\xFE",
                                                  "A b A",
                                                  "[a-z]",
                                                  ".*",
                                                  ",",
                                                  "1 2 3 4",
                                                  "inf",
                                                  "i,j->",
                                                  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"};
  const std::uint8_t value = byte();
  if (value < 200) return kTexts[value % kTexts.size()];
  std::string made;
  for (std::size_t i = value % 9; i > 0; --i) made += static_cast<char>(byte());
  return made;
}

DataType Choices::type() { return kTypes[below(2 * kTypes.size()) % (one_in(2) ? kTypes.size() : 5)]; }

std::vector<std::int64_t> Choices::dims(std::size_t most_rank) {
  std::vector<std::int64_t> dims(below(most_rank + 1));
  for (std::int64_t& dim : dims) dim = static_cast<std::int64_t>(one_in(12) ? below(20) : 1 + below(4));
  return dims;
}

RawTensor Choices::constant() {
  RawTensor tensor{.type = type(), .shape = dims(one_in(8) ? 5 : 2)};
  if (one_in(3)) tensor = {.type = DataType::int64, .shape = {static_cast<std::int64_t>(below(4))}};
  std::size_t elements = 1;
  for (const std::int64_t dim : tensor.shape) elements *= static_cast<std::size_t>(dim);
  if (elements > 4096) {
    tensor.shape = {1};
    elements = 1;
  }
  const auto put = [&](auto element) { tensor.raw.append(reinterpret_cast<const char*>(&element), sizeof(element)); };
  for (std::size_t i = 0; i < elements; ++i) {
    switch (tensor.type) {
      case DataType::string: tensor.texts.push_back(text()); break;
      case DataType::float32: put(static_cast<float>(number())); break;
      case DataType::float64: put(number()); break;
      case DataType::float16: put(tensor::Float16(static_cast<float>(number()))); break;
      case DataType::bfloat16: put(tensor::BFloat16(static_cast<float>(number()))); break;
      case DataType::boolean: put(static_cast<std::uint8_t>(below(2))); break;
      default: {
        const std::int64_t value = integer();  // its low bytes
        tensor.raw.append(reinterpret_cast<const char*>(&value), tensor::element_bytes(tensor.type));
      }
    }
  }
  return tensor;
}

GraphMaker::GraphMaker(Choices& choices) : choices_(choices) {
  const std::size_t version = choices.below(32);
  opsets_ = {{{"", static_cast<std::int64_t>(version < 16 ? 21 : version - 8)},
              {std::string(operators::kMlDomain), static_cast<std::int64_t>(5 - choices.below(5))},
              {std::string(operators::kMicrosoftDomain), 1},
              {std::string(FunctionMaker::kDomain), 1}}};
  for (std::size_t i = choices.below(3) + 1; i > 0; --i) add_input();
  for (std::size_t i = 0; i < 2 * kMostNodes && nodes_.size() < kMostNodes && !choices.done(); ++i) add_node();
  if (choices.one_in(8)) add_scan();
  for (std::size_t i = 0; i < nodes_.size(); ++i) levels_.push_back(choices.below(4));
}

void GraphMaker::add_input() {
  constexpr std::array kInputTypes{DataType::float32, DataType::float32, DataType::int64,  DataType::string,
                                   DataType::float64, DataType::int32,   DataType::boolean};
  Input input{fresh_name(), kInputTypes[choices_.below(kInputTypes.size())], {kTriedRows}};
  const std::vector<std::int64_t> tail = choices_.dims(choices_.one_in(4) ? 3 : 1);
  for (const std::int64_t dim : tail) input.dims.push_back(std::max<std::int64_t>(dim, 1));
  auto value = std::make_unique<Value>();
  value->tensor.reset(input.type, Shape(std::span<const std::int64_t>(input.dims)));
  if (input.type == DataType::string) {
    const auto texts = value->tensor.values<std::string_view>();
    std::fill(texts.begin(), texts.end(), std::string_view());
  } else {
    std::memset(value->tensor.data(), 0, value->tensor.bytes());
  }
  values_.push_back({input.name, std::move(value), input.type, false});
  input.dims[0] = -1;
  inputs_.push_back(std::move(input));
}

std::size_t GraphMaker::new_constant() {
  static core::TextArena texts;
  RawTensor raw = choices_.constant();
  auto value = std::make_unique<Value>();
  value->tensor = as_tensor(raw, texts);
  values_.push_back({fresh_name(), std::move(value), raw.type, true});
  constants_.emplace_back(values_.back().name, std::move(raw));
  return values_.size() - 1;
}

/// A value for a node's input, of the type wanted if there is one; late ones more often.
std::size_t GraphMaker::pick(DataType wanted) {
  if (choices_.one_in(3)) return new_constant();
  const std::size_t start = choices_.below(values_.size());
  for (std::size_t i = 0; i < values_.size() && !choices_.one_in(8); ++i) {
    const std::size_t at = (start + i) % values_.size();
    if (values_[at].type == wanted) return at;
  }
  return values_.size() - 1 - choices_.below(values_.size());
}

Attribute GraphMaker::make_attribute(std::string_view name) {
  const auto list = [&](auto make) {
    std::vector<decltype(make())> made(choices_.below(5));
    for (auto& element : made) element = make();
    return made;
  };
  const auto integer = [&] { return choices_.integer(); };
  const auto number = [&] { return static_cast<float>(choices_.number()); };
  const auto text = [&] { return choices_.text(); };
  Attribute attribute{std::string(name), std::int64_t{0}};
  std::size_t kind = choices_.one_in(16) ? choices_.below(7) : 7;
  if (kind == 7) {
    if (name == "to" || name == "dtype" || name == "output_datatype") {
      attribute.value = static_cast<std::int64_t>(choices_.type());
      return attribute;
    }
    if (name == "equation") {
      static const std::array<std::string, 12> kEquations{"ij,jk->ik",     "ij->ji",   "i->",          "ii->i",
                                                          "...j,jk->...k", "ij,ij->i", "ij,kj->ik",    "bij,bjk->bik",
                                                          "i,j->ij",       "ij->j",    "...,...->...", "ab,bc,cd->ad"};
      attribute.value = choices_.one_in(4) ? choices_.text() : kEquations[choices_.below(kEquations.size())];
      return attribute;
    }
    if (ends_with_any(name, {"int64s", "ints", "axes", "perm", "pads", "split", "starts", "ends", "ngram_counts",
                             "ngram_indexes", "repeats"}))
      kind = 3;
    else if (ends_with_any(name, {"floats", "weights", "scale", "offset", "scales"}))
      kind = 4;
    else if (ends_with_any(name, {"strings", "separators", "stopwords"}))
      kind = 5;
    else if (name == "value" || ends_with_any(name, {"_tensor"}))
      kind = 6;
    else if (ends_with_any(name, {"alpha", "beta", "gamma", "epsilon", "float", "ratio", "threshold", "lambd", "bias",
                                  "value_float"}))
      kind = 1;
    else if (ends_with_any(name, {"mode", "norm", "string", "reduction", "direction", "approximate", "pattern",
                                  "tokenexp", "delimiter", "case_change_action", "pad_value", "locale"}))
      kind = 2;
    else
      kind = 0;
  }
  static const std::array<std::string, 24> kWords{"constant", "reflect", "edge",     "wrap",      "MAX",   "L1",
                                                  "L2",       "none",    "add",      "mul",       "max",   "min",
                                                  "tanh",     "TF",      "IDF",      "TFIDF",     "LOWER", "UPPER",
                                                  "NONE",     "ONE",     "TO_FLOAT", "TO_STRING", "DENSE", "SPARSE"};
  switch (kind) {
    case 0: attribute.value = integer(); break;
    case 1: attribute.value = number(); break;
    case 2: attribute.value = choices_.one_in(2) ? choices_.text() : kWords[choices_.below(kWords.size())]; break;
    case 3: attribute.value = list(integer); break;
    case 4: attribute.value = list(number); break;
    case 5: attribute.value = list(text); break;
    default: attribute.value = choices_.constant(); break;
  }
  return attribute;
}

void GraphMaker::add_node() {
  static const std::size_t operators = count_operators();
  static core::TextArena texts;
  const operators::Operator& op = operator_at(choices_.below(operators));
  const auto version =
      std::find_if(opsets_.begin(), opsets_.end(), [&](const auto& o) { return o.domain == op.domain; });
  if (version == opsets_.end() || version->version < op.since) return;
  formats::onnx::Node node{
      .op_type = std::string(op.name), .inputs = {}, .outputs = {}, .name = {}, .domain = std::string(op.domain)};
  std::vector<operators::Operand> operands;
  std::vector<const Value*> taken;
  DataType wanted = values_[choices_.below(values_.size())].type;
  for (std::size_t i = choices_.below(choices_.one_in(6) ? 6 : 4); i > 0; --i) {
    if (choices_.one_in(20)) {
      node.inputs.emplace_back();
      operands.emplace_back();
      taken.push_back(nullptr);
      continue;
    }
    const Named& value = values_[pick(wanted)];
    wanted = value.type;
    node.inputs.push_back(value.name);
    operands.push_back({true, value.value->is_sequence, value.type, value.constant ? &value.value->tensor : nullptr});
    taken.push_back(value.value.get());
  }
  const std::size_t outputs = 1 + (choices_.one_in(4) ? choices_.below(4) : 0);
  for (std::size_t i = 0; i < outputs; ++i) node.outputs.push_back(fresh_name());
  const auto reader = [&](std::string_view name) -> std::optional<AttributeValue> {
    const auto made = std::find_if(node.attributes.begin(), node.attributes.end(),
                                   [&](const Attribute& a) { return a.name == name; });
    if (made != node.attributes.end()) return as_value(*made, texts);
    if (name.size() > 1 && choices_.one_in(2)) return std::nullopt;
    if (name == "consumed_inputs" || name == "body") return std::nullopt;
    node.attributes.push_back(make_attribute(name));
    return as_value(node.attributes.back(), texts);
  };
  operators::Node probe(version->version, operands, std::vector<bool>(outputs, true), reader);
  std::vector<Named> made;
  try {
    const auto operation = op.build(probe);
    if (probe.given().size() < outputs) return;
    tensor::RunContext context{.texts = texts, .work = kMostWork};
    std::vector<Value*> results;
    for (std::size_t i = 0; i < outputs; ++i) {
      const bool constant = std::all_of(operands.begin(), operands.end(),
                                        [](const auto& o) { return !o.present || o.constant != nullptr; });
      made.push_back({node.outputs[i], std::make_unique<Value>(), probe.given()[i].type,
                      constant && !probe.given()[i].is_sequence});
      results.push_back(made.back().value.get());
    }
    run_counted(*operation, taken, results, context);
  } catch (const operators::Refusal&) {
    return;
  } catch (const tensor::Failure&) {
    if (choices_.one_in(4)) {  // what the compiler makes of it
      nodes_.push_back(node);
      unchecked_.push_back(file_for({node.outputs[0], nullptr, DataType::float32, false}));
      nodes_.pop_back();
    }
    return;
  }
  for (Named& value : made) {
    if (bytes_of(*value.value) > kMostBytes) return;
  }
  nodes_.push_back(std::move(node));
  for (Named& value : made) values_.push_back(std::move(value));
}

/// A Scan of the last value, whose body has a few operators too.
void GraphMaker::add_scan() {
  const Named& data = values_.back();
  if (data.value->is_sequence) return;
  const std::size_t states = choices_.below(3);
  GraphWriter body("body");
  const std::array<std::int64_t, 1> open{-1};
  std::vector<std::string> inside;
  formats::onnx::Node node{.op_type = "Scan", .inputs = {}, .outputs = {}, .name = {}};
  for (std::size_t i = 0; i <= states; ++i) {
    inside.push_back("b" + std::to_string(i));
    body.input(inside.back(), data.type, open);
    node.inputs.push_back(i < states ? values_[pick(data.type)].name : data.name);
  }
  constexpr std::array kInner{"Add", "Identity", "Mul", "Concat", "Max", "ReduceSum", "Neg", "Equal"};
  std::size_t names = 0;
  for (std::size_t i = choices_.below(4); i > 0; --i) {
    formats::onnx::Node inner{
        .op_type = kInner[choices_.below(kInner.size())], .inputs = {}, .outputs = {}, .name = {}};
    for (std::size_t k = 1 + choices_.below(2); k > 0; --k) {
      inner.inputs.push_back(choices_.one_in(6) ? values_[choices_.below(values_.size())].name
                                                : inside[choices_.below(inside.size())]);
    }
    if (inner.op_type == "Concat") inner.attributes.push_back({"axis", std::int64_t{0}});
    inner.outputs.push_back("c" + std::to_string(names++));
    body.node(inner);
    inside.push_back(inner.outputs[0]);
  }
  for (std::size_t i = 0; i <= states; ++i) {
    body.output(choices_.one_in(10) ? values_.front().name : inside[choices_.below(inside.size())], data.type, open);
    node.outputs.push_back(fresh_name());
  }
  node.attributes = {{"body", body.graph()}, {"num_scan_inputs", std::int64_t{1}}};
  if (choices_.one_in(3)) node.attributes.push_back({"scan_input_axes", std::vector{choices_.integer()}});
  if (choices_.one_in(3)) node.attributes.push_back({"scan_output_axes", std::vector{choices_.integer()}});
  if (choices_.one_in(4)) node.attributes.push_back({"scan_input_directions", std::vector{std::int64_t{1}}});
  nodes_.push_back(node);
  for (const std::string& output : node.outputs) {
    unchecked_.push_back(file_for({output, nullptr, data.type, false}));
  }
  nodes_.pop_back();
}

void GraphMaker::write(GraphWriter& writer, FunctionMaker* functions) const {
  for (const Input& input : inputs_) writer.input(input.name, input.type, input.dims);
  for (const auto& [name, raw] : constants_) writer.constant(name, raw);
  for (std::size_t i = 0; i < nodes_.size(); ++i) {
    const bool wrapped = functions != nullptr && levels_[i] != 0;
    writer.node(wrapped ? functions->wrap(nodes_[i], levels_[i] - 1) : nodes_[i]);
  }
}

/// A file whose one output is this value, as float or double.
std::string GraphMaker::file_for(const Named& value, FunctionMaker* functions) const {
  GraphWriter writer("fuzz");
  write(writer, functions);
  std::string name = value.name;
  DataType type = value.type;
  const auto append = [&](std::string op, std::vector<std::string> inputs, std::vector<Attribute> attributes) {
    std::string output = "out" + name;
    writer.node({.op_type = std::move(op),
                 .inputs = std::move(inputs),
                 .outputs = {output},
                 .name = {},
                 .attributes = std::move(attributes)});
    name = std::move(output);
  };
  if (value.value != nullptr && value.value->is_sequence) {
    writer.constant("first", RawTensor{.type = DataType::int64, .shape = {}, .raw = std::string(8, '\0')});
    append("SequenceAt", {name, "first"}, {});
  }
  if (type == DataType::string) {
    writer.constant("cat", RawTensor{.type = DataType::string, .shape = {}, .texts = {"a"}});
    append("Equal", {name, "cat"}, {});
    type = DataType::boolean;
  }
  if (type != DataType::float32 && type != DataType::float64) {
    append("Cast", {name}, {{"to", static_cast<std::int64_t>(DataType::float32)}});
    type = DataType::float32;
  }
  writer.output(name, type, std::array<std::int64_t, 2>{-1, -1});
  std::string file = writer.finish(opsets_);
  return functions == nullptr ? file : file + functions->take();
}

std::vector<GraphMaker::File> GraphMaker::files() const {
  constexpr std::size_t kMostFiles = 3;
  std::vector<File> files;
  for (const std::string& file : unchecked_) files.push_back({file, {}});
  for (std::size_t i = values_.size(); i-- > inputs_.size() && files.size() < kMostFiles;) {
    if (values_[i].constant) continue;
    FunctionMaker functions(opsets_);
    files.push_back({file_for(values_[i]), file_for(values_[i], &functions)});
  }
  return files;
}

}  // namespace pelton::fuzz
