#include <algorithm>
#include <array>

#include "operators/by_type.hpp"
#include "operators/ngram_tree.hpp"
#include "operators/registry.hpp"
#include "operators/scratch.hpp"

/// TfIdfVectorizer: how often each n-gram of a pool is in a row of tokens.
namespace pelton::operators {
namespace {

using tensor::Failure;
using tensor::RowAxis;
using tensor::RunContext;
using tensor::Traced;
using tensor::Value;

constexpr std::uint32_t kNone = NgramTree::kNone;
static_assert(kNone == LookupTable<std::uint64_t>::kAbsent);

/// What finding an n-gram does: IDF says that it is there, the other modes how often.
struct Found {
  std::uint32_t column;
  float weight;
};

/// The attributes but the pool.
struct Setting {
  std::size_t shortest = 1;  ///< of the n-grams counted
  std::size_t longest = 1;
  std::size_t skips = 0;
  bool counted = true;               ///< weights of repeated n-grams add up
  std::vector<std::int64_t> starts;  ///< in the pool, of the n-grams of 1, 2, … tokens
  std::vector<Found> found;          ///< of the n-grams in order of the pool
  std::size_t width = 0;             ///< columns of the result
};

/// A token of a pool for inputs of T.
template <class T>
using PoolToken = std::conditional_t<std::is_same_v<T, std::string_view>, std::string_view, std::int64_t>;

template <class T>
class TfIdfVectorizer final : public Operation {
 public:
  TfIdfVectorizer(const Node& node, Setting setting, const std::vector<PoolToken<T>>& pool,
                  std::vector<std::string> texts)
      : setting_(std::move(setting)),
        texts_(std::move(texts)),
        numbers_(pool.size()),
        ngrams_(pool.size(), pool.size()) {
    load(node, pool);
  }

  void run(std::span<const Value* const> inputs, std::span<Value* const> outputs, RunContext&) const override {
    const Tensor& x = inputs[0]->tensor;
    if (outputs[0] == nullptr) return;
    const bool rows_apart = x.rank() == 2;
    if (x.rank() > 2 || (rows_apart && x.shape()[0] == 0)) {
      throw Failure("counts n-grams of [tokens] or [rows, tokens], not of " + to_string(x.shape()));
    }
    const auto width = static_cast<std::int64_t>(setting_.width);
    const std::span<float> y = outputs[0]->tensor.reset<float>(rows_apart ? Shape{x.shape()[0], width} : Shape{width});
    std::fill(y.begin(), y.end(), 0.0F);
    const std::size_t rows = y.size() / setting_.width;
    const std::size_t length = x.size() / rows;
    for (std::size_t r = 0; r < rows; ++r) {
      const std::span<float> result = y.subspan(r * setting_.width, setting_.width);
      count(x.values<T>().subspan(r * length, length), result.data());
    }
  }

  RowAxis row_axis(std::span<const Traced> inputs, const Shape&, std::size_t) const override {
    return inputs[0].shape.rank() == 2 && inputs[0].rows == RowAxis::at(0) ? inputs[0].rows : RowAxis::mixed();
  }

 private:
  void load(const Node& node, std::span<const PoolToken<T>> pool) {
    std::vector<std::uint32_t> ngram;
    std::uint32_t tokens = 0;
    std::size_t index = 0;  // of the n-gram, whatever its length
    for (std::size_t n = 1; n <= setting_.starts.size(); ++n) {
      const auto begin = static_cast<std::size_t>(setting_.starts[n - 1]);
      const std::size_t end = n < setting_.starts.size() ? static_cast<std::size_t>(setting_.starts[n]) : pool.size();
      const bool counted = n >= setting_.shortest && n <= setting_.longest;
      for (std::size_t i = begin; i < end; i += n, ++index) {
        if (index == setting_.found.size()) node.malformed("has more n-grams than \"ngram_indexes\"");
        if (!counted) continue;
        ngram.clear();
        for (const PoolToken<T>& token : pool.subspan(i, n)) {
          ngram.push_back(numbers_.insert(lookup_key(token), tokens));
          if (ngram.back() == tokens) ++tokens;
        }
        ngrams_.assign(ngram, static_cast<std::uint32_t>(index));
      }
    }
  }

  void count(std::span<const T> row, float* cells) const {
    Scratch<std::uint32_t, TfIdfVectorizer> tokens;
    tokens->reserve(row.size());
    for (const T& token : row) tokens->push_back(numbers_.find(lookup_key(token)));
    const std::span<const std::uint32_t> all(*tokens);
    for (std::size_t step = 1; step <= setting_.skips + 1; ++step) {
      // N-grams of one token are the same whatever is skipped.
      const std::size_t shortest = step == 1 ? setting_.shortest : std::max<std::size_t>(setting_.shortest, 2);
      if (shortest > setting_.longest || (shortest - 1) * step >= all.size()) return;
      for (std::size_t i = 0; i + (shortest - 1) * step < all.size(); ++i) count_from(all, i, step, shortest, cells);
    }
  }

  /// The n-grams that begin at token `at`.
  void count_from(std::span<const std::uint32_t> all, std::size_t at, std::size_t step, std::size_t shortest,
                  float* cells) const {
    std::uint32_t node = ngrams_.begin(all[at]);
    for (std::size_t n = 1; node != kNone; ++n) {
      const std::uint32_t number = ngrams_.number(node);
      if (n >= shortest && number != kNone) {
        const Found found = setting_.found[number];
        cells[found.column] = setting_.counted ? cells[found.column] + found.weight : found.weight;
      }
      if (step >= all.size() - at) return;
      at += step;
      node = ngrams_.longer(node, all[at]);
    }
  }

  Setting setting_;
  std::vector<std::string> texts_;  ///< that numbers_ looks at
  LookupTable<LookupKey<T>> numbers_;
  NgramTree ngrams_;
};

/// Token look-ups that one token of a text may cause: n-grams as long, times distances.
constexpr std::int64_t kMostLookups = 1024;

void read_lengths(const Node& node, Setting& setting) {
  const std::int64_t shortest = node.integer("min_gram_length", 0);
  const std::int64_t longest = node.integer("max_gram_length", 0);
  const std::int64_t skips = node.integer("max_skip_count", -1);
  const bool known = shortest >= 1 && longest >= shortest && skips >= 0 &&
                     static_cast<std::uint64_t>(longest) <= setting.starts.size();
  if (!known) node.malformed("does not say how long its n-grams are, or how many tokens they skip");
  if (longest > kMostLookups || skips >= kMostLookups || longest * (skips + 1) > kMostLookups) {
    node.refuse("counts n-grams of up to " + std::to_string(longest) + " tokens, skipping up to " +
                std::to_string(skips));
  }
  setting.shortest = static_cast<std::size_t>(shortest);
  setting.longest = static_cast<std::size_t>(longest);
  setting.skips = static_cast<std::size_t>(skips);
}

void read_columns(const Node& node, Setting& setting) {
  const std::string mode = node.text("mode", "");
  if (mode != "TF" && mode != "IDF" && mode != "TFIDF") node.malformed("attribute \"mode\" is none of TF, IDF, TFIDF");
  setting.counted = mode != "IDF";
  const std::vector<std::int64_t> columns = node.integers("ngram_indexes");
  const std::vector<double> weights = node.numbers("weights");
  if (columns.empty()) node.malformed("has no \"ngram_indexes\"");
  if (!weights.empty() && weights.size() != columns.size()) {
    node.malformed("has " + std::to_string(weights.size()) + " weights for " + std::to_string(columns.size()) +
                   " n-grams");
  }
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (columns[i] < 0 || columns[i] >= tensor::kMaxElements) {
      node.malformed("counts an n-gram in column " + std::to_string(columns[i]));
    }
    const bool weighted = mode != "TF" && !weights.empty();
    setting.found.push_back({static_cast<std::uint32_t>(columns[i]), weighted ? static_cast<float>(weights[i]) : 1.0F});
    setting.width = std::max(setting.width, static_cast<std::size_t>(columns[i]) + 1);
  }
}

void check_starts(const Node& node, const std::vector<std::int64_t>& starts, std::size_t pool) {
  for (std::size_t i = 0; i < starts.size(); ++i) {
    const auto end = i + 1 < starts.size() ? starts[i + 1] : static_cast<std::int64_t>(pool);
    const bool whole = starts[i] >= 0 && end >= starts[i] && end <= static_cast<std::int64_t>(pool) &&
                       static_cast<std::size_t>(end - starts[i]) % (i + 1) == 0;
    if (!whole) node.malformed("attribute \"ngram_counts\" does not cut the pool into n-grams");
  }
}

std::shared_ptr<const Operation> tfidf_vectorizer(Node& node) {
  Setting setting;
  setting.starts = node.integers("ngram_counts");
  read_lengths(node, setting);
  read_columns(node, setting);
  std::vector<std::string> texts = node.texts("pool_strings");
  std::vector<std::int64_t> integers = node.integers("pool_int64s");
  const bool of_texts = node.type(0) == DataType::string;
  if (of_texts ? texts.empty() : integers.empty()) node.malformed("has no pool of n-grams of its input's type");
  check_starts(node, setting.starts, of_texts ? texts.size() : integers.size());
  node.gives(DataType::float32);
  return by_type(node, node.type(0), Types<std::string_view, std::int32_t, std::int64_t>(), [&]<class T>() {
    std::vector<PoolToken<T>> pool;
    if constexpr (std::is_same_v<T, std::string_view>) {
      pool.assign(texts.begin(), texts.end());
    } else {
      pool = std::move(integers);
    }
    return std::make_shared<TfIdfVectorizer<T>>(node, std::move(setting), pool, std::move(texts));
  });
}

constexpr std::array kOperators{
    Operator{"", "TfIdfVectorizer", 9, tfidf_vectorizer},
};

}  // namespace

std::span<const Operator> tfidf_vectorizer_operators() noexcept { return kOperators; }

}  // namespace pelton::operators
