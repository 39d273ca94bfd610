#include "formats/xgboost/file_reader.hpp"

#include <limits>
#include <string>
#include <utility>

#include "formats/xgboost/categories_reader.hpp"
#include "formats/xgboost/members.hpp"
#include "formats/xgboost/parameters.hpp"
#include "formats/xgboost/tree_reader.hpp"

namespace pelton::formats::xgboost {

namespace {

class FileReader {
 public:
  FileReader(document::Reader& reader, const Limits& limits) : reader_(reader), limits_(limits) {}

  core::Result<File> read() {
    if (!read_root() || !reader_.finish()) return reader_.error();
    return std::move(file_);
  }

 private:
  bool read_root() {
    bool found = false;
    const bool read = read_members(reader_, [&](std::string_view name) {
      if (name == "learner") {
        found = true;
        return read_learner();
      }
      if (name == "version") return reader_.read_numbers(file_.version, 3);
      if (name == "Model" || name == "Config") {
        return reader_.fail(core::ErrorCode::unsupported,
                            "a snapshot of a Booster in memory, as pickle holds it; save the model with save_model");
      }
      return reader_.skip();
    });
    return read && (found || reader_.fail("there is no learner"));
  }

  bool read_learner() {
    return read_members(reader_, [&](std::string_view name) {
      if (name == "gradient_booster") return read_booster(file_.booster);
      if (name == "learner_model_param") return read_model_parameters();
      if (name == "objective") return read_objective();
      if (name == "attributes") return read_attributes();
      if (name == "feature_names") return reader_.read_strings(file_.feature_names, limits_.features);
      if (name == "feature_types") return reader_.read_strings(file_.feature_types, limits_.features);
      return reader_.skip();
    });
  }

  /// A dart holds its trees as a gbtree within and the weights beside; XGBoost 3.3 and later have a
  /// gbtree whose model holds the weights.
  bool read_booster(Booster& booster) {
    return read_members(reader_, [&](std::string_view name) {
      if (name == "model") return read_model(booster);
      if (name == "gbtree") return read_inner_booster(booster);
      if (name == "weight_drop") return reader_.read_numbers(booster.weight_drop, limits_.trees);
      if (name == "name") return read_text(booster.name);
      return reader_.skip();
    });
  }

  bool read_inner_booster(Booster& booster) {
    return read_members(reader_, [&](std::string_view name) {
      if (name == "model") return read_model(booster);
      return reader_.skip();
    });
  }

  bool read_model(Booster& booster) {
    return read_members(reader_, [&](std::string_view name) {
      if (name == "trees") return read_trees(booster.trees);
      if (name == "tree_info") return reader_.read_numbers(booster.tree_info, limits_.trees);
      if (name == "iteration_indptr") {
        return reader_.read_numbers(booster.round_starts.emplace(), limits_.trees + 1);
      }
      if (name == "gbtree_model_param") return read_tree_parameters(booster);
      if (name == "weight_drop") return reader_.read_numbers(booster.weight_drop, limits_.trees);
      if (name == "cats") return read_categories(reader_, limits_, booster.categories);
      if (name == "weights") return reader_.read_numbers(booster.weights, std::numeric_limits<std::int32_t>::max());
      if (name == "boosted_rounds") return reader_.read_integer(booster.boosted_rounds.emplace());
      return reader_.skip();
    });
  }

  bool read_tree_parameters(Booster& booster) {
    return read_members(reader_, [&](std::string_view name) {
      if (name == "num_parallel_tree") return read_size(booster.num_parallel_tree, limits_.trees);
      if (name == "num_trees") return read_size(booster.trees_stated.emplace(), limits_.trees);
      return reader_.skip();
    });
  }

  bool read_trees(std::vector<FileTree>& trees) {
    trees.clear();
    TreeReader tree_reader(reader_, limits_);
    if (!reader_.enter_array()) return false;
    while (reader_.next_element()) {
      if (trees.size() == limits_.trees) {
        return reader_.fail(core::ErrorCode::too_large, "more than " + std::to_string(limits_.trees) + " trees");
      }
      if (!tree_reader.read(trees.emplace_back())) return false;
    }
    return !reader_.failed();
  }

  bool read_model_parameters() {
    return read_members(reader_, [&](std::string_view name) {
      if (name == "base_score") return read_base_scores(reader_, file_.base_scores, limits_.classes);
      if (name == "num_feature") return read_size(file_.features, limits_.features);
      if (name == "num_class") return read_size(file_.classes, limits_.classes);
      if (name == "num_target") return read_size(file_.targets, limits_.classes);
      if (name == "boost_from_average") {
        std::size_t flag = 0;
        if (!read_size(flag, 1)) return false;
        file_.boost_from_average = flag != 0;
        return true;
      }
      return reader_.skip();
    });
  }

  bool read_objective() {
    return read_members(reader_, [&](std::string_view name) {
      if (name == "name") return read_text(file_.objective);
      return reader_.skip();
    });
  }

  bool read_attributes() {
    return read_members(reader_, [&](std::string_view name) {
      if (name != "best_iteration") return reader_.skip();
      return read_text(file_.best_iteration.emplace());
    });
  }

  bool read_text(std::string& to) {
    std::string_view text;
    if (!reader_.read_string(text)) return false;
    to = text;
    return true;
  }

  bool read_size(std::size_t& size, std::size_t most) {
    std::int64_t count = 0;
    if (!read_count(reader_, count)) return false;
    size = static_cast<std::size_t>(count);
    return size <= most || reader_.fail(core::ErrorCode::too_large, std::to_string(size) + ", of which at most " +
                                                                        std::to_string(most) + " are read");
  }

  document::Reader& reader_;
  const Limits& limits_;
  File file_;
};

}  // namespace

core::Result<File> read_file(document::Reader& reader, const Limits& limits) {
  return FileReader(reader, limits).read();
}

}  // namespace pelton::formats::xgboost
