// Endpoint: where a request would go, and whether a secret may be sent there at all. Pure.
#pragma once

#include <string>
#include <string_view>

#include "core/base/result.h"

namespace keytide {

struct Endpoint {
  bool tls = false;
  std::string origin;  // "https://cloud.mongodb.com", "http://127.0.0.1:8080"
  std::string host;    // lower case, brackets of an IPv6 address taken off
  bool loopback = false;
};

// Reads an absolute URL. Errors: invalid for anything but http and https, user names in the URL,
// blanks, control and non-ASCII characters, and more than 8,000 characters.
Result<Endpoint> parse_endpoint(std::string_view url);

// The same, and refused for http to another host than loopback: credentials would be readable by
// all who are on the way.
Result<Endpoint> parse_secure_endpoint(std::string_view url);

}  // namespace keytide
