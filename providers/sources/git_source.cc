#include "providers/sources/git_source.h"

#include <fmt/format.h>

#include <charconv>
#include <filesystem>
#include <utility>

#include "core/base/fingerprint.h"
#include "core/manifest/git_url.h"
#include "providers/sources/git_failure.h"
#include "providers/sources/git_repository.h"
#include "providers/sources/git_signature.h"
#include "providers/sources/git_tree.h"

namespace keytide {
namespace {

std::string absolute(const std::string& path) {
  if (path.empty()) return path;
  std::error_code problem;
  const auto whole = std::filesystem::absolute(path, problem);
  return problem ? path : whole.lexically_normal().string();
}

GitConfig with_absolute_paths(GitConfig config) {
  config.allowed_signers = absolute(config.allowed_signers);
  config.ssh_key_file = absolute(config.ssh_key_file);
  return config;
}

// Another URL, branch or path is another source: what was good of the one says nothing of it.
std::string repository_of(const GitConfig& config, const std::string& folder) {
  const std::string digest =
      sha256_hex(fmt::format("{}\n{}\n{}", config.url, config.ref, config.path));
  return fmt::format("{}/{}", absolute(folder), digest.substr(0, 16));
}

std::string remote_ref(const GitConfig& config) {
  if (config.ref.empty()) return "HEAD";
  return config.ref.starts_with("refs/") ? config.ref : "refs/heads/" + config.ref;
}

std::vector<std::string> fetch_arguments(const GitConfig& config, bool newest_alone) {
  std::vector<std::string> out{"fetch",
                               "--quiet",
                               "--force",
                               "--no-tags",
                               "--no-write-fetch-head",
                               "--no-recurse-submodules",
                               "--no-auto-maintenance",
                               "--no-show-forced-updates"};
  if (newest_alone) out.emplace_back("--depth=1");
  out.insert(out.end(), {"--", config.url, fmt::format("+{}:{}", remote_ref(config), kFetchedRef)});
  return out;
}

bool is_unable_to_be_shallow(const ChildResult& result) {
  return result.errors.find("shallow") != std::string::npos;
}

std::string commit_of(const char* ref) { return fmt::format("{}^{{commit}}", ref); }

}  // namespace

GitSource::GitSource(const GitConfig& config, const std::string& folder, const Environment& host)
    : config_(with_absolute_paths(config)),
      repository_(repository_of(config, folder)),
      git_(config_, repository_, host) {}

Result<void> GitSource::download() {
  if (transport_of(config_.url) == GitTransport::ssh) {
    if (auto there = git_.need_program("ssh", "the source is reached by it"); !there) return there;
  }
  const auto known = git_.line_of({"rev-parse", "--verify", "--quiet", kFetchedRef});
  if (!known) return fail(known.error());
  // Later fetches bring the commits in between: so it is known whether one builds upon the other.
  const bool is_first = !known->has_value();
  auto result = git_.run({fetch_arguments(config_, is_first)});
  if (result && is_first && !result->succeeded() && is_unable_to_be_shallow(*result)) {
    result = git_.run({fetch_arguments(config_, false)});
  }
  if (!result) return fail(std::move(result.error()));
  if (!result->succeeded()) return fail(explain_fetch_failure(*result));
  return {};
}

Result<Revision> GitSource::describe(const std::string& commit) const {
  const auto time = git_.line_of({"log", "-1", "--no-show-signature", "--format=%ct", commit});
  if (!time) return fail(time.error());
  Revision out{commit, {}, "", "", false};
  std::int64_t seconds = 0;
  const std::string text = time->value_or("");
  std::from_chars(text.data(), text.data() + text.size(), seconds);
  out.committed_at = Instant(Seconds(seconds));
  return out;
}

Result<Revision> GitSource::fetch() {
  const auto at_home = [&](Error error) {
    return fail(std::move(error).within(fmt::format("source {}", config_.url)));
  };
  if (auto made = make_repository(repository_); !made) return at_home(std::move(made.error()));
  const auto lock = lock_repository(repository_);
  if (!lock) return at_home(lock.error());
  remove_leftovers(repository_);
  if (auto done = download(); !done) return at_home(std::move(done.error()));
  const auto commit = git_.line_of({"rev-parse", "--verify", "--quiet", commit_of(kFetchedRef)});
  if (!commit) return at_home(commit.error());
  if (!commit->has_value()) {
    return at_home({ErrorKind::not_found,
                    fmt::format("{} is no commit: write a branch as `ref`", remote_ref(config_)),
                    {}});
  }
  attempted_ = **commit;
  auto revision = describe(attempted_);
  if (!revision) return at_home(std::move(revision.error()));
  if (!config_.allowed_signers.empty()) {
    auto signer = find_signer(git_, config_, attempted_);
    if (!signer) return at_home(std::move(signer.error()));
    revision->signer = std::move(*signer);
  }
  const auto before = git_.line_of({"rev-parse", "--verify", "--quiet", commit_of(kAppliedRef)});
  if (before && before->has_value()) {
    const auto builds_upon = git_.run({{"merge-base", "--is-ancestor", **before, attempted_}});
    revision->is_rewound = builds_upon && builds_upon->exit_status == 1;
  }
  return revision;
}

Result<std::optional<Revision>> GitSource::applied() const {
  if (!is_repository(repository_)) return std::optional<Revision>();
  const auto commit = git_.line_of({"rev-parse", "--verify", "--quiet", commit_of(kAppliedRef)});
  if (!commit) return fail(commit.error());
  if (!commit->has_value()) return std::optional<Revision>();
  auto revision = describe(**commit);
  if (!revision) return fail(std::move(revision.error()));
  if (!config_.allowed_signers.empty()) {
    auto signer = find_signer(git_, config_, **commit);
    if (signer) {
      revision->signer = std::move(*signer);
    } else {
      revision->not_signed = signer.error().text();
    }
  }
  return std::optional(std::move(*revision));
}

Result<void> GitSource::accept(const std::string& commit) {
  const auto done = git_.run({{"update-ref", kAppliedRef, commit}});
  if (!done) return fail(done.error());
  if (!done->succeeded()) {
    return fail(ErrorKind::io,
                fmt::format("the revision {} of {} can't be kept as the last good "
                            "one: {}; see to the folder {}",
                            commit.substr(0, 12), config_.url, complaint_of(*done), repository_));
  }
  // Packs of years are made one. Whether that works out matters to nobody.
  if (const auto lock = lock_repository(repository_); lock) {
    static_cast<void>(
        git_.run({{"-c", "gc.auto=1000", "-c", "gc.autoPackLimit=50", "-c", "gc.autoDetach=false",
                   "-c", "gc.pruneExpire=1.hour.ago", "gc", "--auto", "--quiet"}}));
  }
  return {};
}

SourceFiles GitSource::read(const std::string& commit, const SourceLimits& limits) const {
  const GitTreePlace place{commit, config_.path,
                           fmt::format("{}@{}", config_.url, commit.substr(0, 7))};
  return read_git_tree(git_, place, limits);
}

}  // namespace keytide
