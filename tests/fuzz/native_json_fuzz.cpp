// Native JSON bodies, against a reference that is as simple as it can be: a recursive parser that
// builds a tree, strtod for numbers, and the rules of a request applied to the tree. Both must
// agree on what is malformed, what is refused, and on every bit of what is accepted. Every body is read
// for a model of numbers and for one that takes a text.

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "codec/native_json.hpp"
#include "core/utf8.hpp"
#include "require.hpp"

namespace {

using namespace pelton;

using pelton::fuzz::require;

/// A value as the reference reads it.
struct Value {
  enum class Kind { null, boolean, number, string, list, object, nan, infinity } kind = Kind::null;
  double number = 0;
  std::string text;
  std::vector<Value> items;
  std::vector<std::string> names;  // of an object's items
};

class Reference {
 public:
  explicit Reference(std::string_view text) : text_(text) {}

  /// The whole text, or nothing if it is malformed.
  std::optional<Value> read() {
    Value value;
    if (!read_value(value, 0)) return std::nullopt;
    skip_space();
    if (at_ != text_.size()) return std::nullopt;
    return value;
  }

 private:
  char here() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool take(char c) {
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }
  bool take(std::string_view word) {
    if (text_.substr(at_, word.size()) != word) return false;
    at_ += word.size();
    return true;
  }
  void skip_space() {
    while (at_ < text_.size() && std::strchr(" \t\r\n", text_[at_]) != nullptr && text_[at_] != '\0') ++at_;
  }
  bool digits() {
    const std::size_t first = at_;
    while (here() >= '0' && here() <= '9') ++at_;
    return at_ > first;
  }

  bool read_value(Value& value, unsigned depth) {
    skip_space();
    const char c = here();
    if (c == '{' || c == '[') return depth < codec::kMaxJsonDepth && read_container(value, c, depth + 1);
    if (c == '"') {
      value.kind = Value::Kind::string;
      return read_string(value.text);
    }
    if (take("null")) return true;
    if (take("true") || take("false")) {
      value.kind = Value::Kind::boolean;
      value.number = c == 't' ? 1 : 0;
      return true;
    }
    if (take("NaN")) {
      value.kind = Value::Kind::nan;
      return true;
    }
    if (take("Infinity") || take("-Infinity")) {
      value.kind = Value::Kind::infinity;
      return true;
    }
    return read_number(value);
  }

  bool read_container(Value& value, char open, unsigned depth) {
    const char close = open == '{' ? '}' : ']';
    value.kind = open == '{' ? Value::Kind::object : Value::Kind::list;
    ++at_;
    skip_space();
    if (take(close)) return true;
    do {
      Value item;
      std::string name;
      if (open == '{') {
        skip_space();
        if (here() != '"' || !read_string(name)) return false;
        skip_space();
        if (!take(':')) return false;
      }
      if (!read_value(item, depth)) return false;
      value.items.push_back(std::move(item));
      if (open == '{') value.names.push_back(std::move(name));
      skip_space();
    } while (take(','));
    return take(close);
  }

  bool read_number(Value& value) {
    const std::size_t first = at_;
    take('-');
    if (take('0')) {
      if (here() >= '0' && here() <= '9') return false;
    } else if (!digits()) {
      return false;
    }
    if (take('.') && !digits()) return false;
    if (take('e') || take('E')) {
      if (!take('+')) take('-');
      if (!digits()) return false;
    }
    value.kind = Value::Kind::number;
    value.number = std::strtod(std::string(text_.substr(first, at_ - first)).c_str(), nullptr);
    return true;
  }

  bool read_unit(std::uint32_t& unit) {
    unit = 0;
    for (int i = 0; i < 4; ++i, ++at_) {
      const char c = here();
      if (std::strchr("0123456789abcdefABCDEF", c) == nullptr || c == '\0') return false;
      unit = unit * 16 + static_cast<std::uint32_t>(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
    }
    return true;
  }

  bool read_escape(std::string& text) {
    static constexpr std::string_view kLetters = "\"\\/bfnrt";
    static constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
    if (take('u')) {
      std::uint32_t scalar = 0;
      if (!read_unit(scalar)) return false;
      if (scalar >= 0xD800 && scalar < 0xDC00) {
        std::uint32_t low = 0;
        if (!take("\\u") || !read_unit(low) || low < 0xDC00 || low > 0xDFFF) return false;
        scalar = 0x10000 + (scalar - 0xD800) * 0x400 + (low - 0xDC00);
      } else if (scalar >= 0xDC00 && scalar < 0xE000) {
        return false;
      }
      char utf8[4];
      text.append(utf8, core::encode_utf8(scalar, utf8));
      return true;
    }
    if (at_ >= text_.size()) return false;
    const std::size_t letter = kLetters.find(text_[at_]);
    if (letter == std::string_view::npos) return false;
    ++at_;
    text += kMeanings[letter];
    return true;
  }

  bool read_string(std::string& text) {
    ++at_;
    while (at_ < text_.size()) {
      const char c = text_[at_++];
      if (c == '"') return core::is_utf8(text);
      if (static_cast<unsigned char>(c) < 0x20) return false;
      if (c != '\\') {
        text += c;
      } else if (!read_escape(text)) {
        return false;
      }
    }
    return false;
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

bool has_extension(const Value& value) {
  if (value.kind == Value::Kind::nan || value.kind == Value::Kind::infinity) return true;
  for (const Value& item : value.items) {
    if (has_extension(item)) return true;
  }
  return false;
}

/// Feature a is float64, b float32 that may be missing, c an integer; or b is a text that may be missing.
const std::vector<std::string> kNames{"a", "b", "c"};
enum class Kind { numbers, texts };

struct Cell {
  double number = 0;
  std::string text;
};

bool take_cell(const Value& value, std::size_t feature, Kind kind, std::vector<Cell>& row) {
  if (kind == Kind::texts && feature == 1) {
    row[feature].text = value.text;
    return value.kind == Value::Kind::string || value.kind == Value::Kind::null || value.kind == Value::Kind::nan;
  }
  double number = value.number;
  if (value.kind == Value::Kind::null || value.kind == Value::Kind::nan) {
    if (feature != 1) return false;
    number = std::numeric_limits<double>::quiet_NaN();
  } else if (value.kind != Value::Kind::number || std::isinf(number)) {
    return false;
  } else if (feature == 1 && std::isinf(static_cast<float>(number))) {
    return false;
  } else if (feature == 2 && (number != std::trunc(number) || std::fabs(number) > 9007199254740992.0)) {
    return false;
  }
  row[feature].number = number;
  return true;
}

bool take_row(const Value& value, Kind kind, std::vector<Cell>& rows) {
  std::vector<Cell> row(kNames.size());
  if (value.kind == Value::Kind::list) {
    if (value.items.size() != row.size()) return false;
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (!take_cell(value.items[i], i, kind, row)) return false;
    }
  } else if (value.kind == Value::Kind::object) {
    std::set<std::size_t> seen;
    for (std::size_t i = 0; i < value.items.size(); ++i) {
      std::size_t feature = 0;
      while (feature < kNames.size() && kNames[feature] != value.names[i]) ++feature;
      const bool known = feature != kNames.size() && seen.insert(feature).second;
      if (!known || !take_cell(value.items[i], feature, kind, row)) return false;
    }
    if (seen.size() != row.size()) return false;
  } else {
    return false;
  }
  rows.insert(rows.end(), row.begin(), row.end());
  return true;
}

/// The rows of x, or nothing if they do not fit the model.
bool take_rows(const Value& x, Kind kind, std::vector<Cell>& rows, bool& single) {
  single = true;
  const bool batch = x.kind == Value::Kind::list && (x.items.empty() || x.items[0].kind == Value::Kind::list ||
                                                     x.items[0].kind == Value::Kind::object);
  if (!batch) return take_row(x, kind, rows);
  single = false;
  for (const Value& row : x.items) {
    if (!take_row(row, kind, rows)) return false;
  }
  return !x.items.empty();
}

struct Expected {
  bool malformed = false;
  bool decided = true;  // false: an option is at stake, which the reference leaves to unit tests
  bool fits = false;
  bool single = false;
  std::vector<Cell> rows;
};

Expected expected_of(std::string_view body, Kind kind) {
  Expected expected;
  const std::optional<Value> value = Reference(body).read();
  if (!value) {
    expected.malformed = true;
    return expected;
  }
  // NaN and infinities may stand for a feature's value only; where else they stand decides the
  // shape of the error, which is not worth a second model of the reader.
  expected.decided = !has_extension(*value);
  std::set<std::string> seen;
  if (value->kind != Value::Kind::object) return expected;
  expected.fits = true;
  for (std::size_t i = 0; i < value->items.size(); ++i) {
    const std::string& name = value->names[i];
    if (!seen.insert(name).second) expected.fits = false;
    if (name == "x") {
      expected.fits = take_rows(value->items[i], kind, expected.rows, expected.single) && expected.fits;
    } else if (name == "method" || name == "explain" || name == "model" || name == "version" || name == "timeout_ms" ||
               name == "priority" || name == "id") {
      expected.decided = false;
    } else {
      expected.fits = false;
    }
  }
  if (seen.count("x") == 0) expected.fits = false;
  return expected;
}

model::Schema fuzzed_schema(Kind kind) {
  model::Schema schema;
  const auto type = kind == Kind::texts ? model::ElementType::string : model::ElementType::float32;
  schema.features = {{.name = "a"},
                     {.name = "b", .type = type, .takes_missing = true},
                     {.name = "c", .type = model::ElementType::int64}};
  schema.outputs[0] = model::OutputSpec{};
  return schema;
}

bool same_bits(double a, double b) {
  return std::bit_cast<std::uint64_t>(a) == std::bit_cast<std::uint64_t>(b) || (std::isnan(a) && std::isnan(b));
}

void check(std::string_view body, Kind kind, const codec::FeatureTable& features) {
  static codec::NativeJsonReader reader;
  math::RowBuffer rows(features.width());
  for (std::size_t i = 0; i < features.width(); ++i) std::fill_n(rows.append_row(), features.width(), 0);
  const double other = rows.put_text("another caller's");
  const std::size_t mark = rows.rows();
  codec::PredictRequest request;
  const auto read = reader.read(body, {features, rows}, request);
  const Expected expected = expected_of(body, kind);
  if (!read) {
    require(rows.rows() == mark);
    require(read.error().status == 400 || read.error().status == 422);
    require(read.error().errors.size() <= codec::kMaxFieldErrors);
    core::TextBuffer problem;
    codec::append_problem(problem, read.error());
    require(core::is_utf8(problem.view()));
  } else {
    require(rows.rows() == mark + request.rows && request.rows > 0);
  }
  if (expected.malformed) {
    require(!read && read.error().status == 400);
  } else if (expected.decided) {
    require(read.has_value() == expected.fits);
    if (!read) {
      require(read.error().status == 422);
      return;
    }
    require(request.single == expected.single);
    require(request.rows * features.width() == expected.rows.size());
    const double* const values = rows.view().data + mark * features.width();
    for (std::size_t i = 0; i < expected.rows.size(); ++i) {
      if (features[i % features.width()].is_text()) {
        require(core::text_of(values[i]) == expected.rows[i].text);
      } else {
        require(same_bits(values[i], expected.rows[i].number));
      }
    }
  }
  // The same bytes as lines: no reference, only that nothing is left behind.
  rows.truncate(mark);
  if (!reader.read_lines(body, {features, rows}, request)) require(rows.rows() == mark);
  require(core::text_of(other) == "another caller's");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const codec::FeatureTable numbers(fuzzed_schema(Kind::numbers));
  static const codec::FeatureTable texts(fuzzed_schema(Kind::texts));
  // The last byte of the input fills the padding: what stands behind a body must not matter.
  const char padding = size == 0 ? '0' : static_cast<char>(data[size - 1]);
  const std::unique_ptr<char[]> bytes(new char[size + codec::kReadPadding]);
  if (size != 0) std::memcpy(bytes.get(), data, size);
  std::memset(bytes.get() + size, padding, codec::kReadPadding);
  const std::string_view body(bytes.get(), size);
  check(body, Kind::numbers, numbers);
  check(body, Kind::texts, texts);
  return 0;
}
