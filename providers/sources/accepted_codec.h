// AcceptedManifests as the bytes of their file: a line that tells what it is, the SHA-256 of the
// rest in a line of its own, and the rest as CBOR. What comes back is equal to what went in, or
// nothing: cut, altered and foreign bytes are none.
#pragma once

#include <string>
#include <string_view>

#include "providers/sources/accepted.h"

namespace keytide {

std::string encode_accepted(const std::string& lineage, const AcceptedManifests& accepted);

// Nothing of another lineage either.
AcceptedManifests decode_accepted(const std::string& lineage, std::string_view bytes);

}  // namespace keytide
