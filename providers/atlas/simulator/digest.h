// HTTP digest authentication (RFC 7616 with MD5 and qop=auth), as the Admin API offers it to API
// keys. Pure: a nonce carries its own time.
#pragma once

#include <string>
#include <string_view>

#include "core/base/instant.h"

namespace keytide::simulator {

// The value of WWW-Authenticate.
std::string digest_challenge(Instant now, bool stale);
// Ours, and not older than five minutes.
bool nonce_is_fresh(std::string_view nonce, Instant now);

struct DigestFields {
  std::string username;
  std::string realm;
  std::string nonce;
  std::string uri;
  std::string response;
  std::string qop;
  std::string nc;
  std::string cnonce;
};

// Reads what follows "Digest " in Authorization; what is missing stays empty.
DigestFields parse_digest(std::string_view credentials);
bool digest_matches(const DigestFields& fields, std::string_view password, std::string_view method);
// The response field that belongs to the others; for clients.
std::string digest_response(const DigestFields& fields, std::string_view password,
                            std::string_view method);

}  // namespace keytide::simulator
