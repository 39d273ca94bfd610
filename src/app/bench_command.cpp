#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <optional>
#include <string>

#include "app/bench_model.hpp"
#include "app/command_line.hpp"
#include "app/model_flags.hpp"
#include "app/progress_bar.hpp"
#include "core/printable.hpp"
#include "core/text_buffer.hpp"
#include "load/comparison.hpp"
#include "load/load_run.hpp"
#include "load/slo_search.hpp"

namespace pelton::app {

namespace {

using core::Error;
using core::ErrorCode;
using core::Result;

constexpr std::size_t kLargestBody = 64 * 1024 * 1024;
constexpr double kProbeSeconds = 2;

struct BenchFlags {
  std::string target;
  std::optional<double> rate;
  std::string steps;
  std::size_t connections = 64;
  std::optional<double> duration_s;
  std::uint64_t requests = 0;
  std::string body_file;
  std::string bodies_file;
  std::string against;
  std::size_t rounds = 5;
  std::vector<std::string> headers;
  std::string method;
  double timeout_ms = 5000;
  std::uint64_t seed = 1;
  std::size_t threads = 1;
  std::optional<int> pid;
  std::optional<double> search_slo_ms;
  std::optional<double> objective_ms;
  bool windows = false;
  ModelFlags model;
  std::string rows;
  tls::Trust trust;
  bool json = false;
  bool chart = false;

  bool draws_chart() const { return chart || ::isatty(STDOUT_FILENO) == 1; }
};

int complain(const Error& error) {
  std::fprintf(stderr, "pelton bench: %s\n", core::all_printable(error.message()).c_str());
  return error.code() == ErrorCode::invalid_argument || error.code() == ErrorCode::unsupported ? kUsage : kFailed;
}

/// The whole of a file, or of stdin for "-". `what` it holds is for errors.
Result<std::string> read_whole(const std::string& what, const std::string& file) {
  std::ifstream opened;
  if (file != "-") {
    opened.open(file, std::ios::binary);
    if (!opened) return core::errno_error(what + " " + file, errno);
  }
  std::istream& in = file == "-" ? std::cin : opened;
  std::string body;
  char piece[64 * 1024];
  while (in.read(piece, sizeof(piece)) || in.gcount() > 0) {
    body.append(piece, static_cast<std::size_t>(in.gcount()));
    if (body.size() > kLargestBody) return Error(ErrorCode::too_large, what + " " + file + ": larger than 64 MiB");
  }
  if (in.bad()) return Error(ErrorCode::io, what + " " + file + ": cannot be read");
  return body;
}

Result<core::Duration> duration_of(double amount, double unit_s, const char* flag) {
  if (!(amount > 0 && amount * unit_s <= 86'400)) {
    return Error(ErrorCode::invalid_argument, std::string(flag) + ": above 0 and at most a day");
  }
  return std::chrono::ceil<core::Duration>(std::chrono::duration<double>(amount * unit_s));
}

Result<load::RequestSpec> request_of(const BenchFlags& flags) {
  load::RequestSpec request;
  request.headers = flags.headers;
  if (!flags.method.empty()) request.method = flags.method;
  if (!flags.body_file.empty()) {
    auto body = read_whole("body", flags.body_file);
    if (!body) return std::move(body).error();
    request.body = *std::move(body);
  } else if (!flags.bodies_file.empty()) {
    auto lines = read_whole("bodies", flags.bodies_file);
    if (!lines) return std::move(lines).error();
    request.bodies = load::bodies_in(*lines);
    if (request.bodies.empty()) {
      return Error(ErrorCode::invalid_argument, "bodies " + flags.bodies_file + ": no line holds a body");
    }
  } else if (request.method == "GET" || request.method == "HEAD" || request.method == "OPTIONS") {
    request.body.reset();
  }
  return request;
}

Result<load::LoadSettings> settings_of(const BenchFlags& flags) {
  load::LoadSettings settings;
  auto target = load::parse_target(flags.target);
  if (!target) return std::move(target).error();
  auto request = request_of(flags);
  if (!request) return std::move(request).error();
  auto duration = duration_of(flags.duration_s.value_or(flags.search_slo_ms ? kProbeSeconds : 10), 1, "--duration");
  if (!duration) return std::move(duration).error();
  auto timeout = duration_of(flags.timeout_ms, 1e-3, "--timeout");
  if (!timeout) return std::move(timeout).error();
  const bool any_tls = target->tls || flags.against.starts_with("https://");
  if (!any_tls && (flags.trust.anybody || !flags.trust.ca_file.empty())) {
    return Error(ErrorCode::invalid_argument, "--insecure and --ca-file are for https:// URLs");
  }
  if (flags.trust.anybody && !flags.trust.ca_file.empty()) {
    return Error(ErrorCode::invalid_argument, "--ca-file says whom to trust, --insecure that it does not matter");
  }
  settings.target = *std::move(target);
  settings.trust = flags.trust;
  settings.request = *std::move(request);
  settings.duration = *duration;
  settings.timeout = *timeout;
  settings.connections = flags.connections;
  settings.rate = flags.rate;
  settings.max_requests = flags.requests;
  settings.seed = flags.seed;
  settings.threads = flags.threads;
  if (flags.pid) settings.server_pid = *flags.pid;
  if (!flags.steps.empty()) {
    auto steps = load::parse_steps(flags.steps);
    if (!steps) return std::move(steps).error().within("--steps");
    settings.steps = *std::move(steps);
  }
  if (flags.objective_ms) {
    auto objective = duration_of(*flags.objective_ms, 1e-3, "--objective");
    if (!objective) return std::move(objective).error();
    settings.score.objective = *objective;
  }
  settings.score.keep_windows = flags.windows;
  return settings;
}

void print(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stdout); }

void print_report(const load::LoadReport& report, const BenchFlags& flags) {
  if (flags.json) {
    core::TextBuffer out;
    load::append_json(out, report);
    out.append('\n');
    print(out.view());
  } else {
    print(load::to_table(report, flags.draws_chart()));
  }
}

/// A run in which nothing was answered well has measured nothing.
int verdict(const load::LoadReport& report) {
  if (report.count(load::Outcome::answered) != 0) return kDone;
  std::fputs("pelton bench: no request was answered with a status below 400\n", stderr);
  return kFailed;
}

int run_once(load::LoadSettings settings, const BenchFlags& flags) {
  auto report = [&] {
    ProgressBar bar;
    settings.progress = [&bar](double share) { bar.show(share); };
    return load::run_load(settings);
  }();
  if (!report) return complain(report.error());
  print_report(*report, flags);
  return verdict(*report);
}

void print_search_text(const load::SloSearchResult& found, const BenchFlags& flags) {
  if (found.best_rate == 0) return;
  std::printf("%.0f requests a second kept p99 under %g ms\n", found.best_rate, *flags.search_slo_ms);
  print(load::to_table(found.probes[found.best].report, flags.draws_chart()));
}

int search(load::LoadSettings settings, const BenchFlags& flags) {
  const double slo_ms = *flags.search_slo_ms;
  load::SloSearchSettings bounds;
  bounds.slo_ms = slo_ms;
  if (settings.rate) bounds.first_rate = *settings.rate;
  const auto found = load::search_slo(bounds, [&](double rate) {
    settings.rate = rate;
    auto report = load::run_load(settings);
    if (report && !flags.json) {
      std::fprintf(stderr, "%12.0f/s  p99 %10.3f ms  failed %llu  %s\n", rate, report->latency_ms.p99,
                   static_cast<unsigned long long>(report->failures()),
                   load::keeps_slo(*report, slo_ms) ? "good" : "no");
    }
    return report;
  });
  if (!found) return complain(found.error());
  if (flags.json) {
    core::TextBuffer out;
    load::append_json(out, *found, slo_ms);
    out.append('\n');
    print(out.view());
  } else {
    print_search_text(*found, flags);
  }
  if (found->best_rate > 0) return kDone;
  std::fprintf(stderr, "pelton bench: no rate kept p99 under %g ms\n", slo_ms);
  return kFailed;
}

/// The same load on two servers in turns; each has the duration altogether.
int compare(load::LoadSettings settings, const BenchFlags& flags) {
  auto other = load::parse_target(flags.against);
  if (!other) return complain(other.error().within("--against"));
  const std::array<load::Target, 2> targets{settings.target, *std::move(other)};
  settings.duration /= static_cast<core::Duration::rep>(std::max<std::size_t>(1, flags.rounds));
  const std::uint64_t seed = settings.seed;
  const auto compared = [&] {
    ProgressBar bar;
    double done = 0;
    const double share = 0.5 / static_cast<double>(std::max<std::size_t>(1, flags.rounds));
    settings.progress = [&](double part) { bar.show(done + part * share); };
    return load::compare_loads({flags.target, flags.against}, flags.rounds, [&](std::size_t side, std::size_t round) {
      settings.target = targets[side];
      settings.seed = seed + round;  // both have the same arrivals
      auto report = load::run_load(settings);
      done += share;
      return report;
    });
  }();
  if (!compared) return complain(compared.error());
  if (flags.json) {
    core::TextBuffer out;
    load::append_json(out, *compared);
    out.append('\n');
    print(out.view());
  } else {
    print(load::to_table(*compared, flags.draws_chart()));
  }
  for (std::size_t side = 0; side < targets.size(); ++side) {
    const auto& reports = compared->reports[side];
    if (std::any_of(reports.begin(), reports.end(),
                    [](const auto& report) { return report.count(load::Outcome::answered) != 0; })) {
      continue;
    }
    std::fprintf(stderr, "pelton bench: %s answered no request with a status below 400\n",
                 core::all_printable(compared->names[side]).c_str());
    return kFailed;
  }
  return kDone;
}

/// The first of the flags given that is among `names`, or nothing.
std::string first_given(const CLI::App& verb, std::initializer_list<std::string_view> names) {
  for (const CLI::Option* option : verb.get_options()) {
    const std::string name = option->get_name();
    if (option->count() != 0 && std::find(names.begin(), names.end(), name) != names.end()) return name;
  }
  return {};
}

int bench_file(const BenchFlags& flags, const CLI::App& verb) {
  const std::string wrong = first_given(
      verb, {"--rate",    "--connections", "--duration", "--requests", "--body",       "--bodies",  "--header",
             "--timeout", "--seed",        "--threads",  "--pid",      "--search-slo", "--against", "--rounds",
             "--chart",   "--insecure",    "--ca-file",  "--steps",    "--objective",  "--windows"});
  if (!wrong.empty()) {
    return complain({ErrorCode::invalid_argument,
                     wrong + " is for URLs; \"" + flags.target +
                         "\" is taken as a model file (a URL begins with http://, https:// or unix:)"});
  }
  const auto method = parse_method(flags.method.empty() ? "predict" : flags.method);
  if (!method) return complain(method.error().within("--method"));
  ModelFlags model = flags.model;
  model.file = flags.target;
  return bench_model(model, *method, flags.rows, flags.json);
}

int bench(const BenchFlags& flags, const CLI::App& verb) {
  if (!load::looks_like_url(flags.target)) return bench_file(flags, verb);
  if (const std::string wrong = first_given(verb, {"--rows", "--iterations"}); !wrong.empty()) {
    return complain({ErrorCode::invalid_argument, wrong + " is for model files; \"" + flags.target + "\" is a URL"});
  }
  if (flags.search_slo_ms && !(*flags.search_slo_ms > 0)) {
    return complain({ErrorCode::invalid_argument, "--search-slo: above 0 ms"});
  }
  if (!flags.body_file.empty() && !flags.bodies_file.empty()) {
    return complain(
        {ErrorCode::invalid_argument, "--body is one body for all requests, --bodies one a line: give one"});
  }
  if (const std::string wrong = first_given(verb, {"--pid", "--search-slo"});
      !flags.against.empty() && !wrong.empty()) {
    return complain({ErrorCode::invalid_argument, wrong + " is for one URL, without --against"});
  }
  if (flags.against.empty() && !first_given(verb, {"--rounds"}).empty()) {
    return complain({ErrorCode::invalid_argument, "--rounds is for --against"});
  }
  if (const std::string wrong = first_given(verb, {"--rate", "--duration", "--search-slo", "--against"});
      !flags.steps.empty() && !wrong.empty()) {
    return complain({ErrorCode::invalid_argument,
                     "--steps say rates and durations by themselves; " + wrong + " does not go with them"});
  }
  if (flags.windows && !flags.json) {
    return complain({ErrorCode::invalid_argument, "--windows lists windows in the report of --json"});
  }
  auto settings = settings_of(flags);
  if (!settings) return complain(settings.error());
  if (flags.search_slo_ms) return search(*std::move(settings), flags);
  if (!flags.against.empty()) return compare(*std::move(settings), flags);
  return run_once(*std::move(settings), flags);
}

}  // namespace

void add_bench_command(CLI::App& program, Action& run) {
  auto flags = std::make_shared<BenchFlags>();
  CLI::App* verb = program.add_subcommand("bench", "Measure a server under load, or a model's cost per row");
  verb->footer(
      "Requests are due at random moments (Poisson) at --rate, whatever the server does, and latency counts\n"
      "from the moment a request was due. Without --rate every connection keeps one request in flight.\n\n"
      "Example: pelton bench http://127.0.0.1:8080/predict --rate 2000 --duration 10\n"
      "         pelton bench unix:/run/pelton.sock --connections 64 --json\n"
      "         pelton bench http://127.0.0.1:8080 --search-slo 5\n"
      "         pelton bench http://127.0.0.1:8080 --steps 500:2,3000:3,500:5 --objective 20 --json --windows\n"
      "         pelton bench https://127.0.0.1:8443 --ca-file ca.pem\n"
      "         pelton bench http://127.0.0.1:8080 --against http://127.0.0.1:8081 --rate 2000 --bodies mix.ndjson\n"
      "         pelton bench model.onnx --rows rows.csv");
  verb->add_option("target", flags->target, "URL to load (without a path: /predict), or a model file to time")
      ->required()
      ->type_name("URL|MODEL");
  verb->add_option("--rate", flags->rate, "Requests a second; where a search begins")->type_name("R");
  verb->add_option("--steps", flags->steps, "Rates one after another, such as 500:2,3000:3,500:5 (R1:S1,R2:S2,...)")
      ->type_name("R:S,...");
  verb->add_option("--connections", flags->connections, "Connections (64)")->type_name("C");
  verb->add_option("--duration", flags->duration_s, "Seconds (10; 2 for each rate of a search)")->type_name("S");
  verb->add_option("--requests", flags->requests, "Stop after so many requests")->type_name("N");
  verb->add_option("--body", flags->body_file, "File to send, - for stdin ({\"x\":[2,3]})")->type_name("F");
  verb->add_option("--bodies", flags->bodies_file, "File of bodies, one a line (NDJSON), sent in turn; - for stdin")
      ->type_name("F");
  verb->add_option("--against", flags->against, "Another server to load in turns with the first, for comparison")
      ->type_name("URL");
  verb->add_option("--rounds", flags->rounds, "Turns that each has, of --duration together, with --against (5)")
      ->type_name("N");
  verb->add_option("--header", flags->headers, "\"Name: value\" to send; may be given again")
      ->type_name("H")
      ->allow_extra_args(false);
  verb->add_option("--method", flags->method, "HTTP method (POST); of a model: what is asked of it (predict)")
      ->type_name("M");
  verb->add_option("--timeout", flags->timeout_ms, "Milliseconds a request may take (5000)")->type_name("MS");
  verb->add_option("--seed", flags->seed, "Of the random moments (1)")->type_name("N");
  verb->add_option("--threads", flags->threads, "Threads that send (1)")->type_name("N");
  verb->add_option("--pid", flags->pid, "The server's process: report its processor time per answer")->type_name("PID");
  verb->add_option("--search-slo", flags->search_slo_ms,
                   "Find the highest rate whose p99 stays under so many milliseconds")
      ->type_name("MS");
  verb->add_option("--objective", flags->objective_ms, "Count the answers that take no longer, in milliseconds")
      ->type_name("MS");
  verb->add_option("--ca-file", flags->trust.ca_file, "Of an https:// URL: authorities to trust (the system's)")
      ->type_name("PEM");
  verb->add_flag("--insecure", flags->trust.anybody, "Of an https:// URL: do not look at the server's certificate");
  verb->add_option("--rows", flags->rows, "Rows to time a model on: CSV, NDJSON or JSON (made-up ones)")
      ->type_name("FILE");
  add_iterations_flag(*verb, flags->model);
  verb->add_flag("--windows", flags->windows, "With --json: list what ended in each 100 ms");
  verb->add_flag("--chart", flags->chart, "Draw how latencies are distributed (on a terminal it is)");
  verb->add_flag("--json", flags->json, "Report as JSON");
  verb->callback([flags, verb, &run] { run = [flags, verb] { return bench(*flags, *verb); }; });
}

}  // namespace pelton::app
