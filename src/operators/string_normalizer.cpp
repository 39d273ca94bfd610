#include <algorithm>
#include <array>

#include "core/letter_case.hpp"
#include "core/utf8.hpp"
#include "operators/lookup_table.hpp"
#include "operators/registry.hpp"
#include "operators/scratch.hpp"

/// StringNormalizer: drops stop words, and turns texts into one case.
namespace pelton::operators {
namespace {

using tensor::Failure;
using tensor::RowAxis;
using tensor::RunContext;
using tensor::Traced;
using tensor::Value;

enum class Case { as_is, lower, upper };

/// Texts in a case, character by character (so "ß" has no upper case), as ONNX Runtime does.
class CaseMapper {
 public:
  /// ascii_only: other letters are left as they are, which is what the locale "C" means.
  CaseMapper(Case letter_case, bool ascii_only) : case_(letter_case), ascii_only_(ascii_only) {}

  /// `text` itself where it is in the case already. Throws Failure where it is not UTF-8.
  std::string_view map(std::string_view text, core::TextArena& texts) const {
    if (case_ == Case::as_is) return text;
    const auto first = std::find_if(text.begin(), text.end(), [this](char c) { return ascii(c) != c || is_beyond(c); });
    if (first == text.end()) return text;
    const auto kept = static_cast<std::size_t>(first - text.begin());
    // Two bytes may become three, and no others grow.
    const std::span<char> to = texts.take(text.size() + text.size() / 2);
    std::copy(text.begin(), first, to.begin());
    char* const end = map_rest(text.substr(kept), to.data() + kept);
    return {to.data(), static_cast<std::size_t>(end - to.data())};
  }

 private:
  static bool is_beyond(char c) { return static_cast<unsigned char>(c) >= 0x80; }
  char ascii(char c) const {
    const char first = case_ == Case::lower ? 'A' : 'a';
    return c >= first && c < first + 26 ? static_cast<char>(c ^ 0x20) : c;
  }
  char* map_rest(std::string_view text, char* to) const {
    while (!text.empty()) {
      if (!is_beyond(text[0])) {
        *to++ = ascii(text[0]);
        text.remove_prefix(1);
        continue;
      }
      const std::size_t length = core::utf8_length(text);
      if (length == 0) throw Failure("takes a text that is not UTF-8");
      const char32_t scalar = decode(text.substr(0, length));
      to += core::encode_utf8(ascii_only_ ? scalar : other_case(scalar), to);
      text.remove_prefix(length);
    }
    return to;
  }
  char32_t other_case(char32_t scalar) const {
    return case_ == Case::lower ? core::to_lower(scalar) : core::to_upper(scalar);
  }
  /// The scalar of a well-formed sequence of more than one byte.
  static char32_t decode(std::string_view sequence) {
    auto scalar = static_cast<char32_t>(static_cast<unsigned char>(sequence[0]) & (0x7FU >> sequence.size()));
    for (const char c : sequence.substr(1)) scalar = (scalar << 6) | (static_cast<unsigned char>(c) & 0x3FU);
    return scalar;
  }

  Case case_;
  bool ascii_only_;
};

class StopWords {
 public:
  /// Words are compared in the case that `compared` turns them into.
  StopWords(const std::vector<std::string>& words, CaseMapper compared) : compared_(compared), table_(words.size()) {
    for (const std::string& word : words) {
      const std::string_view mapped = compared_.map(word, texts_);
      table_.insert(mapped.data() == word.data() ? texts_.keep(mapped) : mapped, 0);
    }
    any_ = !words.empty();
  }
  bool any() const noexcept { return any_; }
  bool contains(std::string_view text, core::TextArena& texts) const {
    return table_.find(compared_.map(text, texts)) != LookupTable<std::string_view>::kAbsent;
  }

 private:
  CaseMapper compared_;
  core::TextArena texts_;
  LookupTable<std::string_view> table_;
  bool any_ = false;
};

class StringNormalizer final : public Operation {
 public:
  StringNormalizer(CaseMapper mapper, const std::vector<std::string>& words, CaseMapper compared)
      : mapper_(mapper), stop_words_(words, compared) {}

  void run(std::span<const Value* const> inputs, std::span<Value* const> outputs, RunContext& context) const override {
    const Tensor& x = inputs[0]->tensor;
    const bool flat = x.rank() == 1;
    if (!(flat || (x.rank() == 2 && x.shape()[0] == 1)) || x.size() == 0) {
      throw Failure("normalises [texts] or [1, texts], at least one of them, not " + to_string(x.shape()));
    }
    if (outputs[0] == nullptr) return;
    Scratch<std::string_view, StringNormalizer> kept;
    for (const std::string_view text : x.values<std::string_view>()) {
      if (stop_words_.any() && stop_words_.contains(text, context.texts)) continue;
      kept->push_back(mapper_.map(text, context.texts));
    }
    if (kept->empty()) kept->emplace_back();
    const auto count = static_cast<std::int64_t>(kept->size());
    const std::span<std::string_view> y =
        outputs[0]->tensor.reset<std::string_view>(flat ? Shape{count} : Shape{1, count});
    std::copy(kept->begin(), kept->end(), y.begin());
  }

  RowAxis row_axis(std::span<const Traced> inputs, const Shape&, std::size_t) const override {
    return stop_words_.any() ? RowAxis::mixed() : inputs[0].rows;
  }

 private:
  CaseMapper mapper_;
  StopWords stop_words_;
};

Case case_action(const Node& node) {
  const std::string action = node.text("case_change_action", "NONE");
  if (action == "NONE") return Case::as_is;
  if (action == "LOWER") return Case::lower;
  if (action == "UPPER") return Case::upper;
  node.malformed("attribute \"case_change_action\" is none of LOWER, UPPER, NONE");
}

/// Whether a locale has cases for the letters of ASCII only. Refuses those where "I" is not the upper case
/// of "i"; all others agree on all letters.
bool is_ascii_locale(const Node& node) {
  const std::string locale = node.text("locale", "");
  const std::string_view language = std::string_view(locale).substr(0, locale.find_first_of("_-.@"));
  const bool dotted = language == "tr" || language == "az" || language == "crh" || language == "tt" || language == "ku";
  if (dotted) node.refuse("has cases of the locale \"" + locale + "\"");
  return locale == "C" || locale == "POSIX";
}

std::shared_ptr<const Operation> string_normalizer(Node& node) {
  if (node.type(0) != DataType::string) node.malformed("normalises other than texts");
  const Case action = case_action(node);
  const bool ascii_only = is_ascii_locale(node);
  const bool exact = node.integer("is_case_sensitive", 0) != 0;
  const std::vector<std::string> words = node.texts("stopwords");
  for (const std::string& word : words) {
    if (!core::is_utf8(word)) node.malformed("has a stop word that is not UTF-8");
  }
  node.gives(DataType::string);
  return std::make_shared<StringNormalizer>(CaseMapper(action, ascii_only), words,
                                            CaseMapper(exact ? Case::as_is : Case::lower, ascii_only));
}

constexpr std::array kOperators{
    Operator{"", "StringNormalizer", 10, string_normalizer},
};

}  // namespace

std::span<const Operator> string_normalizer_operators() noexcept { return kOperators; }

}  // namespace pelton::operators
