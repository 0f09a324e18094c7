#include "cmd/keytide/app.h"

#include <fmt/format.h>

#include <utility>

#include "cmd/keytide/problem_log.h"
#include "cmd/keytide/views/json_line.h"
#include "providers/system/interrupt.h"
#include "providers/system/redact.h"

namespace keytide {
namespace {

// What the service says of itself is part of its log where machines read that.
bool speaks_through_log(const App& app) {
  return app.line.command == "run" && app.line.log_format == "json" && !app.is_hosted();
}

// "error: the disk is full\n": as the log has it.
std::string_view bare(std::string_view text) {
  constexpr std::string_view kError = "error: ";
  if (text.starts_with(kError)) text.remove_prefix(kError.size());
  if (text.ends_with('\n')) text.remove_suffix(1);
  return text;
}

}  // namespace

bool App::print(std::string_view text) const { return console.out(text); }

int App::alone(const std::function<int()>& work, Alone kind) const {
  return hosted ? hosted->alone(work, kind) : work();
}

void App::begin_work() const {
  if (!is_hosted()) catch_interrupts(kStoppingWord);
}

void App::complain(std::string problem, std::string way_out) const {
  complain(
      Diagnostics{{Diagnostic::Severity::error, {}, std::move(problem), std::move(way_out), ""}});
}

void App::complain(const Error& error) const {
  if (line.json) {
    print(redact(json_error(error, {}, clock.now())));
    return;
  }
  complain_text(fmt::format("error: {}\n", printable(error.text())));
}

void App::complain(const Diagnostics& problems) const {
  if (speaks_through_log(*this)) return log_problems(log, problems);
  Diagnostics for_people;
  for (const Diagnostic& one : problems) {
    const bool is_error = one.severity == Diagnostic::Severity::error;
    if (line.json && (is_error || prints_json_lines())) {
      print(redact(json_diagnostic(one, clock.now())));
    } else {
      for_people.push_back(one);
    }
  }
  complain_text(render(std::move(for_people)));
}

void App::complain_text(std::string_view text) const {
  if (text.empty()) return;
  if (speaks_through_log(*this)) return log.error(bare(text));
  console.err(redact(text));
}

bool App::prints_json_lines() const {
  return line.json &&
         (line.command == "plan" || line.command == "apply" || line.command == "rotate");
}

std::optional<std::string> App::ask(std::string_view question) const {
  return console.ask(question);
}

std::string App::user_at_host() const {
  return hosted ? hosted->user : fmt::format("{}@{}", user_name(), host_name());
}

std::string App::actor() const { return fmt::format("{} by {}", line.command, user_at_host()); }

}  // namespace keytide
