#include "cmd/keytide/report.h"

#include <fmt/format.h>
#include <unistd.h>

#include "cmd/keytide/settings.h"
#include "cmd/keytide/views/plan_json.h"
#include "cmd/keytide/views/plan_text.h"
#include "cmd/keytide/views/progress_json.h"
#include "cmd/keytide/views/progress_text.h"
#include "core/manifest/redact.h"
#include "core/manifest/words.h"
#include "providers/system/terminal.h"

namespace keytide {
namespace {

class TextProgress : public ApplyProgress {
 public:
  TextProgress(const App& app, const Plan& plan)
      : text_(options_of(app, plan), app.clock,
              [&app](std::string_view text) { app.print(text); }) {}

  void on(const Progress& progress) override { text_.on(progress); }
  void clear() override { text_.clear(); }

 private:
  static ProgressTextOptions options_of(const App& app, const Plan& plan) {
    const PlanCounts counts = plan.counts();
    return {
        app.style, app.is_terminal,
        counts.add + counts.change + counts.destroy + counts.forget + counts.finish + counts.import,
        terminal_width(STDOUT_FILENO)};
  }

  ProgressText text_;
};

class JsonProgress : public ApplyProgress {
 public:
  explicit JsonProgress(const App& app)
      : json_(app.clock, [&app](std::string_view text) { app.print(text); }) {}

  void on(const Progress& progress) override { json_.on(progress); }
  void clear() override {}

 private:
  ProgressJson json_;
};

}  // namespace

std::unique_ptr<Workspace> open_workspace(const App& app, Workspace::Access access,
                                          Telemetry* telemetry) {
  if (app.hosted) return Workspace::borrow(*app.hosted->workspace);
  Settings settings = load_settings(app.line, app.environment);
  app.complain(settings.problems);
  if (has_errors(settings.problems)) return nullptr;
  auto workspace = Workspace::open(app, std::move(settings.config), access, telemetry);
  if (!workspace) {
    app.complain(workspace.error());
    return nullptr;
  }
  return std::move(*workspace);
}

Diagnostic no_manifests() {
  return {Diagnostic::Severity::error,
          {},
          "no manifests are named",
          "name some under `sources` in keytide.yaml, or with -manifest=PATH",
          ""};
}

bool names_manifests(const App& app, const Config& config) {
  if (config.sources.empty()) app.complain(Diagnostics{no_manifests()});
  return !config.sources.empty();
}

void complain_unknown(const App& app, const Address& address, const std::vector<Address>& known) {
  const std::vector<std::string_view> names = [&] {
    std::vector<std::string_view> all;
    for (const Address& one : known) all.push_back(one.str());
    return all;
  }();
  const std::string_view near = nearest_word(address.str(), names);
  app.complain(fmt::format("no entry has the address {}{}", shown(address.str()),
                           near.empty() ? "" : fmt::format("; did you mean {}?", near)),
               "`keytide status` lists all addresses");
}

void report_refusals(const App& app, const Planned& planned) {
  for (const Refusal& refusal : planned.refusals) app.complain(refusal.why, refusal.way_out);
}

void report_plan(const App& app, const Planned& planned) {
  const PlanOptions& options = planned.world.input.options;
  if (app.line.json) {
    app.print(json_plan(planned.plan, app.clock.now()));
  } else {
    app.print(render_plan(planned.plan, {app.style, options.refresh_only}));
  }
  report_refusals(app, planned);
}

std::unique_ptr<ApplyProgress> make_progress(const App& app, const Plan& plan) {
  if (app.line.json) return std::make_unique<JsonProgress>(app);
  return std::make_unique<TextProgress>(app, plan);
}

void report_result(const App& app, ApplyProgress& progress, const ExecuteResult& result,
                   const PlanCounts& planned) {
  progress.clear();
  if (!app.line.json) app.complain_text(render_failures(result));
  app.print(app.line.json ? json_apply_summary(result, planned, app.clock.now())
                          : render_apply_summary(result, planned, app.style));
}

}  // namespace keytide
