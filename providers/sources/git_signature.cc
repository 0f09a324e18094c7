#include "providers/sources/git_signature.h"

#include <fmt/format.h>

#include "providers/system/atomic_file.h"

namespace keytide {
namespace {

constexpr std::size_t kSignersBytesMax = std::size_t{1} << 20;

// What git's %G? says, in words that follow "the commit …". `key` may be empty.
std::string reason_of(char code, std::string_view key, const std::string& signers) {
  const std::string by = key.empty() ? "a key" : fmt::format("the key {}", key);
  switch (code) {
    case 'N':
      return "bears no signature of an ssh key";
    case 'B':
      return fmt::format("has a signature that is wrong, or of {} that {} does not name", by,
                         signers);
    case 'G':
    case 'U':
      return fmt::format("is signed with {}, which {} does not name", by, signers);
    default:
      return "has a signature that can't be checked";
  }
}

Result<void> check_signers_file(const GitConfig& source) {
  const auto bytes = read_file(source.allowed_signers, kSignersBytesMax);
  if (bytes) return {};
  Error error = bytes.error();
  error.message =
      fmt::format("allowed_signers can't be read, so no commit counts: {}", error.message);
  return fail(std::move(error));
}

}  // namespace

Result<std::string> find_signer(const GitCommand& git, const GitConfig& source,
                                const std::string& commit) {
  if (auto readable = check_signers_file(source); !readable) {
    return fail(std::move(readable.error()));
  }
  if (auto there = git.need_program("ssh-keygen", "signatures are checked by it"); !there) {
    return fail(std::move(there.error()));
  }
  // Two answers have to agree: the verdict that is meant for scripts, and the one that has a name.
  auto verdict = git.run({{"verify-commit", "--raw", commit}});
  if (!verdict) return fail(std::move(verdict.error()));
  auto told = git.line_of({"log", "-1", "--no-show-signature", "--format=%G?%n%GS%n%GF", commit});
  if (!told) return fail(std::move(told.error()));
  const std::string text = told->value_or("");
  const char code = text.empty() ? 'E' : text.front();
  const std::size_t first = text.find('\n');
  const std::size_t second = first == std::string::npos ? first : text.find('\n', first + 1);
  const bool is_whole = second != std::string::npos;
  std::string signer = is_whole ? text.substr(first + 1, second - first - 1) : "";
  const std::string key = is_whole ? text.substr(second + 1) : "";
  if (verdict->succeeded() && code == 'G' && !signer.empty()) return signer;
  return fail(ErrorKind::denied,
              fmt::format("the commit {} {}: sign it with a key of that file (git commit -S, with "
                          "gpg.format=ssh), or add the signer to allowed_signers",
                          commit.substr(0, 12), reason_of(code, key, source.allowed_signers)));
}

}  // namespace keytide
