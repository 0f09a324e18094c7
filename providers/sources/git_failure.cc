#include "providers/sources/git_failure.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "providers/sources/git_command.h"

namespace keytide {
namespace {

struct Sign {
  std::string_view words;  // in what git or ssh wrote
  ErrorKind kind;
  std::string_view problem;
  std::string_view way_out;
};

// The first that is found counts.
constexpr std::array kSigns{
    Sign{"couldn't find remote ref", ErrorKind::not_found,
         "the repository has no such branch, or is empty",
         "write a branch that exists as `ref`, or a whole name such as refs/tags/v1"},
    Sign{"Host key verification failed", ErrorKind::denied,
         "ssh does not know the key of that host",
         "run ssh to it once as the user that runs keytide, compare the key, and say yes"},
    Sign{"REMOTE HOST IDENTIFICATION HAS CHANGED", ErrorKind::denied,
         "the host has another key than ssh knows",
         "find out why, and correct ~/.ssh/known_hosts of the user that runs keytide"},
    Sign{"Permission denied (", ErrorKind::denied, "the server does not know the key",
         "name a key that may read the repository with `ssh_key: {file: …}`"},
    Sign{"could not read Username", ErrorKind::denied,
         "the server asks who is there, or has no such repository",
         "use ssh, or put a token that may read it into the .netrc of the user that runs keytide"},
    Sign{"could not read Password", ErrorKind::denied, "the server asks for a password",
         "put it into the .netrc of the user that runs keytide, or use ssh"},
    Sign{"Authentication failed", ErrorKind::denied, "the server refused the password",
         "correct the .netrc of the user that runs keytide, or use ssh"},
    Sign{"returned error: 403", ErrorKind::denied, "the server refused",
         "let the user that keytide signs in as read the repository"},
    Sign{"' not found", ErrorKind::not_found, "there is no such repository", "correct `url`"},
    Sign{"ot allowed", ErrorKind::refused, "the server sends keytide on by another protocol",
         "write the URL that it leads to as `url`"},
    Sign{"No space left on device", ErrorKind::io, "the disk is full",
         "make room where the store is"},
    Sign{"bad object", ErrorKind::io, "what was fetched before is damaged",
         "remove the folder that ends in .git beside the store: it is fetched again"},
    Sign{"is corrupt", ErrorKind::io, "what was fetched before is damaged",
         "remove the folder that ends in .git beside the store: it is fetched again"},
};

}  // namespace

Error explain_fetch_failure(const ChildResult& result) {
  const auto sign = std::find_if(kSigns.begin(), kSigns.end(), [&](const Sign& one) {
    return result.errors.find(one.words) != std::string::npos;
  });
  const std::string said = complaint_of(result);
  if (sign == kSigns.end()) {
    return {ErrorKind::unavailable, fmt::format("the source can't be fetched: {}", said), {}};
  }
  return {sign->kind, fmt::format("{} ({}): {}", sign->problem, said, sign->way_out), {}};
}

}  // namespace keytide
