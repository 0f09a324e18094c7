#include "cmd/keytide/git_sources.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "cmd/keytide/entries.h"

namespace keytide {
namespace {

// Longer than a fetch may take. The service and the commands of people share a repository: whoever
// is second waits, so that a command never goes by an older revision than it could have.
constexpr std::chrono::milliseconds kOthersFetchWithin = std::chrono::seconds(90);
constexpr std::chrono::milliseconds kPause{50};

}  // namespace

GitSources::GitSources(const App& app, const Config& config) : config_(config), clock_(app.clock) {
  for (std::size_t i = 0; i < config.sources.size(); ++i) {
    if (!config.sources[i].git) continue;
    GitSource source(*config.sources[i].git, git_folder_of(config), app.environment);
    sources_.push_back({i, std::move(source), {}, {}, "", "", 0});
    One& one = sources_.back();
    auto applied = one.source.applied();
    if (applied) one.applied = std::move(*applied);
    if (!applied) one.problem = applied.error().text();
  }
}

void GitSources::fetch(One& one) {
  const auto give_up = clock_.since_boot() + kOthersFetchWithin;
  auto fetched = one.source.fetch();
  while (!fetched && fetched.error().kind == ErrorKind::conflict && clock_.since_boot() < give_up) {
    clock_.sleep(kPause);
    fetched = one.source.fetch();
  }
  one.attempted = one.source.attempted();
  one.problem.clear();
  if (fetched) {
    one.failures = 0;
    one.chosen = std::move(*fetched);
    return;
  }
  ++one.failures;
  one.problem = fetched.error().text();
  // Who may sign can have changed meanwhile: what counts is vouched for by the list of today.
  if (auto applied = one.source.applied()) one.applied = std::move(*applied);
  const bool is_denied = fetched.error().kind == ErrorKind::denied;
  const bool is_applied = one.chosen && one.applied && one.chosen->commit == one.applied->commit;
  if (!one.chosen || is_applied || is_denied) one.chosen = one.applied;
}

void GitSources::fetch_all() {
  for (One& one : sources_) fetch(one);
}

void GitSources::use_applied() {
  for (One& one : sources_) {
    one.chosen = one.applied;
    if (!one.chosen) fetch(one);
  }
}

void GitSources::take_applied() {
  for (One& one : sources_) {
    auto applied = one.source.applied();
    const bool is_known =
        !applied || !*applied || (one.applied && one.applied->commit == (*applied)->commit);
    if (!is_known) {
      // Whoever accepted it has fetched it.
      one.applied = std::move(*applied);
      one.chosen = one.applied;
      one.attempted = one.applied->commit;
      one.problem.clear();
      one.failures = 0;
    }
    if (!one.chosen) one.chosen = one.applied;
    if (!one.chosen) fetch(one);
  }
}

Result<void> GitSources::accept() {
  for (One& one : sources_) {
    if (!one.chosen || (one.applied && one.applied->commit == one.chosen->commit)) continue;
    if (auto accepted = one.source.accept(one.chosen->commit); !accepted) return accepted;
    one.applied = one.chosen;
  }
  return {};
}

const GitSources::One* GitSources::find(const SourceConfig& source) const {
  const auto at = std::find_if(sources_.begin(), sources_.end(), [&](const One& one) {
    return &config_.sources[one.index] == &source || config_.sources[one.index].git == source.git;
  });
  return at == sources_.end() ? nullptr : &*at;
}

ReadSource GitSources::reader() const {
  return [this](const SourceConfig& source, const SourceLimits& limits) -> SourceFiles {
    const One* one = find(source);
    if (one != nullptr && one->chosen) return one->source.read(one->chosen->commit, limits);
    return {{},
            {{Diagnostic::Severity::error, source.place,
              fmt::format("{} can't be read: {}", source.name(),
                          one != nullptr ? one->problem : "it is not in the configuration"),
              "", ""}}};
  };
}

bool GitSources::is_held_back(const DesiredSecret& secret) const {
  return std::any_of(sources_.begin(), sources_.end(), [&](const One& one) {
    return one.chosen && !one.chosen->not_signed.empty() &&
           comes_from(secret, config_of(one), one.chosen->commit);
  });
}

Diagnostics GitSources::warnings() const {
  Diagnostics out;
  for (const One& one : sources_) {
    if (one.chosen && !one.chosen->not_signed.empty()) {
      out.push_back({Diagnostic::Severity::warning, config_of(one).place,
                     fmt::format("{}: {}; what it began is renewed, and nothing new is begun",
                                 config_of(one).name(), one.chosen->not_signed),
                     "sign its newest commit with a key of allowed_signers", ""});
    }
    if (one.chosen && one.chosen->is_rewound) {
      out.push_back({Diagnostic::Severity::warning, config_of(one).place,
                     fmt::format("{}: the branch was set back or rewritten: {} does not build upon "
                                 "what counted before{}",
                                 config_of(one).name(), one.chosen->commit.substr(0, 7),
                                 one.applied ? ", " + one.applied->commit.substr(0, 7) : ""),
                     "if nobody meant that, ask who pushed there", ""});
    }
    if (one.problem.empty() || !one.chosen) continue;
    out.push_back({Diagnostic::Severity::warning, config_of(one).place,
                   fmt::format("{} could not be asked for what is new, {} counts: {}",
                               config_of(one).name(), one.chosen->commit.substr(0, 7), one.problem),
                   "", ""});
  }
  return out;
}

bool comes_from(const DesiredSecret& secret, const SourceConfig& source,
                const std::string& commit) {
  std::string_view file = secret.place.file;
  std::string_view path = source.path;
  if (source.git) {
    // Several sources may be branches or folders of one repository.
    const std::string before = fmt::format("{}@{}:", source.git->url, commit.substr(0, 7));
    if (!file.starts_with(before)) return false;
    file.remove_prefix(before.size());
    path = source.git->path;
    if (path.empty()) return true;
  }
  if (!file.starts_with(path)) return false;
  file.remove_prefix(path.size());
  return file.empty() || path.ends_with('/') || file.starts_with('/');
}

void leave_out_held_back(DesiredState& desired, const GitSources& git,
                         const std::vector<AccountRecord>& records) {
  std::erase_if(desired.secrets, [&](const DesiredSecret& secret) {
    const auto is_its = [&](const AccountRecord& one) { return one.key == secret.account; };
    return git.is_held_back(secret) && std::none_of(records.begin(), records.end(), is_its);
  });
}

}  // namespace keytide
