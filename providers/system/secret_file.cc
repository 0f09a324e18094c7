#include "providers/system/secret_file.h"

#include <fmt/format.h>

#include "providers/system/atomic_file.h"

namespace keytide {
namespace {

constexpr std::size_t kSecretBytesMax = 4096;

std::string_view without_newline(std::string_view text) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  if (text.ends_with('\r')) text.remove_suffix(1);
  return text;
}

}  // namespace

Result<SecretValue> read_secret_file(const std::string& path) {
  auto content = read_file(path, kSecretBytesMax);
  if (!content) return fail(std::move(content.error()));
  const std::string_view text = without_newline(*content);
  std::string problem;
  if (text.empty()) problem = "it is empty";
  if (text.find('\n') != std::string_view::npos) problem = "it has more than one line";
  if (!problem.empty()) {
    wipe(*content);
    return fail(ErrorKind::invalid,
                fmt::format("can't read a secret from {}: {}; write the secret alone into it", path,
                            problem));
  }
  SecretValue value(text);
  wipe(*content);
  return value;
}

}  // namespace keytide
