// Logins: from what the configuration names to credentials, read into locked memory.
#pragma once

#include <optional>

#include "core/base/result.h"
#include "core/manifest/config.h"
#include "providers/atlas/settings.h"

namespace keytide {

// The environment of this process, for providers that must not read it themselves.
Variables process_variables();

// Those of the configuration; where it names none, what the variables of Atlas's own tools say.
// Errors: all that can't be read, in one message, each with its key.
Result<Credentials> read_credentials(const AtlasConfig& config, const Variables& variables);

// Of the metrics; absent where none is named. Errors: it can't be read.
Result<std::optional<SecretValue>> read_listen_token(const ListenConfig& config,
                                                     const Variables& variables);

}  // namespace keytide
