#include "cmd/keytide/manifest_feed.h"

#include <fmt/format.h>

#include <algorithm>

#include "cmd/keytide/entries.h"
#include "cmd/keytide/gather.h"
#include "cmd/keytide/quiet.h"
#include "core/plan/make_plan.h"
#include "core/plan/safety.h"

namespace keytide {
namespace {

// As git shows a commit: enough to tell two of them apart.
std::string short_revision(const std::string& revision) { return revision.substr(0, 12); }

std::string first_error(const Diagnostics& problems) {
  const auto is_error = [](const Diagnostic& one) {
    return one.severity == Diagnostic::Severity::error;
  };
  const auto errors = std::count_if(problems.begin(), problems.end(), is_error);
  if (errors == 0) return "";
  const auto first = std::find_if(problems.begin(), problems.end(), is_error);
  const std::string place =
      first->place.file.empty() ? "" : fmt::format("{}:{}: ", first->place.file, first->place.line);
  const std::string more = errors > 1 ? fmt::format(" (and {} more)", errors - 1) : "";
  return fmt::format("{}{}{}; `keytide validate` shows it whole", place, first->problem, more);
}

bool lies_in(const std::string& file, const std::string& source) {
  return file == source || file.starts_with(source.ends_with('/') ? source : source + "/");
}

}  // namespace

FeedLook ManifestFeed::look(bool /*read_all*/) {
  FeedLook out;
  LoadedManifests loaded = load_entries(app_, workspace_.config(), workspace_.cache_file());
  const bool is_new = loaded.revision != revision_;
  const std::string problem = is_new || !sources_.front().error.empty() ? judge(loaded) : "";
  if (is_new || problem.empty() != sources_.front().error.empty()) {
    note(loaded, problem);
    telemetry_.on_reload(problem.empty());
    out.rejected = !problem.empty();
    if (problem.empty()) out.accepted = std::move(loaded.state);
    revision_ = loaded.revision;
  }
  out.sources = sources_;
  return out;
}

std::string ManifestFeed::judge(const LoadedManifests& loaded) {
  if (!loaded.is_good()) return first_error(loaded.problems);
  auto issuer = workspace_.issuer();
  if (!issuer) return issuer.error().text();
  QuietProgress quiet;
  GatherRequest request;
  request.desired = loaded.state;
  request.empty_sources = loaded.empty_sources;
  request.safety = workspace_.config().safety;
  request.options.refresh = false;
  const auto world = gather(std::move(request), workspace_.ports(**issuer, quiet));
  if (!world) return world.error().text();
  const auto refusals = check_safety(world->input, make_plan(world->input));
  if (refusals.empty()) return "";
  return fmt::format("{}; {} with `keytide apply`", refusals.front().why, refusals.front().way_out);
}

void ManifestFeed::note(const LoadedManifests& loaded, const std::string& problem) {
  const auto& configured = workspace_.config().sources;
  sources_.resize(configured.size());
  for (std::size_t i = 0; i < configured.size(); ++i) {
    SourceHealth& source = sources_[i];
    source.name = configured[i].path;
    source.attempted = short_revision(loaded.revision);
    source.attempted_at = app_.clock.now();
    source.error = problem;
    if (!problem.empty()) continue;
    source.applied = source.attempted;
    source.applied_at = source.attempted_at;
    const auto& entries = loaded.state.secrets;
    source.entries = static_cast<std::size_t>(std::count_if(
        entries.begin(), entries.end(),
        [&](const DesiredSecret& one) { return lies_in(one.place.file, source.name); }));
  }
}

}  // namespace keytide
