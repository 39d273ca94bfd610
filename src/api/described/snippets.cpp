#include "api/described/snippets.hpp"

#include <array>
#include <cstdint>

namespace pelton::api {

namespace {

/// A character of valid UTF-8, and how many bytes it takes; texts that get here have been through
/// append_json_string, which lets nothing else pass.
struct Character {
  std::uint32_t code;
  std::size_t bytes;
};

Character character_at(std::string_view text, std::size_t at) noexcept {
  const auto byte = [&](std::size_t i) -> std::uint32_t {
    return at + i < text.size() ? static_cast<unsigned char>(text[at + i]) : 0x80U;
  };
  const std::uint32_t lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  if (lead < 0xE0) return {(lead & 0x1FU) << 6 | (byte(1) & 0x3FU), 2};
  if (lead < 0xF0) return {(lead & 0x0FU) << 12 | (byte(1) & 0x3FU) << 6 | (byte(2) & 0x3FU), 3};
  return {(lead & 0x07U) << 18 | (byte(1) & 0x3FU) << 12 | (byte(2) & 0x3FU) << 6 | (byte(3) & 0x3FU), 4};
}

/// Of the basic plane: controls, spaces other than ASCII's, joiners, marks of direction, line ends, the byte order
/// mark.
bool unseen(std::uint32_t code) noexcept {
  struct Range {
    std::uint32_t first;
    std::uint32_t last;
  };
  static constexpr std::array<Range, 10> kUnseen{{{0x7F, 0xA0},
                                                  {0xAD, 0xAD},
                                                  {0x61C, 0x61C},
                                                  {0x180E, 0x180E},
                                                  {0x2000, 0x200F},
                                                  {0x2028, 0x202F},
                                                  {0x205F, 0x206F},
                                                  {0x3000, 0x3000},
                                                  {0xFE00, 0xFE0F},
                                                  {0xFEFF, 0xFEFF}}};
  for (const Range& range : kUnseen) {
    if (code >= range.first && code <= range.last) return true;
  }
  return false;
}

void append_unit(std::string& out, std::uint32_t unit) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  out.append("\\u");
  for (int shift = 12; shift >= 0; shift -= 4) out.push_back(kDigits[unit >> shift & 15U]);
}

/// Calls `visit(piece, is_string)` for the JSON text's strings, quotes and all, and for what is between them.
template <class Visit>
void for_each_piece(std::string_view json, Visit&& visit) {
  for (std::size_t at = 0; at < json.size();) {
    std::size_t end = at + 1;
    if (json[at] == '"') {
      while (end < json.size() && json[end] != '"') end += json[end] == '\\' ? 2 : 1;
      end = end + 1 < json.size() ? end + 1 : json.size();
      visit(json.substr(at, end - at), true);
    } else {
      end = json.find('"', at) < json.size() ? json.find('"', at) : json.size();
      visit(json.substr(at, end - at), false);
    }
    at = end;
  }
}

/// In single quotes, as the shell takes it.
std::string shell_text(std::string_view text) {
  std::string quoted = "'";
  for (const char c : text) c == '\'' ? quoted.append("'\\''") : quoted.append(1, c);
  return quoted + "'";
}

/// In double quotes, as Go takes it; and Python, JavaScript and Java, where the text is ASCII.
std::string quoted_text(std::string_view text) {
  std::string quoted = "\"";
  for (const char c : text) {
    if (c == '"' || c == '\\') quoted.push_back('\\');
    quoted.push_back(c);
  }
  return quoted + "\"";
}

/// As an expression: a constant holds at most 65,535 bytes (The Java Virtual Machine Specification, 4.4.7), and how
/// the source is encoded depends on the compiler's machine, so that nothing but ASCII is safe.
std::string java_text(std::string_view text) {
  constexpr std::size_t kLongest = 8000;
  std::vector<std::string> pieces(1);
  for (std::size_t at = 0; at < text.size();) {
    const Character character = character_at(text, at);
    at += character.bytes;
    if (pieces.back().size() > kLongest) pieces.emplace_back();
    std::string& piece = pieces.back();
    if (character.code > 0xFFFF) {
      append_unit(piece, 0xD800U + ((character.code - 0x10000U) >> 10));
      append_unit(piece, 0xDC00U + ((character.code - 0x10000U) & 0x3FFU));
    } else if (character.code > 0x7E) {
      append_unit(piece, character.code);
    } else {
      if (character.code == '"' || character.code == '\\') piece.push_back('\\');
      piece.push_back(static_cast<char>(character.code));
    }
  }
  if (pieces.size() == 1) return "\"" + pieces.front() + "\"";
  std::string joined = "String.join(\"\"";
  for (const std::string& piece : pieces) joined.append(",\n                \"").append(piece).append("\"");
  return joined + ")";
}

/// JSON's strings and numbers are Python's, its words are not.
std::string python_value(std::string_view json) {
  std::string value;
  for_each_piece(json, [&](std::string_view piece, bool is_string) {
    if (is_string) {
      value.append(piece);
      return;
    }
    for (std::size_t at = 0; at < piece.size();) {
      const auto word = [&](std::string_view from, std::string_view to) {
        if (!piece.substr(at).starts_with(from)) return false;
        value.append(to);
        at += from.size();
        return true;
      };
      if (word("null", "None") || word("true", "True") || word("false", "False")) continue;
      const char c = piece[at++];
      value.push_back(c);
      if (c == ',' || c == ':') value.push_back(' ');
    }
  });
  return value;
}

/// JSON is JavaScript but for one name: `"__proto__":` would set the object's prototype.
std::string javascript_value(std::string_view json) {
  std::string value;
  bool was_proto = false;
  for_each_piece(json, [&](std::string_view piece, bool is_string) {
    if (was_proto && !is_string && piece.starts_with(':')) {
      value.insert(value.size() - std::string_view("\"__proto__\"").size(), "[");
      value.push_back(']');
    }
    was_proto = is_string && piece == "\"__proto__\"";
    if (is_string) {
      value.append(piece);
      return;
    }
    for (const char c : piece) {
      value.push_back(c);
      if (c == ',' || c == ':') value.push_back(' ');
    }
  });
  return value;
}

std::string curl(std::string_view url, std::string_view body) {
  constexpr std::size_t kLongestArgument = 100'000;  // Linux takes 131,072 bytes
  const std::string head = "curl " + shell_text(url) + " \\\n  -H 'Content-Type: application/json' \\\n  ";
  if (body.size() <= kLongestArgument) return head + "-d " + shell_text(body) + "\n";
  return head + "--data-binary @- <<'END_OF_BODY'\n" + std::string(body) + "\nEND_OF_BODY\n";
}

std::string python(std::string_view url, std::string_view body) {
  return "import requests\n\n"
         "reply = requests.post(\n    " +
         quoted_text(url) + ",\n    json=" + python_value(body) +
         ",\n    timeout=30,\n)\nreply.raise_for_status()\nprint(reply.json())\n";
}

std::string javascript(std::string_view url, std::string_view body) {
  return "fetch(" + quoted_text(url) +
         ", {\n  method: \"POST\",\n  headers: { \"Content-Type\": \"application/json\" },\n"
         "  body: JSON.stringify(" +
         javascript_value(body) +
         "),\n})\n  .then((reply) => reply.json())\n  .then((answer) => console.log(answer));\n";
}

std::string go(std::string_view url, std::string_view body) {
  return "package main\n\nimport (\n\t\"fmt\"\n\t\"io\"\n\t\"log\"\n\t\"net/http\"\n\t\"strings\"\n)\n\n"
         "func main() {\n\tbody := strings.NewReader(" +
         quoted_text(body) + ")\n\treply, err := http.Post(" + quoted_text(url) +
         ", \"application/json\", body)\n"
         "\tif err != nil {\n\t\tlog.Fatal(err)\n\t}\n\tdefer reply.Body.Close()\n"
         "\tanswer, err := io.ReadAll(reply.Body)\n"
         "\tif err != nil {\n\t\tlog.Fatal(err)\n\t}\n\tfmt.Println(string(answer))\n}\n";
}

std::string java(std::string_view url, std::string_view body) {
  return "import java.net.URI;\nimport java.net.http.HttpClient;\nimport java.net.http.HttpRequest;\n"
         "import java.net.http.HttpResponse;\n\n"
         "public class Predict {\n    public static void main(String[] arguments) throws Exception {\n"
         "        String body = " +
         java_text(body) + ";\n        HttpRequest request = HttpRequest.newBuilder(URI.create(" + java_text(url) +
         "))\n"
         "                .header(\"Content-Type\", \"application/json\")\n"
         "                .POST(HttpRequest.BodyPublishers.ofString(body))\n                .build();\n"
         "        HttpResponse<String> reply =\n"
         "                HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());\n"
         "        System.out.println(reply.body());\n    }\n}\n";
}

}  // namespace

std::string visible_json(std::string_view json) {
  std::string visible;
  for (std::size_t at = 0; at < json.size();) {
    const Character character = character_at(json, at);
    if (unseen(character.code)) {
      append_unit(visible, character.code);
    } else {
      visible.append(json.substr(at, character.bytes));
    }
    at += character.bytes;
  }
  return visible;
}

std::vector<Snippet> make_snippets(std::string_view url, std::string_view body) {
  const std::string visible = visible_json(body);
  return {{"curl", curl(url, visible)},
          {"python", python(url, visible)},
          {"javascript", javascript(url, visible)},
          {"go", go(url, visible)},
          {"java", java(url, visible)}};
}

}  // namespace pelton::api
