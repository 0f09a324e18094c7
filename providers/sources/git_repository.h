// GitRepository: the folder that a source is fetched into, a bare repository of keytide's own. Only
// its objects and two refs matter: refs/keytide/fetched is what was fetched last,
// refs/keytide/applied the last commit that its caller found good. Hooks, remotes and settings in
// it count for nothing. It may be deleted at any time: what is lost is the last good commit, until
// the next fetch.
#pragma once

#include <string>

#include "core/base/result.h"
#include "providers/system/fd.h"

namespace keytide {

inline constexpr const char* kFetchedRef = "refs/keytide/fetched";
inline constexpr const char* kAppliedRef = "refs/keytide/applied";

// Makes the folder (0700) and what git needs in it, where that is missing or was altered. Errors:
// refused (others may write to it, or it belongs to somebody else), denied, io; each with the way
// out.
Result<void> make_repository(const std::string& folder);

bool is_repository(const std::string& folder);

// Keeps other processes of keytide out while a fetch runs, and is let go with the Fd, or when the
// process dies. Errors: conflict, when another one has it.
Result<Fd> lock_repository(const std::string& folder);

// Removes what a git that was killed has left: lock files and half-written objects. To be called by
// who has the lock: no other git of ours is at work then.
void remove_leftovers(const std::string& folder);

}  // namespace keytide
