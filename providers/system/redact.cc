#include "providers/system/redact.h"

#include <algorithm>
#include <array>

namespace keytide {
namespace {

constexpr std::string_view kReplacement = "(sensitive value)";
// What follows one of these, up to the first character that can't be part of a token, is hidden.
constexpr std::array<std::string_view, 3> kMarks{"mdb_sa_sk_", "Bearer ", "Basic "};

bool is_token(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '-' || c == '.' || c == '~' || c == '+' || c == '/' || c == '=';
}

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool starts_with_any_case(std::string_view text, std::string_view prefix) {
  return text.size() >= prefix.size() &&
         std::equal(prefix.begin(), prefix.end(), text.begin(),
                    [](char a, char b) { return lower(a) == lower(b); });
}

// How many characters at the start of the text are to be hidden; 0: none.
std::size_t sensitive_length(std::string_view text) {
  for (const std::string_view mark : kMarks) {
    if (!starts_with_any_case(text, mark)) continue;
    const auto* end = std::find_if_not(text.begin() + mark.size(), text.end(), is_token);
    const auto length = static_cast<std::size_t>(end - text.begin());
    // The masked form that Atlas shows, "mdb_sa_sk_...ABCD", gives nothing away.
    if (text.substr(mark.size()).starts_with("...")) return 0;
    // "Basic idea" is prose; credentials are longer.
    if (mark.back() == ' ' && length < mark.size() + 12) return 0;
    return length;
  }
  return 0;
}

}  // namespace

std::string redact(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    if (const std::size_t hidden = sensitive_length(text.substr(at)); hidden > 0) {
      out += kReplacement;
      at += hidden;
    } else {
      out += text[at++];
    }
  }
  return out;
}

}  // namespace keytide
