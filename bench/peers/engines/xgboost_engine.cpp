#include <cstdint>
#include <stdexcept>

#include "engine.hpp"

namespace engines {
namespace {

using Handle = void*;
using Length = std::uint64_t;

/// XGBoost through its C interface (xgboost/c_api.h): inplace prediction, which takes the rows where they lie.
class XgboostEngine final : public Engine {
 public:
  XgboostEngine(const std::string& library, const std::string& model, const Rows& rows)
      : library_(library),
        last_error_(library_.function<const char* (*)()>("XGBGetLastError")),
        predict_(library_.function<Predict>("XGBoosterPredictFromDense")),
        rows_(rows) {
    const auto create = library_.function<int (*)(const Handle*, Length, Handle*)>("XGBoosterCreate");
    const auto load = library_.function<int (*)(Handle, const char*)>("XGBoosterLoadModel");
    const auto set = library_.function<int (*)(Handle, const char*, const char*)>("XGBoosterSetParam");
    const auto create_proxy = library_.function<int (*)(Handle*)>("XGProxyDMatrixCreate");
    check(create(nullptr, 0, &booster_));
    check(load(booster_, model.c_str()));
    check(set(booster_, "nthread", "1"));
    check(create_proxy(&proxy_));
  }

  /// XGBoost takes a batch as a piece of JSON that says where it lies: written beforehand.
  void prepare(std::size_t batch) override {
    arrays_.clear();
    for (std::size_t first = 0; first + batch <= rows_.count; first += batch) {
      const auto address = reinterpret_cast<std::uintptr_t>(rows_.floats.data() + first * rows_.features);
      arrays_.push_back("{\"data\":[" + std::to_string(address) + ",true],\"shape\":[" + std::to_string(batch) + "," +
                        std::to_string(rows_.features) + R"(],"typestr":"<f4","version":3})");
    }
  }

  void score(std::size_t first, std::size_t batch) override {
    static constexpr const char* kConfig =
        R"({"type":1,"training":false,"iteration_begin":0,"iteration_end":0,"strict_shape":false,"cache_id":0,"missing":NaN})";
    const Length* shape = nullptr;
    Length dimensions = 0;
    check(predict_(booster_, arrays_[first / batch].c_str(), kConfig, proxy_, &shape, &dimensions, &result_));
  }

  std::vector<double> margins(std::size_t batch) const override { return {result_, result_ + batch}; }

 private:
  using Predict = int (*)(Handle, const char*, const char*, Handle, const Length**, Length*, const float**);

  void check(int status) const {
    if (status != 0) throw std::runtime_error(last_error_());
  }

  Library library_;
  const char* (*last_error_)();
  Predict predict_;
  const Rows& rows_;
  Handle booster_ = nullptr;
  Handle proxy_ = nullptr;
  std::vector<std::string> arrays_;
  const float* result_ = nullptr;
};

}  // namespace

std::unique_ptr<Engine> make_xgboost(const std::string& library, const std::string& model, const Rows& rows) {
  return std::make_unique<XgboostEngine>(library, model, rows);
}

}  // namespace engines
