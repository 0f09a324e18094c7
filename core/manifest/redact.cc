#include "core/manifest/redact.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "core/manifest/plain_text.h"

namespace keytide {
namespace {

constexpr std::string_view kSecretPrefix = "mdb_sa_sk_";
constexpr std::size_t kLongestShown = 80;
constexpr int kLinesLookedBack = 500;

bool is_alnum(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}
bool is_token(char c) { return is_alnum(c) || c == '_' || c == '+' || c == '=' || c == '-'; }
bool is_key(char c) { return is_alnum(c) || c == '_' || c == '-' || c == '.'; }

bool is_hex(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

// Bits per character.
double entropy_of(std::string_view text) {
  std::array<int, 256> counts{};
  for (const char c : text) ++counts[static_cast<unsigned char>(c)];
  double bits = 0;
  for (const int count : counts) {
    if (count == 0) continue;
    const double share = static_cast<double>(count) / static_cast<double>(text.size());
    bits -= share * std::log2(share);
  }
  return bits;
}

// Lower case, upper case, digit or none of them.
int class_of(char c) {
  if (c >= 'a' && c <= 'z') return 1;
  if (c >= 'A' && c <= 'Z') return 2;
  return c >= '0' && c <= '9' ? 3 : 0;
}

// Long, of three classes, and jumping between them as words and names don't.
bool is_secret_token(std::string_view token) {
  if (token.size() < 24 || token.substr(0, 10) == "mdb_sa_id_") return false;
  // Atlas's own ids, in whatever case they were written.
  if (token.size() == 24 && std::all_of(token.begin(), token.end(), is_hex)) return false;
  std::array<std::size_t, 4> seen{};
  std::size_t jumps = 0;
  for (std::size_t i = 0; i < token.size(); ++i) {
    ++seen[static_cast<std::size_t>(class_of(token[i]))];
    if (i > 0 && class_of(token[i]) != class_of(token[i - 1])) ++jumps;
  }
  const bool is_mixed = seen[1] > 0 && seen[2] > 0 && seen[3] > 0;
  return is_mixed && jumps * 3 >= token.size() && entropy_of(token) > 3.5;
}

// Escapes what a terminal would act on: control characters, and the marks that turn the direction
// of text around.
std::string escaped(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t length = std::max<std::size_t>(sequence_length(text, i), 1);
    const std::string_view one = text.substr(i, length);
    i += length;
    const auto first = static_cast<unsigned char>(one[0]);
    const bool invalid = length == 1 && first >= 0x80;
    const bool c1 = length == 2 && first == 0xC2 && static_cast<unsigned char>(one[1]) < 0xA0;
    const bool turns = (one >= "\u200E" && one <= "\u200F") ||
                       (one >= "\u202A" && one <= "\u202E") || (one >= "\u2066" && one <= "\u2069");
    if (one == "\t") {
      out += ' ';
    } else if (first < 0x20 || first == 0x7F || invalid || c1 || (length == 3 && turns)) {
      for (const char c : one) out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    } else {
      out += one;
    }
  }
  return out;
}

// The length of "name:password" at the front of what follows the "://" of a URL; 0: there is none.
std::size_t login_in_url(std::string_view rest) {
  const std::size_t end = rest.find_first_of("/ \t\"'}],");
  const std::size_t at = rest.substr(0, end).rfind('@');
  return at == std::string_view::npos ? 0 : at;
}

// Replaces each token that looks like a secret, and what a URL carries to sign in.
std::string without_secrets(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size();) {
    const std::size_t login = text.substr(i, 3) == "://" ? login_in_url(text.substr(i + 3)) : 0;
    if (login > 0) {
      out += fmt::format("://{}", kSensitive);
      i += 3 + login;
    }
    if (!is_token(text[i])) {
      out += text[i++];
      continue;
    }
    std::size_t end = i;
    while (end < text.size() && is_token(text[end])) ++end;
    const std::string_view token = text.substr(i, end - i);
    const bool secret = holds_account_secret(token) || is_secret_token(token);
    out += secret ? kSensitive : token;
    i = end;
  }
  return out;
}

// A key and the colon behind it, as they stand in a line.
struct KeyInLine {
  std::string_view key;
  std::size_t value_at = 0;
};

std::optional<KeyInLine> next_key(std::string_view line, std::size_t from) {
  for (std::size_t colon = line.find(':', from); colon != std::string_view::npos;
       colon = line.find(':', colon + 1)) {
    std::size_t end = colon;
    while (end > 0 && (line[end - 1] == '"' || line[end - 1] == '\'' || line[end - 1] == ' '))
      --end;
    std::size_t begin = end;
    while (begin > 0 && is_key(line[begin - 1])) --begin;
    if (begin < end) return KeyInLine{line.substr(begin, end - begin), colon + 1};
  }
  return std::nullopt;
}

bool has_credential_key(std::string_view line) {
  for (auto found = next_key(line, 0); found; found = next_key(line, found->value_at)) {
    if (is_credential_key(found->key)) return true;
  }
  return false;
}

bool is_blank(std::string_view line) {
  const std::size_t first = line.find_first_not_of(" \t");
  return first == std::string_view::npos || line[first] == '#';
}

// Where the content of a line begins, behind the dashes of a list.
std::size_t indent_of(std::string_view line) {
  const std::size_t at = line.find_first_not_of(" \t-");
  return at == std::string_view::npos ? line.size() : at;
}

// A credential is named by where it lies: {file: …} or {env: …}. These two may be shown.
bool names_a_place(std::string_view value) {
  const std::size_t first = value.find_first_not_of(" {\t");
  if (first == std::string_view::npos) return true;
  value.remove_prefix(first);
  if (value.substr(0, 5) != "file:" && value.substr(0, 4) != "env:") return false;
  const std::size_t end = value.find('}');
  return value.substr(0, end).find(',') == std::string_view::npos;
}

// Whether a line is part of the value of a credential's key on a line before it.
bool continues_credential(const std::vector<std::string_view>& lines, std::size_t at) {
  std::size_t indent = indent_of(lines[at]);
  bool keyless = !next_key(lines[at], 0);
  const std::size_t stop = at > kLinesLookedBack ? at - kLinesLookedBack : 0;
  for (std::size_t i = at; i-- > stop;) {
    if (is_blank(lines[i])) continue;
    const bool parent = indent_of(lines[i]) < indent;
    if (!parent && !keyless) continue;
    if (has_credential_key(lines[i])) return true;
    if (next_key(lines[i], 0)) keyless = false;
    if (parent) indent = indent_of(lines[i]);
    if (indent == 0 && !keyless) return false;
  }
  return false;
}

// Cuts the line where the value of a credential's key begins.
std::string without_credentials(std::string_view line) {
  for (auto found = next_key(line, 0); found; found = next_key(line, found->value_at)) {
    const std::string_view value = line.substr(found->value_at);
    if (!is_credential_key(found->key) || names_a_place(value)) continue;
    return fmt::format("{} {}", line.substr(0, found->value_at), kSensitive);
  }
  return std::string(line);
}

}  // namespace

bool is_credential_key(std::string_view key) {
  static constexpr std::array<std::string_view, 11> kEndings{
      "secret",    "password", "passwd",    "passphrase", "token",      "privatekey",
      "secretkey", "apikey",   "accesskey", "credential", "secretvalue"};
  std::string plain;
  for (const char c : key) {
    if (c >= 'A' && c <= 'Z') plain += static_cast<char>(c - 'A' + 'a');
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) plain += c;
  }
  if (plain == "key") return true;  // of the escrow
  return std::any_of(kEndings.begin(), kEndings.end(), [&](std::string_view ending) {
    return plain.size() >= ending.size() &&
           std::string_view(plain).substr(plain.size() - ending.size()) == ending;
  });
}

bool holds_account_secret(std::string_view text) {
  return text.find(kSecretPrefix) != std::string_view::npos;
}

bool looks_secret(std::string_view text) {
  if (text.find("-----BEGIN") != std::string_view::npos) return true;
  return without_secrets(text) != text;
}

std::string shown(std::string_view text) {
  if (looks_secret(text)) return std::string(kSensitive);
  std::string_view cut = text.substr(0, kLongestShown);
  while (cut.size() < text.size() && !cut.empty() &&
         (static_cast<unsigned char>(text[cut.size()]) & 0xC0U) == 0x80U) {
    cut.remove_suffix(1);
  }
  return fmt::format("\"{}{}\"", escaped(cut), cut.size() < text.size() ? "…" : "");
}

std::string shown_line(const std::vector<std::string_view>& lines, int number) {
  if (number < 1 || static_cast<std::size_t>(number) > lines.size()) return "";
  const auto at = static_cast<std::size_t>(number - 1);
  const std::string_view line = lines[at].substr(0, 400);
  if (line.find("-----BEGIN") != std::string_view::npos ||
      (continues_credential(lines, at) && !names_a_place(line))) {
    return std::string(line.substr(0, indent_of(line))) + std::string(kSensitive);
  }
  return escaped(without_secrets(without_credentials(line)));
}

}  // namespace keytide
