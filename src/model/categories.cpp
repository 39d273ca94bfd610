#include "model/categories.hpp"

#include <limits>
#include <numeric>
#include <unordered_map>
#include <utility>

namespace pelton::model {

namespace {

class NamedCategories final : public Categories {
 public:
  NamedCategories(std::vector<std::string> names, const std::vector<double>& numbers, std::optional<double> unknown)
      : names_(std::move(names)), unknown_(unknown) {
    for (std::size_t i = 0; i < names_.size(); ++i) numbers_.emplace(names_[i], numbers[i]);
  }
  std::optional<double> number(std::string_view name) const noexcept override {
    const auto found = numbers_.find(name);
    return found != numbers_.end() ? found->second : unknown_;
  }
  const std::vector<std::string>& names() const noexcept override { return names_; }

 private:
  std::vector<std::string> names_;
  std::unordered_map<std::string_view, double> numbers_;  // views into names_
  std::optional<double> unknown_;
};

}  // namespace

std::shared_ptr<const Categories> make_categories(std::vector<std::string> names, bool unknown_is_missing) {
  std::vector<double> positions(names.size());
  std::iota(positions.begin(), positions.end(), 0.0);
  std::optional<double> unknown;
  if (unknown_is_missing) unknown = std::numeric_limits<double>::quiet_NaN();
  return std::make_shared<NamedCategories>(std::move(names), positions, unknown);
}

std::shared_ptr<const Categories> make_categories(const std::vector<std::pair<std::string, double>>& numbered,
                                                  std::optional<double> unknown) {
  std::vector<std::string> names;
  std::vector<double> numbers;
  for (const auto& [name, number] : numbered) {
    names.push_back(name);
    numbers.push_back(number);
  }
  return std::make_shared<NamedCategories>(std::move(names), numbers, unknown);
}

}  // namespace pelton::model
