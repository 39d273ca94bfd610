#include "app/prediction_writer.hpp"

namespace pelton::app {

void PredictionWriter::begin(core::TextBuffer& out) {
  if (format_ == ResultFormat::csv) results_.append_csv_header(out, "\n");
  if (format_ == ResultFormat::json) out.append(R"({"result":[)");
}

void PredictionWriter::separate(core::TextBuffer& out) {
  if (!first_) out.append(',');
  first_ = false;
}

void PredictionWriter::append(core::TextBuffer& out, math::ConstMatrix rows) {
  switch (format_) {
    case ResultFormat::csv: return results_.append_csv_rows(out, rows, "\n");
    case ResultFormat::ndjson: return results_.append_ndjson(out, rows);
    case ResultFormat::json: break;
  }
  for (std::size_t r = 0; r < rows.rows; ++r) {
    separate(out);
    results_.append_row(out, rows.row(r));
  }
}

void PredictionWriter::append_missing(core::TextBuffer& out) {
  switch (format_) {
    case ResultFormat::csv: return results_.append_csv_missing(out, "\n");
    case ResultFormat::ndjson: return out.append("{\"result\":null}\n");
    case ResultFormat::json: break;
  }
  separate(out);
  out.append("null");
}

void PredictionWriter::end(core::TextBuffer& out) {
  if (format_ == ResultFormat::json) out.append("]}\n");
}

}  // namespace pelton::app
