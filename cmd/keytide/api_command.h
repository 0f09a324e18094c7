// `keytide api create-org-secret` and `api create-project-secret`: one call of the Admin API as its
// description has it, and Atlas's own reply on stdout. The only command that prints a plaintext.
#pragma once

#include <functional>
#include <string_view>

#include "core/base/result.h"
#include "providers/atlas/raw_create.h"

namespace keytide {

// Hands the body of the reply to `print`, as it came (and a line break, if it has none), and wipes
// it. True when Atlas answered 201. `print` says whether the text went out. Errors: those of
// create_raw, and nothing was printed then; io, when a new secret could not be shown.
Result<bool> run_api_create(AtlasClient& client, const RawCreate& create,
                            const std::function<bool(std::string_view)>& print);

}  // namespace keytide
