#include <cstdint>

#include "engine.hpp"

namespace engines {
namespace {

/// C code that tl2cgen wrote for a model: one call a row.
template <class T>
class Tl2cgenEngine final : public Engine {
 public:
  Tl2cgenEngine(const std::string& code, const Rows& rows)
      : library_(code), predict_(library_.function<Predict>("predict")), rows_(rows), out_(rows.count) {
    entries_.resize(rows.floats.size());
    for (std::size_t i = 0; i < entries_.size(); ++i) entries_[i].value = static_cast<T>(rows.floats[i]);
  }

  void prepare(std::size_t) override {}

  void score(std::size_t first, std::size_t batch) override {
    constexpr int kMargin = 1;
    for (std::size_t i = 0; i < batch; ++i) {
      out_[i] = 0;  // the code adds to it
      predict_(entries_.data() + (first + i) * rows_.features, kMargin, &out_[i]);
    }
  }

  std::vector<double> margins(std::size_t batch) const override {
    return {out_.begin(), out_.begin() + static_cast<std::ptrdiff_t>(batch)};
  }

 private:
  /// As the written code declares it.
  union Entry {
    int missing;
    T value;
    int quantized;
  };
  using Predict = void (*)(Entry*, int, T*);

  Library library_;
  Predict predict_;
  const Rows& rows_;
  std::vector<Entry> entries_;
  std::vector<T> out_;
};

/// Code that lleaves had LLVM compile, called without lleaves.
class LleavesEngine final : public Engine {
 public:
  LleavesEngine(const std::string& code, const Rows& rows)
      : library_(code), predict_(library_.function<Predict>("forest_root")), rows_(rows), out_(rows.count) {}

  void prepare(std::size_t) override {}

  void score(std::size_t first, std::size_t batch) override {
    predict_(rows_.doubles.data() + first * rows_.features, out_.data(), 0, static_cast<std::int32_t>(batch));
  }

  std::vector<double> margins(std::size_t batch) const override {
    return {out_.begin(), out_.begin() + static_cast<std::ptrdiff_t>(batch)};
  }

 private:
  using Predict = void (*)(const double*, double*, std::int32_t, std::int32_t);

  Library library_;
  Predict predict_;
  const Rows& rows_;
  std::vector<double> out_;
};

}  // namespace

template <class T>
std::unique_ptr<Engine> make_tl2cgen(const std::string& code, const Rows& rows) {
  return std::make_unique<Tl2cgenEngine<T>>(code, rows);
}

template std::unique_ptr<Engine> make_tl2cgen<float>(const std::string&, const Rows&);
template std::unique_ptr<Engine> make_tl2cgen<double>(const std::string&, const Rows&);

std::unique_ptr<Engine> make_lleaves(const std::string& code, const Rows& rows) {
  return std::make_unique<LleavesEngine>(code, rows);
}

}  // namespace engines
