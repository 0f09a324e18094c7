#include "cmd/keytide/manifest_feed.h"

#include <fmt/format.h>

#include <algorithm>

#include "cmd/keytide/entries.h"
#include "core/base/fingerprint.h"
#include "providers/sources/poll.h"
#include "providers/sources/stat_digest.h"

namespace keytide {
namespace {

// As git shows a commit: enough to tell two of them apart.
std::string short_revision(const std::string& revision) { return revision.substr(0, 12); }

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

FeedLook ManifestFeed::look(Reading reading) {
  FeedLook out;
  if (reading == Reading::on_disk) {
    git_.take_applied();
  } else {
    fetch_due(reading == Reading::all);
  }
  const std::string seen = fingerprint();
  // One that was rejected may count by now: a person may have allowed it.
  const bool must_read = was_rejected_ || !has_kept_ || seen != seen_;
  if (reading != Reading::changed || must_read) {
    Read now = read();
    // Begun with manifests that are bad: those before them go on.
    if (!now.counts() && !has_accepted_) begin_with_accepted(out);
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
  Read out{load_entries(app_, workspace_.config(), git_, workspace_.cache_file()), {}};
  add_emptied(workspace_, workspace_.config(), out.loaded, Diagnostic::Severity::error);
  out.verdict = judge(out.loaded, workspace_.config(), git_, workspace_);
  return out;
}

void ManifestFeed::begin_with_accepted(FeedLook& out) {
  const Config& config = workspace_.config();
  const AcceptedManifests accepted = read_accepted(accepted_place(workspace_));
  if (!has_accepted(config, git_, accepted)) return;
  std::vector<std::optional<Revision>> fetched;
  for (GitSources::One& one : git_.all()) fetched.push_back(one.chosen);
  Read before{load_accepted(app_, config, git_, accepted, workspace_.cache_file()), {}};
  before.verdict = judge(before.loaded, config, git_, workspace_);
  if (before.counts()) take(std::move(before), out);
  for (std::size_t i = 0; i < fetched.size(); ++i) git_.all()[i].chosen = std::move(fetched[i]);
}

void ManifestFeed::take(Read read, FeedLook& out) {
  const bool is_bad = !read.counts();
  const std::string state = read.loaded.revision + held_back();
  const bool is_news = state != judged_ || is_bad != was_rejected_;
  note(read);
  if (is_news) telemetry_.on_reload(!is_bad);
  out.rejected = is_bad;
  is_restored_ = read.verdict.is_restored;
  was_rejected_ = is_bad;
  judged_ = state;
  if (is_bad) return;
  has_accepted_ = true;
  has_kept_ = keep(read.loaded);
  if (!is_news) return;
  out.recorded.assign(read.verdict.recorded.begin(), read.verdict.recorded.end());
  out.accepted = std::move(read.loaded.state);
}

// Those that only another commit shows, with the same manifests, too: its signer may be another.
bool ManifestFeed::keep(LoadedManifests& loaded) {
  const Config& config = workspace_.config();
  if (const auto kept = git_.accept(); !kept) {
    app_.log.warn(
        "the revision could not be kept: a restart without a network goes on with an "
        "older one",
        {{"error", kept.error().text()}});
  }
  const auto kept = keep_accepted(accepted_place(workspace_), accepted_of(config.sources, loaded));
  if (kept) return true;
  if (!has_kept_) return false;  // it was said
  app_.log.warn(
      "the manifests could not be kept: a restart while they are broken goes on with "
      "older ones",
      {{"error", kept.error().text()}});
  return false;
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
    source.error = read.verdict.problem;
    if (!read.verdict.problem.empty()) continue;
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
