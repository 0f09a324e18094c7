#include "cmd/keytide/problem_log.h"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

namespace keytide {
namespace {

// A folder of manifests may have thousands.
constexpr std::size_t kLinesMax = 20;

void log_problem(Log& log, const Diagnostic& one, const std::string& message) {
  std::vector<LogField> fields;
  if (!message.empty()) fields.push_back({"why", one.problem});
  if (!one.place.file.empty() && one.place.line > 0) {
    fields.push_back(
        {"place", fmt::format("{}:{}:{}", one.place.file, one.place.line, one.place.column)});
  } else if (!one.place.file.empty()) {
    fields.push_back({"place", one.place.file});
  }
  if (!one.way_out.empty()) fields.push_back({"way_out", one.way_out});
  const bool is_error = one.severity == Diagnostic::Severity::error;
  log.write(is_error ? LogLevel::error : LogLevel::warn, message.empty() ? one.problem : message,
            fields);
}

}  // namespace

void log_problems(Log& log, const Diagnostics& problems, const std::string& message) {
  const std::size_t lines = std::min(problems.size(), kLinesMax);
  for (std::size_t i = 0; i < lines; ++i) log_problem(log, problems[i], message);
  if (problems.size() == lines) return;
  log.error(fmt::format("{} more problems", problems.size() - lines),
            {{"way_out", "keytide validate"}});
}

}  // namespace keytide
