#include <cstdint>
#include <stdexcept>

#include "engine.hpp"

namespace engines {
namespace {

using Handle = void*;

// Of LightGBM/c_api.h.
constexpr int kFloat64 = 1;
constexpr int kRawScore = 1;
constexpr const char* kParameters = "num_threads=1";

/// LightGBM through its C interface: the fast call for a single row, the call for a matrix for more.
class LightgbmEngine final : public Engine {
 public:
  LightgbmEngine(const std::string& library, const std::string& model, const Rows& rows)
      : library_(library),
        last_error_(library_.function<const char* (*)()>("LGBM_GetLastError")),
        predict_row_(library_.function<PredictRow>("LGBM_BoosterPredictForMatSingleRowFast")),
        predict_matrix_(library_.function<PredictMatrix>("LGBM_BoosterPredictForMat")),
        rows_(rows),
        out_(rows.count) {
    const auto load = library_.function<int (*)(const char*, int*, Handle*)>("LGBM_BoosterCreateFromModelfile");
    const auto init_row = library_.function<int (*)(Handle, int, int, int, int, std::int32_t, const char*, Handle*)>(
        "LGBM_BoosterPredictForMatSingleRowFastInit");
    int iterations = 0;
    check(load(model.c_str(), &iterations, &booster_));
    check(init_row(booster_, kRawScore, 0, -1, kFloat64, static_cast<std::int32_t>(rows.features), kParameters,
                   &row_config_));
  }

  void prepare(std::size_t) override {}

  void score(std::size_t first, std::size_t batch) override {
    const double* const data = rows_.doubles.data() + first * rows_.features;
    std::int64_t length = 0;
    if (batch == 1) {
      check(predict_row_(row_config_, data, &length, out_.data()));
    } else {
      check(predict_matrix_(booster_, data, kFloat64, static_cast<std::int32_t>(batch),
                            static_cast<std::int32_t>(rows_.features), 1, kRawScore, 0, -1, kParameters, &length,
                            out_.data()));
    }
  }

  std::vector<double> margins(std::size_t batch) const override {
    return {out_.begin(), out_.begin() + static_cast<std::ptrdiff_t>(batch)};
  }

 private:
  using PredictRow = int (*)(Handle, const void*, std::int64_t*, double*);
  using PredictMatrix = int (*)(Handle, const void*, int, std::int32_t, std::int32_t, int, int, int, int, const char*,
                                std::int64_t*, double*);

  void check(int status) const {
    if (status != 0) throw std::runtime_error(last_error_());
  }

  Library library_;
  const char* (*last_error_)();
  PredictRow predict_row_;
  PredictMatrix predict_matrix_;
  const Rows& rows_;
  Handle booster_ = nullptr;
  Handle row_config_ = nullptr;
  std::vector<double> out_;
};

}  // namespace

std::unique_ptr<Engine> make_lightgbm(const std::string& library, const std::string& model, const Rows& rows) {
  return std::make_unique<LightgbmEngine>(library, model, rows);
}

}  // namespace engines
