#include "cmd/keytide/views/progress_json.h"

#include <utility>

#include "cmd/keytide/views/json_line.h"
#include "cmd/keytide/views/progress_text.h"

namespace keytide {
namespace {

using std::chrono::milliseconds;
using Step = Progress::Step;

std::string_view type_of(Step step) {
  switch (step) {
    case Step::started:
      return "apply_start";
    case Step::created:
      return "secret_created";
    case Step::verified:
      return "secret_verified";
    case Step::delivered:
      return "sink_delivered";
    case Step::switched:
      return "secret_switched";
    case Step::deleted:
      return "secret_deleted";
    case Step::waiting:
      return "apply_progress";
    case Step::finished:
      return "apply_complete";
    case Step::failed:
      return "apply_errored";
  }
  return "apply_progress";
}

// What the detail of a step is called; empty: it has none.
std::string_view detail_name(Step step) {
  switch (step) {
    case Step::created:
    case Step::deleted:
      return "masked";
    case Step::delivered:
      return "sink";
    case Step::started:
      return "why";
    case Step::switched:
      return "detail";
    case Step::waiting:
      return "waiting";
    case Step::failed:
      return "error";
    case Step::verified:
    case Step::finished:
      break;
  }
  return "";
}

bool shows_elapsed(Step step) {
  return step == Step::waiting || step == Step::finished || step == Step::failed;
}

}  // namespace

std::string json_progress(const Progress& progress, milliseconds elapsed, Instant at) {
  JsonObject hook;
  hook.object("resource", resource_json(progress.address, progress.account))
      .text("action", name_of(progress.action));
  if (const auto name = detail_name(progress.step); !name.empty()) {
    hook.text(name, progress.detail);
  }
  if (shows_elapsed(progress.step)) {
    hook.number("elapsed_seconds", std::chrono::duration_cast<Seconds>(elapsed).count());
  }
  const Level level = progress.step == Step::failed ? Level::error : Level::info;
  return end_line(
      begin_line(level, render_progress(progress, elapsed, {}), type_of(progress.step), at)
          .object("hook", hook));
}

ProgressJson::ProgressJson(Clock& clock, std::function<void(std::string_view)> write)
    : clock_(clock), write_(std::move(write)) {}

void ProgressJson::on(const Progress& progress) {
  const std::lock_guard lock(mutex_);
  const milliseconds now = clock_.since_boot();
  if (progress.step == Step::started) begun_[progress.account] = now;
  const auto begun = begun_.try_emplace(progress.account, now).first;
  const milliseconds elapsed = now - begun->second;
  if (progress.step == Step::finished || progress.step == Step::failed) begun_.erase(begun);
  write_(json_progress(progress, elapsed, clock_.now()));
}

std::string json_apply_summary(const ExecuteResult& result, const PlanCounts& planned, Instant at) {
  std::string lines;
  for (const std::string& warning : result.warnings) lines += json_warning(warning, at);
  for (const EntryFailure& failure : result.failures) {
    lines += json_error(failure.error, failure.address, at);
  }
  const JsonObject body = JsonObject()
                              .number("add", result.added)
                              .number("change", result.changed)
                              .number("import", result.imported)
                              .number("remove", result.destroyed)
                              .number("forget", result.forgotten)
                              .number("blocked", planned.blocked)
                              .number("quarantined", planned.quarantined)
                              .number("failed", static_cast<int>(result.failures.size()))
                              .number("not_started", result.not_started)
                              .number("unread_scopes", result.unread_scopes)
                              .text("operation", "apply");
  return lines + end_line(begin_line(Level::info, apply_line(result, planned), "change_summary", at)
                              .object("changes", body));
}

}  // namespace keytide
