// What of a user's file may be shown. A value that looks like a secret, or stands under a
// credential's key, is shown as "(sensitive value)", in a message and in the line that it quotes.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace keytide {

inline constexpr std::string_view kSensitive = "(sensitive value)";

// Whether a key names a credential: client_secret, private_key, access_token, password …
bool is_credential_key(std::string_view key);

// Whether a text is, or holds, what a secret looks like: Atlas's prefix, a PEM block, a token, or
// a long mix of upper case, lower case and digits.
bool looks_secret(std::string_view text);

// Whether a text holds a service-account secret: it begins as Atlas makes them.
bool holds_account_secret(std::string_view text);

// A user's text in double quotes, for a message: cut when long, control characters escaped, or
// "(sensitive value)".
std::string shown(std::string_view text);

// Line `number` (from 1) of a file, fit to be shown: no secrets, no control characters, tabs as
// one blank, so that a caret under column n points at it. Looks at the lines before, too: the key
// that makes a value a secret may stand there.
std::string shown_line(const std::vector<std::string_view>& lines, int number);

}  // namespace keytide
