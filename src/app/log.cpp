#include "app/log.hpp"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <algorithm>
#include <atomic>
#include <cstdio>
#include <span>
#include <vector>

#include "core/text_buffer.hpp"

namespace pelton::app {

namespace {

using Field = std::pair<std::string_view, std::string_view>;

bool is_plain(std::string_view value) noexcept {
  return !value.empty() && std::all_of(value.begin(), value.end(), [](char c) {
    return c > ' ' && c != '"' && c != '=' && c != '\\' && c < '\x7f';
  });
}

void append_text_field(core::TextBuffer& line, const Field& field) {
  line.append(' ');
  line.append(field.first);
  line.append('=');
  if (is_plain(field.second)) {
    line.append(field.second);
  } else {
    core::append_json_string(line, field.second);  // nobody breaks out of a line with a line break
  }
}

void append_json_field(core::TextBuffer& line, const Field& field) {
  line.append(',');
  core::append_json_string(line, field.first);
  line.append(':');
  core::append_json_string(line, field.second);
}

}  // namespace

class Log::Writer {
 public:
  explicit Writer(const LogSettings& settings)
      : json_(settings.format == LogFormat::json),
        logger_("pelton", std::make_shared<spdlog::sinks::stderr_sink_mt>()) {
    const std::string pattern =
        json_ ? R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ","level":"%l",%v})" : "%Y-%m-%dT%H:%M:%S.%eZ %l %v";
    logger_.set_pattern(pattern, spdlog::pattern_time_type::utc);
    logger_.set_level(spdlog::level::from_str(settings.level == "error" ? "err" : settings.level));
  }

  void write(spdlog::level::level_enum level, std::string_view message, std::span<const Field> fields) {
    if (!logger_.should_log(level)) return;
    core::TextBuffer line;
    if (json_) {
      line.append("\"message\":");
      core::append_json_string(line, message);
      for (const Field& field : fields) append_json_field(line, field);
    } else {
      line.append(message);
      for (const Field& field : fields) append_text_field(line, field);
    }
    const std::string_view text = line.view();
    logger_.log(level, spdlog::string_view_t(text.data(), text.size()));
  }

  bool sampled(std::size_t one_in) noexcept { return counter_.fetch_add(1, std::memory_order_relaxed) % one_in == 0; }

 private:
  bool json_;
  spdlog::logger logger_;
  std::atomic<std::uint64_t> counter_{0};
};

Log::Log(const LogSettings& settings) : writer_(std::make_unique<Writer>(settings)), settings_(settings) {}
Log::~Log() = default;

void Log::info(std::string_view message, Fields fields) {
  writer_->write(spdlog::level::info, message, {fields.begin(), fields.size()});
}
void Log::warn(std::string_view message, Fields fields) {
  writer_->write(spdlog::level::warn, message, {fields.begin(), fields.size()});
}
void Log::error(std::string_view message, Fields fields) {
  writer_->write(spdlog::level::err, message, {fields.begin(), fields.size()});
}

bool Log::wants(int status) noexcept {
  switch (settings_.access) {
    case AccessLogMode::off: return false;
    case AccessLogMode::errors: return status >= 400;
    case AccessLogMode::sampled: return status >= 400 || writer_->sampled(settings_.sample);
    case AccessLogMode::all: return true;
  }
  return false;
}

void Log::write(const api::AccessEntry& entry) {
  const std::string status = std::to_string(entry.status);
  char took[32];
  std::snprintf(took, sizeof took, "%.3f", std::chrono::duration<double, std::milli>(entry.took).count());
  std::vector<Field> fields{
      {"method", entry.method}, {"target", entry.target}, {"status", status}, {"ms", took}, {"peer", entry.peer}};
  if (!entry.request_id.empty()) fields.emplace_back("request_id", entry.request_id);
  writer_->write(spdlog::level::info, "request", fields);
}

}  // namespace pelton::app
