// HTTP messages as values, for both ends: the client sends an HttpRequest, the server answers one.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/secret_value.h"

namespace keytide {

struct Header {
  std::string name;
  std::string value;

  friend bool operator==(const Header&, const Header&) = default;
};

// The first header of that name, in any case; absent when there is none.
std::optional<std::string_view> find_header(const std::vector<Header>& headers,
                                            std::string_view name);

// How a request signs in. Kept apart from the headers, so that no header text ever holds a secret
// on its way to the wire. The pointers are borrowed for the length of the call.
struct Authorization {
  enum class Scheme { none, bearer, basic, digest };
  Scheme scheme = Scheme::none;
  std::string user;                     // basic, digest
  const SecretValue* secret = nullptr;  // the token, or the password
};

struct HttpRequest {
  std::string method = "GET";
  std::string url;  // absolute for a client; path and query for a server
  std::vector<Header> headers;
  std::string body;
  Authorization authorization;  // client only; a server finds the header among `headers`
};

struct HttpResponse {
  int status = 0;
  std::vector<Header> headers;
  std::string body;
};

}  // namespace keytide
