#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "codec/json_rows.hpp"

namespace pelton::codec {

/// Reads `{"columns":["b","a"],"index":[0],"data":[[1,2]]}`, as pandas writes a table split: columns in any order,
/// or none (then by position); the index is passed over. `data` may stand before the columns.
class SplitFrame {
 public:
  /// `named` is memory that is kept from request to request.
  SplitFrame(JsonCursor& cursor, JsonRows& rows, FieldErrors& errors, const FeatureTable& features,
             JsonScratch& scratch, std::vector<bool>& named)
      : cursor_(cursor), rows_(rows), errors_(errors), features_(features), scratch_(scratch), named_(named) {}

  /// The object at hand, which stands at `pointer`. False once reading cannot go on.
  bool read(std::string_view pointer);

 private:
  bool read_columns();
  bool read_column(std::size_t number);
  bool read_data();
  void report_missing();
  std::string place(std::string_view member) const;

  JsonCursor& cursor_;
  JsonRows& rows_;
  FieldErrors& errors_;
  const FeatureTable& features_;
  JsonScratch& scratch_;
  std::vector<bool>& named_;
  std::string_view pointer_;
  bool fits_ = true;  ///< the columns are the features
};

}  // namespace pelton::codec
