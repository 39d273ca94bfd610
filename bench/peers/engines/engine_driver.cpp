// Holds one model in one engine and scores it when told to, so that bench/compare can let engines take turns.
//
//   engine_driver ROWS FEATURES pelton MODEL [METHOD]
//   engine_driver ROWS FEATURES xgboost|lightgbm LIBRARY MODEL
//   engine_driver ROWS FEATURES onnxruntime LIBRARY MODEL [OUTPUT COLUMNS]
//   engine_driver ROWS FEATURES tl2cgen32|tl2cgen64|lleaves CODE
//
// ROWS is a file of little-endian float32. Where ROWS.texts lies beside it, some columns are text: it has a line a
// column, the texts that the column's values number, separated by tabs (none: a column of numbers). Says "ready", then
// answers each line of stdin with one line:
//
//   time BATCH SECONDS  nanoseconds of processor time a row, over calls of BATCH rows for at least so long
//   margins BATCH FILE  writes the margins of all rows to FILE as doubles: "done"

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <iostream>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "engine.hpp"

namespace engines {
namespace {

Rows read_rows(const std::string& file, std::size_t features) {
  std::ifstream stream(file, std::ios::binary);
  const std::string bytes((std::istreambuf_iterator<char>(stream)), std::istreambuf_iterator<char>());
  Rows rows;
  rows.features = features;
  if (features > 0) rows.count = bytes.size() / (features * sizeof(float));
  if (rows.count == 0) throw std::runtime_error(file + ": no rows");
  rows.floats.resize(rows.count * features);
  std::memcpy(rows.floats.data(), bytes.data(), rows.floats.size() * sizeof(float));
  rows.doubles.assign(rows.floats.begin(), rows.floats.end());
  std::ifstream texts(file + ".texts");
  for (std::string line; std::getline(texts, line);) {
    std::istringstream cells(line);
    rows.texts.emplace_back();
    for (std::string text; std::getline(cells, text, '\t');) rows.texts.back().push_back(text);
  }
  if (!rows.all_numbers() && rows.texts.size() != features) throw std::runtime_error(file + ".texts: a line a column");
  return rows;
}

std::unique_ptr<Engine> make(const std::vector<std::string>& words, const Rows& rows) {
  const std::string& kind = words.at(0);
  if (kind == "pelton") return make_pelton(words.at(1), words.size() > 2 ? words[2] : std::string(), rows);
  if (kind == "xgboost") return make_xgboost(words.at(1), words.at(2), rows);
  if (kind == "lightgbm") return make_lightgbm(words.at(1), words.at(2), rows);
  if (kind == "onnxruntime") {
    const bool chosen = words.size() > 3;
    return make_onnxruntime(words.at(1), words.at(2), chosen ? std::stoul(words[3]) : 0,
                            chosen ? std::stoul(words.at(4)) : 1, rows);
  }
  if (kind == "tl2cgen32") return make_tl2cgen<float>(words.at(1), rows);
  if (kind == "tl2cgen64") return make_tl2cgen<double>(words.at(1), rows);
  if (kind == "lleaves") return make_lleaves(words.at(1), rows);
  throw std::runtime_error("no engine is called " + kind);
}

/// Processor time of the whole program: what others do on the core is not in it.
double processor_seconds() {
  timespec now{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

/// Nanoseconds a row. Each call takes the rows after the last call's, so that no branch can be learned by heart.
double time_rows(Engine& engine, const Rows& rows, std::size_t batch, double seconds) {
  const std::size_t calls_between_looks = std::max<std::size_t>(1, 64 / batch);
  engine.prepare(batch);
  const double start = processor_seconds();
  std::size_t scored = 0;
  std::size_t first = 0;
  while (true) {
    for (std::size_t call = 0; call < calls_between_looks; ++call) {
      engine.score(first, batch);
      first = first + 2 * batch <= rows.count ? first + batch : 0;
    }
    scored += calls_between_looks * batch;
    const double passed = processor_seconds() - start;
    if (passed >= seconds) return passed * 1e9 / static_cast<double>(scored);
  }
}

void write_margins(Engine& engine, const Rows& rows, std::size_t batch, const std::string& file) {
  std::ofstream out(file, std::ios::binary);
  engine.prepare(batch);
  for (std::size_t first = 0; first + batch <= rows.count; first += batch) {
    engine.score(first, batch);
    const std::vector<double> margins = engine.margins(batch);
    out.write(reinterpret_cast<const char*>(margins.data()),
              static_cast<std::streamsize>(margins.size() * sizeof(double)));
  }
  if (!out.flush()) throw std::runtime_error(file + ": cannot be written");
}

void serve(Engine& engine, const Rows& rows) {
  std::cout << "ready" << std::endl;
  std::string order;
  std::size_t batch = 0;
  while (std::cin >> order >> batch) {
    if (batch == 0 || batch > rows.count) throw std::runtime_error("no such batch");
    if (order == "time") {
      double seconds = 0;
      std::cin >> seconds;
      std::cout << time_rows(engine, rows, batch, seconds) << std::endl;
    } else if (order == "margins") {
      std::string file;
      std::cin >> file;
      write_margins(engine, rows, batch, file);
      std::cout << "done" << std::endl;
    } else {
      throw std::runtime_error("no order is called " + order);
    }
  }
}

}  // namespace
}  // namespace engines

int main(int argc, char** argv) {
  try {
    const std::vector<std::string> words(argv + 1, argv + argc);
    const engines::Rows rows = engines::read_rows(words.at(0), std::stoul(words.at(1)));
    const auto engine = engines::make({words.begin() + 2, words.end()}, rows);
    engines::serve(*engine, rows);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "engine_driver: %s\n", error.what());
    return 1;
  }
}
