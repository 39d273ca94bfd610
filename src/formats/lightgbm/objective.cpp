#include "formats/lightgbm/objective.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <optional>
#include <string_view>

#include "formats/lightgbm/numbers.hpp"

namespace pelton::formats::lightgbm {

namespace {

using core::ErrorCode;
using graph::Link;
using graph::LinkSpec;

/// What an objective does to a margin, and which parameters say how.
enum class Kind { plain, square, exponential, logistic, lambda, softmax, one_vs_all, none };

struct Known {
  std::string_view name;
  Kind kind;
};

// LightGBM/src/objective/objective_function.cpp, the names that stand in files, and the ConvertOutput
// of each. `square`: "sqrt" among the parameters makes it sign(x) x².
constexpr std::array kObjectives{
    Known{"regression", Kind::square},
    Known{"regression_l1", Kind::square},
    Known{"quantile", Kind::square},
    Known{"mape", Kind::square},
    Known{"mean_absolute_percentage_error", Kind::square},
    Known{"fair", Kind::square},
    Known{"huber", Kind::plain},
    Known{"poisson", Kind::exponential},
    Known{"gamma", Kind::exponential},
    Known{"tweedie", Kind::exponential},
    Known{"binary", Kind::logistic},
    Known{"cross_entropy", Kind::logistic},
    Known{"xentropy", Kind::logistic},
    Known{"cross_entropy_lambda", Kind::lambda},
    Known{"xentlambda", Kind::lambda},
    Known{"multiclass", Kind::softmax},
    Known{"multiclassova", Kind::one_vs_all},
    Known{"lambdarank", Kind::plain},
    Known{"rank_xendcg", Kind::plain},
    Known{"xendcg", Kind::plain},
    Known{"none", Kind::none},
    Known{"null", Kind::none},
    Known{"custom", Kind::none},
    Known{"na", Kind::none},
};

/// The words of an objective line.
class Words {
 public:
  explicit Words(std::string_view text) : text_(text) {}
  bool next(std::string_view& word) noexcept {
    text_.remove_prefix(std::min(text_.find_first_not_of(' '), text_.size()));
    word = text_.substr(0, text_.find(' '));
    text_.remove_prefix(word.size());
    return !word.empty();
  }

 private:
  std::string_view text_;
};

struct Parameters {
  bool sqrt = false;
  std::optional<double> sigmoid;
  std::optional<std::size_t> num_class;
};

core::Result<Parameters> read_parameters(const Line& line, Words words) {
  Parameters parameters;
  for (std::string_view word; words.next(word);) {
    const std::size_t colon = std::min(word.find(':'), word.size());
    const std::string_view value = word.substr(std::min(colon + 1, word.size()));
    const std::string_view name = word.substr(0, colon);
    if (word == "sqrt") {
      parameters.sqrt = true;
    } else if (name == "sigmoid") {
      double sigmoid = 0;
      if (!read_parameter(value, sigmoid) || !(sigmoid > 0) || sigmoid > std::numeric_limits<double>::max()) {
        return fault(line, quoted(word) + " is no number above 0");
      }
      parameters.sigmoid = sigmoid;
    } else if (name == "num_class") {
      std::size_t count = 0;
      if (!read_number(value, count) || count == 0) return fault(line, quoted(word) + " is no number of classes");
      parameters.num_class = count;
    }
  }
  return parameters;
}

core::Result<void> complete(const Line& line, Kind kind, std::string_view name, const Parameters& parameters,
                            Objective& objective) {
  objective.margins = kind == Kind::none ? 0 : 1;
  const auto links = [&](Link link, double parameter = 1) { objective.links = {LinkSpec{link, parameter}}; };
  switch (kind) {
    case Kind::none:
    case Kind::plain: break;
    case Kind::square:
      if (parameters.sqrt) links(Link::lightgbm_square);
      break;
    case Kind::exponential: links(Link::lightgbm_exp); break;
    case Kind::lambda: links(Link::lightgbm_log1p_exp); break;
    case Kind::logistic:
      if (name != "binary") return links(Link::lightgbm_sigmoid), core::Result<void>();
      if (!parameters.sigmoid) return fault(line, "does not say its sigmoid");
      links(Link::lightgbm_sigmoid, *parameters.sigmoid);
      objective.classes = 2;
      break;
    case Kind::softmax:
    case Kind::one_vs_all:
      if (!parameters.num_class) return fault(line, "does not say its num_class");
      objective.classes = objective.margins = *parameters.num_class;
      if (kind == Kind::softmax) return links(Link::lightgbm_softmax), core::Result<void>();
      if (!parameters.sigmoid) return fault(line, "does not say its sigmoid");
      links(Link::lightgbm_sigmoid, *parameters.sigmoid);
      break;
  }
  return {};
}

}  // namespace

core::Result<Objective> read_objective(const Line& line) {
  Words words(line.value);
  std::string_view name;
  words.next(name);
  const auto known =
      std::find_if(kObjectives.begin(), kObjectives.end(), [&](const Known& k) { return k.name == name; });
  if (known == kObjectives.end()) {
    return fault(line, ErrorCode::unsupported, quoted(name) + " is no objective that Pelton knows");
  }
  const auto parameters = read_parameters(line, words);
  if (!parameters) return parameters.error();
  Objective objective;
  objective.name = known->kind == Kind::none ? "custom" : std::string(name);
  if (auto done = complete(line, known->kind, name, *parameters, objective); !done) return done.error();
  return objective;
}

}  // namespace pelton::formats::lightgbm
