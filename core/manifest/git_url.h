// Which URLs a git source may have. A URL goes to the git program and into messages, so it names
// one of few ways of transport, and never holds a password.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace keytide {

enum class GitTransport { https, http, ssh };

struct GitUrlProblem {
  std::string problem;
  std::string way_out;
};

// How a right URL is reached; "git@host:path" is ssh.
GitTransport transport_of(std::string_view url);

// Absent: it is right. https://host/path, ssh://[user@]host[:port]/path, user@host:path, and
// http:// for this machine alone.
std::optional<GitUrlProblem> check_git_url(std::string_view url);

}  // namespace keytide
