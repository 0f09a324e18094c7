// What a fetch failed of, in words of git and ssh, as an Error with the way out. Pure.
#pragma once

#include "core/base/error.h"
#include "providers/system/child_process.h"

namespace keytide {

// Kinds as GitSource::fetch() has them; what is not known is unavailable: the next look may cure
// it.
Error explain_fetch_failure(const ChildResult& result);

}  // namespace keytide
