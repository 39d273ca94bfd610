#include <algorithm>
#include <array>

#include "operators/registry.hpp"
#include "operators/scratch.hpp"

/// StringSplit: texts cut at a delimiter, or at white space.
namespace pelton::operators {
namespace {

using tensor::Failure;
using tensor::RowAxis;
using tensor::RunContext;
using tensor::Traced;
using tensor::Value;

using Pieces = std::vector<std::string_view>;

/// Length of the character of white space that `text` begins with, or 0: those of Unicode, as in Python's
/// str.split, by which the specification explains the operator.
std::size_t space_length(std::string_view text) {
  if (text.empty()) return 0;
  const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
  if ((byte(0) >= 0x09 && byte(0) <= 0x0D) || (byte(0) >= 0x1C && byte(0) <= 0x20)) return 1;
  if (byte(0) == 0xC2) return byte(1) == 0x85 || byte(1) == 0xA0 ? 2 : 0;  // U+0085, U+00A0
  if (byte(0) == 0xE1) return byte(1) == 0x9A && byte(2) == 0x80 ? 3 : 0;  // U+1680
  if (byte(0) == 0xE3) return byte(1) == 0x80 && byte(2) == 0x80 ? 3 : 0;  // U+3000
  if (byte(0) != 0xE2) return 0;
  const bool in_general = byte(1) == 0x80 && ((byte(2) >= 0x80 && byte(2) <= 0x8A) ||  // U+2000 to U+200A
                                              byte(2) == 0xA8 || byte(2) == 0xA9 || byte(2) == 0xAF);
  return in_general || (byte(1) == 0x81 && byte(2) == 0x9F) ? 3 : 0;  // U+205F
}

std::string_view without_leading_space(std::string_view text) {
  while (const std::size_t length = space_length(text)) text.remove_prefix(length);
  return text;
}

/// First byte of white space in `text`, or its size.
std::size_t first_space(std::string_view text) {
  std::size_t i = 0;
  while (i < text.size() && space_length(text.substr(i)) == 0) ++i;
  return i;
}

std::string_view without_trailing_space(std::string_view text) {
  std::size_t end = text.size();
  for (bool more = true; more;) {
    more = false;
    for (std::size_t length = 1; length <= std::min<std::size_t>(3, end); ++length) {
      if (space_length(text.substr(end - length, length)) == length) {
        end -= length;
        more = true;
        break;
      }
    }
  }
  return text.substr(0, end);
}

class StringSplit final : public Operation {
 public:
  /// most: how often a text is cut; negative: as often as may be. An empty delimiter is white space.
  StringSplit(std::string delimiter, std::int64_t most) : delimiter_(std::move(delimiter)), most_(most) {}

  void run(std::span<const Value* const> inputs, std::span<Value* const> outputs, RunContext&) const override {
    const Tensor& x = inputs[0]->tensor;
    Scratch<std::string_view, StringSplit> pieces;
    Scratch<std::int64_t, StringSplit> counts;
    std::int64_t width = 0;
    for (const std::string_view text : x.values<std::string_view>()) {
      const std::size_t before = pieces->size();
      split(text, *pieces);
      counts->push_back(static_cast<std::int64_t>(pieces->size() - before));
      width = std::max(width, counts->back());
    }
    if (outputs[0] != nullptr) lay_out(*pieces, *counts, x.shape().inserted(x.rank(), width), outputs[0]->tensor);
    if (outputs.size() > 1 && outputs[1] != nullptr) {
      std::copy(counts->begin(), counts->end(), outputs[1]->tensor.reset<std::int64_t>(x.shape()).begin());
    }
  }

  /// Texts are padded to the most pieces of any; how many there are of each is each one's own.
  RowAxis row_axis(std::span<const Traced> inputs, const Shape&, std::size_t i) const override {
    return i == 1 ? inputs[0].rows : RowAxis::mixed();
  }

 private:
  void split(std::string_view text, Pieces& pieces) const {
    if (delimiter_.empty()) return split_at_space(text, pieces);
    for (std::int64_t cuts = 0; cuts != most_; ++cuts) {
      const std::size_t at = text.find(delimiter_);
      if (at == std::string_view::npos) break;
      pieces.push_back(text.substr(0, at));
      text.remove_prefix(at + delimiter_.size());
    }
    pieces.push_back(text);
  }

  void split_at_space(std::string_view text, Pieces& pieces) const {
    text = without_leading_space(text);
    for (std::int64_t cuts = 0; cuts != most_ && !text.empty(); ++cuts) {
      const std::size_t at = first_space(text);
      pieces.push_back(text.substr(0, at));
      text = without_leading_space(text.substr(at));
    }
    if (!text.empty()) pieces.push_back(without_trailing_space(text));
  }

  static void lay_out(const Pieces& pieces, const std::vector<std::int64_t>& counts, const Shape& shape,
                      Tensor& result) {
    auto to = result.reset<std::string_view>(shape).begin();
    auto from = pieces.begin();
    for (const std::int64_t count : counts) {
      to = std::copy(from, from + count, to);
      from += count;
      to = std::fill_n(to, shape.back() - count, std::string_view());
    }
  }

  std::string delimiter_;
  std::int64_t most_;
};

std::shared_ptr<const Operation> string_split(Node& node) {
  if (node.type(0) != DataType::string) node.malformed("splits other than texts");
  node.gives(DataType::string);
  node.gives(DataType::int64);
  return std::make_shared<StringSplit>(node.text("delimiter", ""), node.integer("maxsplit", -1));
}

constexpr std::array kOperators{
    Operator{"", "StringSplit", 20, string_split},
};

}  // namespace

std::span<const Operator> string_split_operators() noexcept { return kOperators; }

}  // namespace pelton::operators
