// Scores a model inside a program: embed MODEL VALUE... gives the prediction of one row.
#include <cstdio>
#include <cstdlib>
#include <vector>

#include "pelton/model.hpp"

int main(int argc, char** argv) {
  if (argc < 3) {
    std::fprintf(stderr, "usage: embed MODEL VALUE...\n");
    return 2;
  }
  const auto model = pelton::Model::load(argv[1]);
  if (!model) {
    std::fprintf(stderr, "%s\n", model.error().c_str());
    return 1;
  }
  std::vector<double> row;
  for (int i = 2; i < argc; ++i) row.push_back(std::strtod(argv[i], nullptr));
  if (row.size() != model->features().size()) {
    std::fprintf(stderr, "the model takes %zu values\n", model->features().size());
    return 1;
  }
  std::printf("%s", model->describe().c_str());
  for (const double value : model->score(row)) {
    if (model->classes().empty()) {
      std::printf("%g\n", value);
    } else {
      std::printf("%s\n", model->classes()[static_cast<std::size_t>(value)].c_str());
    }
  }
  return 0;
}
