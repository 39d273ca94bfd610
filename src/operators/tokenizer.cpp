#include <algorithm>
#include <array>

#include "core/utf8.hpp"
#include "operators/pattern.hpp"
#include "operators/registry.hpp"
#include "operators/run_scanner.hpp"
#include "operators/scratch.hpp"

/// ONNX Runtime's Tokenizer (onnxruntime/contrib_ops/cpu/tokenizer.cc): texts cut into tokens, which are
/// padded to the largest number of them.
namespace pelton::operators {
namespace {

using tensor::Failure;
using tensor::RunContext;
using tensor::Value;

constexpr std::string_view kStartMark = "\x02";
constexpr std::string_view kEndMark = "\x03";

constexpr std::size_t kMostExpressions = 64;  // compiled, they take far more memory than in a file

using Tokens = std::vector<std::string_view>;

/// A way of cutting a text.
class Splitter {
 public:
  virtual ~Splitter() = default;
  /// Appends the tokens of a well-formed text, which are parts of it.
  virtual void split(std::string_view text, Tokens& tokens) const = 0;
};

class IntoCharacters final : public Splitter {
 public:
  void split(std::string_view text, Tokens& tokens) const override {
    while (!text.empty()) {
      const std::size_t length = core::utf8_length(text.substr(0, 4));
      tokens.push_back(text.substr(0, length));
      text.remove_prefix(length);
    }
  }
};

class IntoRuns final : public Splitter {
 public:
  explicit IntoRuns(RunScanner scanner) : scanner_(scanner) {}
  void split(std::string_view text, Tokens& tokens) const override {
    scanner_.scan(text, [&](std::string_view run) { tokens.push_back(run); });
  }

 private:
  RunScanner scanner_;
};

/// Where to look on after a match of nothing at byte `at`: behind the next character, or the end.
std::size_t behind_character(std::string_view text, std::size_t at) {
  return at == text.size() ? at + 1 : at + core::utf8_length(text.substr(at, 4));
}

/// Tokens are what an expression matches.
class IntoMatches final : public Splitter {
 public:
  IntoMatches(Pattern pattern, std::size_t least) : pattern_(std::move(pattern)), least_(least) {}
  void split(std::string_view text, Tokens& tokens) const override {
    for (std::size_t from = 0; from <= text.size();) {
      const auto match = pattern_.find(text, from);
      if (!match) return;
      const std::string_view token = text.substr(match->begin, match->end - match->begin);
      if (characters(token) >= least_) {
        tokens.push_back(token);
        from = match->end;
      } else {
        from = behind_character(text, match->begin);
      }
    }
  }

 private:
  Pattern pattern_;
  std::size_t least_;
};

/// Tokens are what is left when a text is cut at the matches of one expression after another.
class CutAtMatches final : public Splitter {
 public:
  CutAtMatches(std::vector<Pattern> separators, std::size_t least)
      : separators_(std::move(separators)), least_(least) {}
  void split(std::string_view text, Tokens& tokens) const override {
    const std::size_t first = tokens.size();
    tokens.push_back(text);
    for (const Pattern& separator : separators_) {
      const std::size_t last = tokens.size();
      for (std::size_t i = first; i < last; ++i) cut(tokens[i], separator, tokens);
      tokens.erase(tokens.begin() + static_cast<std::ptrdiff_t>(first),
                   tokens.begin() + static_cast<std::ptrdiff_t>(last));
    }
  }

 private:
  void cut(std::string_view text, const Pattern& separator, Tokens& tokens) const {
    const auto take = [&](std::size_t begin, std::size_t end) {
      const std::string_view token = text.substr(begin, end - begin);
      if (characters(token) >= least_) tokens.push_back(token);
    };
    std::size_t from = 0;
    while (const auto match = separator.find(text, from)) {
      take(from, match->begin);
      from = match->end > match->begin ? match->end : behind_character(text, match->end);
      if (from > text.size()) return;
    }
    take(from, text.size());
  }

  std::vector<Pattern> separators_;
  std::size_t least_;
};

class Tokenizer final : public Operation {
 public:
  Tokenizer(std::unique_ptr<const Splitter> splitter, bool mark, std::string pad)
      : splitter_(std::move(splitter)), mark_(mark), pad_(std::move(pad)) {}

  void run(std::span<const Value* const> inputs, std::span<Value* const> outputs, RunContext&) const override {
    const Tensor& x = inputs[0]->tensor;
    if (x.rank() != 1 && x.rank() != 2)
      throw Failure("tokenizes texts in one or two dimensions, not " + to_string(x.shape()));
    if (outputs[0] == nullptr) return;
    Scratch<std::string_view, Tokenizer> tokens;
    Scratch<std::size_t, Tokenizer> ends;  // of each text's tokens
    std::size_t most = 0;
    for (const std::string_view text : x.values<std::string_view>()) {
      if (!core::is_utf8(text)) throw Failure("takes a text that is not UTF-8");
      const std::size_t begin = tokens->size();
      splitter_->split(text, *tokens);
      ends->push_back(tokens->size());
      most = std::max(most, tokens->size() - begin);
    }
    lay_out(x.shape(), *tokens, *ends, most, outputs[0]->tensor);
  }

 private:
  void lay_out(const Shape& shape, const Tokens& tokens, const std::vector<std::size_t>& ends, std::size_t most,
               Tensor& result) const {
    if (shape.elements() == 0) {  // one dimension less than otherwise, as ONNX Runtime has it
      result.reset<std::string_view>(shape.with(shape.rank() - 1, 0));
      return;
    }
    const std::size_t width = most == 0 ? 0 : most + (mark_ ? 2 : 0);
    const std::span<std::string_view> to =
        result.reset<std::string_view>(shape.inserted(shape.rank(), static_cast<std::int64_t>(width)));
    if (width == 0) return;
    auto out = to.begin();
    std::size_t begin = 0;
    for (const std::size_t end : ends) {
      const auto line_end = out + static_cast<std::ptrdiff_t>(width);
      if (mark_) *out++ = kStartMark;
      out = std::copy(tokens.begin() + static_cast<std::ptrdiff_t>(begin),
                      tokens.begin() + static_cast<std::ptrdiff_t>(end), out);
      if (mark_) *out++ = kEndMark;
      std::fill(out, line_end, std::string_view(pad_));
      out = line_end;
      begin = end;
    }
  }

  std::unique_ptr<const Splitter> splitter_;
  bool mark_;
  std::string pad_;
};

std::unique_ptr<const Splitter> separators_splitter(const Node& node, const std::vector<std::string>& separators,
                                                    std::size_t least) {
  if (auto scanner = RunScanner::of_separators(node, separators)) {
    scanner->require(least);
    return std::make_unique<IntoRuns>(*scanner);
  }
  if (separators.size() > kMostExpressions) {
    node.refuse("has more than " + std::to_string(kMostExpressions) + " regular expressions to cut at");
  }
  std::vector<Pattern> patterns;
  for (const std::string& separator : separators) patterns.emplace_back(node, separator, Pattern::Choice::longest);
  return std::make_unique<CutAtMatches>(std::move(patterns), least);
}

std::unique_ptr<const Splitter> tokens_splitter(const Node& node, std::string_view expression, std::size_t least) {
  if (auto scanner = RunScanner::of_tokens(node, expression)) {
    scanner->require(least);
    return std::make_unique<IntoRuns>(*scanner);
  }
  return std::make_unique<IntoMatches>(Pattern(node, expression, Pattern::Choice::longest), least);
}

std::shared_ptr<const Operation> tokenizer(Node& node) {
  if (node.type(0) != DataType::string) node.malformed("tokenizes other than texts");
  const std::vector<std::string> separators = node.texts("separators");
  const std::string expression = node.text("tokenexp", "");
  const std::int64_t least = node.integer("mincharnum", 0);
  if (least < 1) node.malformed("attribute \"mincharnum\" is not positive");
  for (const char* name : {"mark", "pad_value"}) {
    if (!node.has(name)) node.malformed("lacks attribute \"" + std::string(name) + "\"");
  }
  if (separators.empty() && expression.empty()) node.malformed("has neither separators nor an expression for tokens");
  const bool characters = separators.empty() ? expression == "." : separators.size() == 1 && separators[0].empty();
  std::unique_ptr<const Splitter> splitter;
  if (characters) {
    if (least > 1) node.malformed("attribute \"mincharnum\" is more than 1 where every token is one character");
    splitter = std::make_unique<IntoCharacters>();
  } else if (separators.empty()) {
    splitter = tokens_splitter(node, expression, static_cast<std::size_t>(least));
  } else {
    splitter = separators_splitter(node, separators, static_cast<std::size_t>(least));
  }
  node.gives(DataType::string);
  return std::make_shared<Tokenizer>(std::move(splitter), node.integer("mark", 0) != 0, node.text("pad_value", ""));
}

constexpr std::array kOperators{
    Operator{kMicrosoftDomain, "Tokenizer", 1, tokenizer},
};

}  // namespace

std::span<const Operator> tokenizer_operators() noexcept { return kOperators; }

}  // namespace pelton::operators
