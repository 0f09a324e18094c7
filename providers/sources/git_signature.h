// Who signed a commit: asked of git, which asks ssh-keygen. Only the newest commit of a branch is
// asked about: who signs it vouches for what came before.
#pragma once

#include <string>

#include "core/base/result.h"
#include "core/manifest/config.h"
#include "providers/sources/git_command.h"

namespace keytide {

// The name of the signer, as the file `allowed_signers` has it. Errors: denied, where the commit is
// not signed, or not by one of them; io and not_found, where that can't be told (the file can't be
// read, ssh-keygen is missing): nothing is taken on trust. Blocks.
Result<std::string> find_signer(const GitCommand& git, const GitConfig& source,
                                const std::string& commit);

}  // namespace keytide
