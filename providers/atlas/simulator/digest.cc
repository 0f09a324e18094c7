#include "providers/atlas/simulator/digest.h"

#include <fmt/format.h>

#include <charconv>
#include <cstdint>
#include <system_error>

#include "providers/atlas/simulator/md5.h"
#include "providers/atlas/simulator/text.h"

namespace keytide::simulator {
namespace {

constexpr std::string_view kRealm = "MMS Public API";

std::string nonce_for(std::int64_t seconds) {
  return fmt::format("{:016x}{}", seconds, md5_hex(fmt::format("nonce of {}", seconds)));
}

std::string* field_of(DigestFields& fields, std::string_view name) {
  if (name == "username") return &fields.username;
  if (name == "realm") return &fields.realm;
  if (name == "nonce") return &fields.nonce;
  if (name == "uri") return &fields.uri;
  if (name == "response") return &fields.response;
  if (name == "qop") return &fields.qop;
  if (name == "nc") return &fields.nc;
  if (name == "cnonce") return &fields.cnonce;
  return nullptr;
}

// A token or a quoted string at the start of `text`, which it removes.
std::string take_value(std::string_view& text) {
  std::string out;
  if (text.empty() || text.front() != '"') {
    const std::size_t end = std::min(text.find(','), text.size());
    out = std::string(trim(text.substr(0, end)));
    text.remove_prefix(end);
    return out;
  }
  text.remove_prefix(1);
  while (!text.empty() && text.front() != '"') {
    if (text.front() == '\\' && text.size() > 1) text.remove_prefix(1);
    out += text.front();
    text.remove_prefix(1);
  }
  if (!text.empty()) text.remove_prefix(1);
  return out;
}

}  // namespace

std::string digest_challenge(Instant now, bool stale) {
  return fmt::format(
      "Digest realm=\"{}\", domain=\"\", nonce=\"{}\", algorithm=MD5, qop=\"auth\", stale={}",
      kRealm, nonce_for(now.time_since_epoch().count()), stale);
}

bool nonce_is_fresh(std::string_view nonce, Instant now) {
  std::int64_t seconds = 0;
  const std::string_view stamp = nonce.substr(0, 16);
  const char* begin = stamp.data();
  const auto [stop, problem] = std::from_chars(begin, begin + stamp.size(), seconds, 16);
  const std::int64_t age = now.time_since_epoch().count() - seconds;
  return problem == std::errc{} && nonce == nonce_for(seconds) && age >= 0 && age <= 300;
}

DigestFields parse_digest(std::string_view credentials) {
  DigestFields out;
  while (!credentials.empty()) {
    const std::size_t equals = credentials.find('=');
    if (equals == std::string_view::npos) break;
    const std::string_view name = trim(credentials.substr(0, equals));
    credentials = trim(credentials.substr(equals + 1));
    std::string value = take_value(credentials);
    if (std::string* field = field_of(out, name)) *field = std::move(value);
    const std::size_t comma = credentials.find(',');
    if (comma == std::string_view::npos) break;
    credentials = credentials.substr(comma + 1);
  }
  return out;
}

std::string digest_response(const DigestFields& fields, std::string_view password,
                            std::string_view method) {
  const std::string who = md5_hex(fmt::format("{}:{}:{}", fields.username, fields.realm, password));
  const std::string what = md5_hex(fmt::format("{}:{}", method, fields.uri));
  if (fields.qop.empty()) return md5_hex(fmt::format("{}:{}:{}", who, fields.nonce, what));
  return md5_hex(fmt::format("{}:{}:{}:{}:{}:{}", who, fields.nonce, fields.nc, fields.cnonce,
                             fields.qop, what));
}

bool digest_matches(const DigestFields& fields, std::string_view password,
                    std::string_view method) {
  return fields.realm == kRealm && !fields.response.empty() &&
         fields.response == digest_response(fields, password, method);
}

}  // namespace keytide::simulator
