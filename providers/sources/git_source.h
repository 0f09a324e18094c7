// GitSource: a repository that manifests are fetched from.
//
// It knows two revisions. The attempted one is what the branch showed at the last fetch, right or
// wrong. The applied one is the last that its caller accepted, once all sources together made
// sense; it is kept on the disk, so that a restart without a network goes on with it.
//
//   fetch() ─→ Revision ─→ read(commit) ─→ merged with the other sources ─→ good: accept(commit)
//      └ error: nothing new counts; the applied revision goes on
//
// Threads: one at a time for each GitSource; several of them, and other processes, at once.
#pragma once

#include <optional>
#include <string>

#include "core/base/instant.h"
#include "core/base/result.h"
#include "core/manifest/config.h"
#include "providers/sources/folder.h"
#include "providers/sources/git_command.h"
#include "providers/system/environment.h"

namespace keytide {

struct Revision {
  std::string commit;    // its whole id
  Instant committed_at;  // as the clock of whoever made it had it
  std::string signer;    // as allowed_signers names it; empty where no signature is asked for
  // Of an applied revision: why allowed_signers, as it is now, does not vouch for it. Empty: it
  // does, or need not. What such a revision began goes on being renewed; whether it may begin
  // anything new is its caller's to say.
  std::string not_signed;
  bool is_rewound = false;  // the applied revision is not among what it builds upon
};

class GitSource {
 public:
  // `folder`: where repositories of sources are kept, beside the store; made at the first fetch.
  // `host`: all variables of this process, of which git gets few.
  GitSource(const GitConfig& config, const std::string& folder, const Environment& host);

  // Asks the repository. The first fetch takes the newest commit alone, where its server can do
  // that. A branch that was set back or rewritten is fetched all the same, and told.
  // Errors, each with the way out:
  //   unavailable  it can't be reached, or was not done within a minute
  //   not_found    there is no such branch; git, ssh or ssh-keygen is missing
  //   denied       signing in failed; the host's key is unknown; the commit is not signed by one
  //                of allowed_signers
  //   conflict     another keytide is fetching it right now
  //   refused, io  the folder, or the file allowed_signers
  // Blocks for up to some minutes at worst, on the network.
  Result<Revision> fetch();

  // The last revision that was accepted; absent: none. Needs no network. Errors: io, not_found
  // (git is missing). Blocks on the disk.
  Result<std::optional<Revision>> applied() const;

  // Makes a fetched commit the applied one. Errors: io. Blocks on the disk.
  Result<void> accept(const std::string& commit);

  // The manifests of a commit that was fetched, each with a path as people read it:
  // "https://git.example.com/secrets.git@1a2b3c4:prod/billing.yaml". Blocks on the disk.
  SourceFiles read(const std::string& commit, const SourceLimits& limits = {}) const;

  // The commit that the last fetch of this object found, right or wrong; empty: none.
  const std::string& attempted() const { return attempted_; }
  const GitConfig& config() const { return config_; }
  // The repository of this source. It bears no name of its own: a URL may be long.
  const std::string& repository() const { return repository_; }

 private:
  Result<void> download();
  Result<Revision> describe(const std::string& commit) const;

  GitConfig config_;
  std::string repository_;
  GitCommand git_;
  std::string attempted_;
};

}  // namespace keytide
