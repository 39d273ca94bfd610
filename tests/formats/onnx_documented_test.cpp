// docs/onnx.md lists the operators; this holds it to them.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <utility>

#include "formats/onnx/registry.hpp"
#include "operators/registry.hpp"

namespace pelton::formats::onnx {
namespace {

/// What the list says of an operator.
struct Told {
  std::int64_t since;
  bool columns;
};
using ByName = std::map<std::string, Told>;

/// Every operator by domain and name.
std::map<std::string, ByName> all_operators() {
  std::map<std::string, ByName> domains;
  const auto add = [&](const auto& families, bool columns) {
    for (const auto& family : families) {
      for (const auto& op : family) {
        const std::string domain(op.domain.empty() ? "ai.onnx" : op.domain);
        const auto [told, fresh] = domains[domain].emplace(op.name, Told{op.since, columns});
        told->second.since = std::min(told->second.since, op.since);
      }
    }
  };
  add(operator_families(), true);
  add(operators::operator_families(), false);
  return domains;
}

/// The lines of the list, as the document has them.
std::string listed() {
  std::string text;
  for (const auto& [domain, ops] : all_operators()) {
    text += "\n### " + domain + "\n\n";
    std::string line;
    for (const auto& [name, told] : ops) {
      const std::string item = (told.columns ? "**" + name + "**" : name) + " " + std::to_string(told.since);
      if (line.size() + item.size() > 120) {
        text += line + "\n";
        line.clear();
      }
      line += (line.empty() ? "" : " ") + item + (name == ops.rbegin()->first ? "" : " ·");
    }
    text += line + "\n";
  }
  return text;
}

TEST(OnnxDocumented, TheListOfOperatorsIsWhole) {
  std::ifstream file(std::string(PELTON_SOURCE_DIR) + "/docs/onnx.md");
  const std::string document{std::istreambuf_iterator<char>(file), {}};
  const std::string wanted = listed();
  EXPECT_NE(document.find(wanted), std::string::npos) << "docs/onnx.md should have:\n" << wanted;
}

TEST(OnnxDocumented, TheVersionsAreTheNewestRead) {
  std::ifstream file(std::string(PELTON_SOURCE_DIR) + "/docs/onnx.md");
  const std::string document{std::istreambuf_iterator<char>(file), {}};
  const std::string wanted = "up to " + std::to_string(kNewestOpset) + " of ai.onnx and up to " +
                             std::to_string(kNewestMlOpset) + " of ai.onnx.ml";
  EXPECT_NE(document.find(wanted), std::string::npos) << "docs/onnx.md should have: " << wanted;
}

}  // namespace
}  // namespace pelton::formats::onnx
