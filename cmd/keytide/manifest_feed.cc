#include "cmd/keytide/manifest_feed.h"

#include <fmt/format.h>

#include <algorithm>

#include "cmd/keytide/entries.h"
#include "cmd/keytide/gather.h"
#include "cmd/keytide/quiet.h"
#include "core/base/fingerprint.h"
#include "core/plan/make_plan.h"
#include "core/plan/safety.h"
#include "providers/sources/poll.h"
#include "providers/sources/stat_digest.h"

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

// When the sources are looked at although nothing told of a change.
constexpr Seconds kLookEvery{60};

}  // namespace

ManifestFeed::ManifestFeed(const App& app, Workspace& workspace, Telemetry& telemetry)
    : app_(app), workspace_(workspace), telemetry_(telemetry), git_(app, workspace.config()) {
  fetch_at_.resize(git_.all().size());
  for (const SourceConfig& source : workspace.config().sources) {
    sources_.emplace_back().name = source.name();
  }
}

FeedLook ManifestFeed::look(bool read_all) {
  FeedLook out;
  fetch_due(read_all);
  const std::string seen = fingerprint();
  // One that was rejected may count by now: a person may have allowed it.
  if (read_all || was_rejected_ || seen != seen_) {
    Read now = read();
    // Begun with a revision that is bad: the one before it goes on.
    if (!now.problem.empty() && !has_accepted_ && !git_.all().empty()) begin_with_applied(out);
    take(std::move(now), out);
    seen_ = seen;
  }
  note_fetches();
  out.sources = sources_;
  out.store_restored = is_restored_;
  out.next_in = next_in();
  return out;
}

void ManifestFeed::fetch_due(bool all) {
  const auto now = app_.clock.since_boot();
  for (std::size_t i = 0; i < fetch_at_.size(); ++i) {
    GitSources::One& one = git_.all()[i];
    if (!all && now < fetch_at_[i]) continue;
    const std::string before = one.attempted;
    git_.fetch(one);
    if (one.chosen && one.chosen->is_rewound && one.attempted != before) {
      app_.log.warn("the branch was set back or rewritten",
                    {{"source", sources_[one.index].name},
                     {"revision", short_revision(one.attempted)},
                     {"applied", one.applied ? short_revision(one.applied->commit) : "none"}});
    }
    fetch_at_[i] =
        next_poll(now, one.source.config().interval,
                  stable_hash(app_.user_at_host() + one.source.config().url), one.failures);
  }
}

std::string ManifestFeed::fingerprint() const {
  std::string seen = stat_digest(workspace_.config().sources);
  for (const GitSources::One& one : git_.all()) {
    seen += one.chosen ? " " + one.chosen->commit : " none";
  }
  return seen + held_back();
}

// Which sources are held back: entries come and go by that, too.
std::string ManifestFeed::held_back() const {
  std::string out;
  for (const GitSources::One& one : git_.all()) {
    if (one.chosen && !one.chosen->not_signed.empty()) out += fmt::format(" -{}", one.index);
  }
  return out;
}

ManifestFeed::Read ManifestFeed::read() {
  Read out{load_entries(app_, workspace_.config(), git_, workspace_.cache_file()), "", {}, false};
  judge(out);
  return out;
}

void ManifestFeed::begin_with_applied(FeedLook& out) {
  std::vector<std::optional<Revision>> fetched;
  for (GitSources::One& one : git_.all()) {
    fetched.push_back(one.chosen);
    if (one.applied) one.chosen = one.applied;
  }
  if (Read applied = read(); applied.problem.empty()) take(std::move(applied), out);
  for (std::size_t i = 0; i < fetched.size(); ++i) git_.all()[i].chosen = std::move(fetched[i]);
}

void ManifestFeed::judge(Read& read) {
  LoadedManifests& loaded = read.loaded;
  if (!loaded.is_good()) {
    read.problem = first_error(loaded.problems);
    return;
  }
  QuietProgress quiet;
  GatherRequest request;
  request.desired = loaded.state;
  request.empty_sources = loaded.empty_sources;
  request.safety = workspace_.config().safety;
  request.options.refresh = false;
  const auto world = gather(std::move(request), workspace_.ports(**workspace_.issuer(), quiet));
  if (!world) {
    read.problem = world.error().text();
    return;
  }
  read.is_restored = world->input.store.is_restored();
  const auto refusals = check_safety(world->input, make_plan(world->input));
  // By a store from a backup nobody can tell what a revision changes.
  if (read.is_restored) {
    read.problem =
        "the state store was restored from a backup; accept it with `keytide apply "
        "-refresh-only` first";
  } else if (!refusals.empty()) {
    read.problem =
        fmt::format("{}; at `keytide apply`: {}", refusals.front().why, refusals.front().way_out);
  }
  for (const AccountRecord& record : world->input.records) read.recorded.insert(record.key.scope);
  leave_out_held_back(loaded.state, git_, world->input.records);
}

void ManifestFeed::take(Read read, FeedLook& out) {
  const bool is_bad = !read.problem.empty();
  const std::string state = read.loaded.revision + held_back();
  const bool is_news = state != judged_ || is_bad != was_rejected_;
  note(read);
  if (is_news) telemetry_.on_reload(!is_bad);
  out.rejected = is_bad;
  is_restored_ = read.is_restored;
  was_rejected_ = is_bad;
  judged_ = state;
  if (is_bad) return;
  has_accepted_ = true;
  keep_revisions();
  if (!is_news) return;
  out.recorded.assign(read.recorded.begin(), read.recorded.end());
  out.accepted = std::move(read.loaded.state);
}

// Those that only another commit shows, with the same manifests, too: its signer may be another.
void ManifestFeed::keep_revisions() {
  const auto accepted = git_.accept();
  if (accepted) return;
  app_.log.warn(
      "the revision could not be kept: a restart without a network goes on with an "
      "older one",
      {{"error", accepted.error().text()}});
}

// What a source shows of itself: of git a commit, of paths a digest of all that was read.
void ManifestFeed::note(const Read& read) {
  const auto& configured = workspace_.config().sources;
  std::vector<std::string> revisions(configured.size(), read.loaded.revision);
  for (const GitSources::One& one : git_.all()) {
    revisions[one.index] = one.chosen ? one.chosen->commit : one.attempted;
  }
  for (std::size_t i = 0; i < configured.size(); ++i) {
    SourceHealth& source = sources_[i];
    source.attempted = short_revision(revisions[i]);
    source.attempted_at = app_.clock.now();
    source.error = read.problem;
    if (!read.problem.empty()) continue;
    if (source.applied != source.attempted) source.applied_at = source.attempted_at;
    source.applied = source.attempted;
    const auto& entries = read.loaded.state.secrets;
    source.entries = static_cast<std::size_t>(std::count_if(
        entries.begin(), entries.end(),
        [&](const DesiredSecret& one) { return comes_from(one, configured[i], revisions[i]); }));
  }
}

// What can't be fetched is a source's own trouble, whatever counts meanwhile.
void ManifestFeed::note_fetches() {
  for (const GitSources::One& one : git_.all()) {
    SourceHealth& source = sources_[one.index];
    if (!one.attempted.empty()) source.attempted = short_revision(one.attempted);
    if (!one.problem.empty()) source.error = one.problem;
    if (one.problem.empty() && one.chosen && one.attempted == one.chosen->commit &&
        !was_rejected_) {
      source.error.clear();
    }
  }
}

Seconds ManifestFeed::next_in() const {
  Seconds next = kLookEvery;
  const auto now = app_.clock.since_boot();
  for (const auto at : fetch_at_) {
    const auto left = std::chrono::ceil<Seconds>(at - now);
    next = std::clamp<Seconds>(left, Seconds(1), next);
  }
  return next;
}

}  // namespace keytide
