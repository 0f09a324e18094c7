// Error: what the world did, as data. The kind says what may be done about it; the message is for
// people, and says the reason and the way out. An Error never holds a secret value.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace keytide {

enum class ErrorKind {
  invalid,       // the input is wrong: somebody must change it
  refused,       // a safety limit: the message names the flag or key that lifts it
  not_found,     // the thing isn't there
  conflict,      // somebody else changed it, or holds it: look again, then try again
  denied,        // not signed in, or not allowed to
  rate_limited,  // ask again later
  unavailable,   // the network or the other side failed: may be retried
  io,            // a local file, program or device failed
  corrupt,       // stored data can't be trusted: nothing was changed
  unsupported,   // not in this version
};

// A lower-case word for logs and -json ("rate_limited").
std::string_view name_of(ErrorKind kind);

struct Error {
  ErrorKind kind;
  std::string message;               // one sentence, lower case, no full stop
  std::vector<std::string> context;  // outermost last: "org 32b6…", "while listing"

  // Adds one line of context and hands the error on.
  Error within(std::string where) &&;
  // "message (innermost; …; outermost)"
  std::string text() const;
};

// Whether waiting alone may cure it.
bool is_transient(const Error& error);

}  // namespace keytide
