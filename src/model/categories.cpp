#include "model/categories.hpp"

#include <limits>
#include <unordered_map>
#include <utility>

namespace pelton::model {

namespace {

class NamedCategories final : public Categories {
 public:
  NamedCategories(std::vector<std::string> names, bool unknown_is_missing)
      : names_(std::move(names)), unknown_is_missing_(unknown_is_missing) {
    for (std::size_t i = 0; i < names_.size(); ++i) numbers_.emplace(names_[i], static_cast<double>(i));
  }
  std::optional<double> number(std::string_view name) const noexcept override {
    const auto found = numbers_.find(name);
    if (found != numbers_.end()) return found->second;
    if (unknown_is_missing_) return std::numeric_limits<double>::quiet_NaN();
    return std::nullopt;
  }
  const std::vector<std::string>& names() const noexcept override { return names_; }

 private:
  std::vector<std::string> names_;
  std::unordered_map<std::string_view, double> numbers_;  // views into names_
  bool unknown_is_missing_;
};

}  // namespace

std::shared_ptr<const Categories> make_categories(std::vector<std::string> names, bool unknown_is_missing) {
  return std::make_shared<NamedCategories>(std::move(names), unknown_is_missing);
}

}  // namespace pelton::model
