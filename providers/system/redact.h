// Redaction: the last line of defence for text that other programs wrote. keytide's own code never
// gets here with a secret: a SecretValue does not convert to text.
#pragma once

#include <string>
#include <string_view>

namespace keytide {

// Replaces what looks like an Atlas service-account secret (mdb_sa_sk_…) or the value of a bearer
// or basic Authorization by "(sensitive value)".
std::string redact(std::string_view text);

}  // namespace keytide
