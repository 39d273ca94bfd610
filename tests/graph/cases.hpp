#pragma once

#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "math/matrix_view.hpp"

namespace pelton::graph {

/// One fitted machine with the answers of the libraries it came from (make_cases.py wrote them).
struct Case {
  std::string name;
  std::map<std::string, std::string> texts;
  std::map<std::string, std::vector<double>> numbers;

  bool has(const std::string& key) const { return numbers.count(key) != 0; }
  const std::vector<double>& at(const std::string& key) const {
    const auto found = numbers.find(key);
    if (found == numbers.end()) throw std::runtime_error(name + " has no " + key);
    return found->second;
  }
  std::vector<double> or_empty(const std::string& key) const { return has(key) ? at(key) : std::vector<double>(); }
  /// Numbers as rows.
  math::ConstMatrix matrix(const std::string& key, std::size_t cols) const {
    return {at(key).data(), at(key).size() / cols, cols};
  }
  std::vector<std::size_t> sizes(const std::string& key) const {
    std::vector<std::size_t> result;
    for (const double v : at(key)) result.push_back(static_cast<std::size_t>(v));
    return result;
  }
};

inline std::vector<Case> read_cases(const std::string& file) {
  std::ifstream in(std::string(PELTON_TEST_DATA) + "/" + file);
  if (!in) throw std::runtime_error("cannot open " + file);
  std::vector<Case> cases;
  for (std::string line; std::getline(in, line);) {
    std::istringstream words(line);
    std::string key, next;
    words >> key >> next;
    if (key == "case") {
      cases.push_back({next, {}, {}});
    } else if (next == "text") {
      words >> cases.back().texts[key];
    } else {
      std::vector<double>& values = cases.back().numbers[key];
      for (std::string word; words >> word;) values.push_back(std::strtod(word.c_str(), nullptr));
      if (values.size() != std::stoul(next)) throw std::runtime_error(cases.back().name + ": " + key + " is cut off");
    }
  }
  return cases;
}

}  // namespace pelton::graph
