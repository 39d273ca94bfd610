#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <string>
#include <vector>

/// What bench/compare engines times: one way of scoring rows with a model, called as its makers mean
/// it to be called from C or C++. Anything wrong throws.
namespace engines {

/// The rows that are scored: [count, features], as each engine takes them.
struct Rows {
  std::size_t count = 0;
  std::size_t features = 0;
  std::vector<float> floats;
  std::vector<double> doubles;  ///< the same values
  /// By column: the texts that its values are the numbers of; none for a column of numbers.
  std::vector<std::vector<std::string>> texts;

  bool all_numbers() const noexcept { return texts.empty(); }
};

class Engine {
 public:
  virtual ~Engine() = default;

  /// Whatever a caller could do once for calls with `batch` rows: it is not timed.
  virtual void prepare(std::size_t batch) = 0;

  /// Scores rows [first, first + batch); prepare(batch) came before.
  virtual void score(std::size_t first, std::size_t batch) = 0;

  /// Raw margins of the last call, one a row (or the probability of the last class).
  virtual std::vector<double> margins(std::size_t batch) const = 0;
};

/// Each keeps a reference to the rows.
/// `method` by its name; empty: decision_function, or predict where the model has none.
std::unique_ptr<Engine> make_pelton(const std::string& model, const std::string& method, const Rows& rows);
std::unique_ptr<Engine> make_xgboost(const std::string& library, const std::string& model, const Rows& rows);
std::unique_ptr<Engine> make_lightgbm(const std::string& library, const std::string& model, const Rows& rows);
/// `output` is the number of the model's output asked for, of `columns` columns.
std::unique_ptr<Engine> make_onnxruntime(const std::string& library, const std::string& model, std::size_t output,
                                         std::size_t columns, const Rows& rows);
/// Code that tl2cgen wrote, for thresholds of type T (float, double).
template <class T>
std::unique_ptr<Engine> make_tl2cgen(const std::string& code, const Rows& rows);
std::unique_ptr<Engine> make_lleaves(const std::string& code, const Rows& rows);

/// A shared library, held to the end of the program.
class Library {
 public:
  explicit Library(const std::string& file);

  /// The function `name`, as a pointer of type F.
  template <class F>
  F function(const char* name) const {
    void* const address = find(name);
    F pointer = nullptr;
    static_assert(sizeof(pointer) == sizeof(address));
    std::memcpy(&pointer, &address, sizeof(pointer));
    return pointer;
  }

 private:
  void* find(const char* name) const;

  void* handle_ = nullptr;
};

}  // namespace engines
