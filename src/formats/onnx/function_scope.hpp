#pragma once

#include <cstdint>
#include <string_view>
#include <unordered_map>

#include "core/text_arena.hpp"
#include "formats/onnx/proto.hpp"

namespace pelton::formats::onnx {

/// Makes up names that no value of a model's graph has.
class FreshNames {
 public:
  /// `graph` is the model's, before anything is put into it. The names lie in `texts`. Throws Refusal where names of
  /// the graph leave none to make up.
  FreshNames(const GraphProto& graph, core::TextArena& texts);

  /// A name unlike any other, which for people ends as `name` begins.
  std::string_view value(std::string_view name);
  /// What a node of a body is called: not unlike others, but it tells whose it is.
  std::string_view node(std::string_view call, std::string_view node);

 private:
  core::TextArena& texts_;
  std::uint64_t next_;  ///< names begin with a number that is larger than any of the graph's
};

/// What the names in a function's body, or a graph within it, stand for where the body is put. A graph within sees
/// the names around it.
class FunctionScope {
 public:
  explicit FunctionScope(const FunctionScope* around) : around_(around) {}

  /// False where the scope has the name already.
  bool define(std::string_view name, std::string_view stands_for) { return names_.emplace(name, stands_for).second; }
  /// Null where nothing has that name; what it points to may be empty, of an input that is left out.
  const std::string_view* find(std::string_view name) const;

 private:
  const FunctionScope* around_;
  std::unordered_map<std::string_view, std::string_view> names_;
};

}  // namespace pelton::formats::onnx
