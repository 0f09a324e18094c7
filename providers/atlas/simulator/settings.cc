#include "providers/atlas/simulator/settings.h"

#include <fmt/format.h>

#include <charconv>
#include <variant>

#include "core/base/duration.h"

namespace keytide::simulator {
namespace {

using Field =
    std::variant<bool Settings::*, int Settings::*, std::string Settings::*, Seconds Settings::*>;

struct Row {
  std::string_view name;
  Field field;
  std::string_view what;
};

using S = Settings;

const std::vector<Row>& table() {
  static const std::vector<Row> rows{
      {"rate_limits", &S::rate_limits, "false lifts every bucket and every limit on tokens"},
      {"rate_limit_headers", &S::rate_limit_headers, "RateLimit-Limit and -Remaining on replies"},
      {"retry_after_header", &S::retry_after_header, "Retry-After on 429"},
      {"rate_limited_legacy", &S::rate_limited_legacy,
       "429 RATE_LIMITED, the older form without parameters"},
      {"org_capacity", &S::org_capacity, "service-account calls an organization has at once"},
      {"org_refill_per_minute", &S::org_refill_per_minute, "and gets back in a minute"},
      {"project_capacity", &S::project_capacity, "the same for a project"},
      {"project_refill_per_minute", &S::project_refill_per_minute, "the same for a project"},
      {"token_mints_per_minute", &S::token_mints_per_minute, "per IP address and service account"},
      {"active_tokens_max", &S::active_tokens_max, "per service account; more: 403 access_denied"},
      {"token_lifetime", &S::token_lifetime, "expires_in of a token"},
      {"slots", &S::slots, "secrets per service account"},
      {"expired_secrets_keep_slot", &S::expired_secrets_keep_slot,
       "an expired secret counts until it is deleted"},
      {"cut", &S::cut, "a create leaves at most this to the account's other secrets"},
      {"life_min_hours", &S::life_min_hours, "the shortest secretExpiresAfterHours"},
      {"expiry_offset", &S::expiry_offset, "added to createdAt + secretExpiresAfterHours"},
      {"secret_propagation", &S::secret_propagation,
       "a new secret mints no token (401) before that"},
      {"last_used_delay", &S::last_used_delay, "how late lastUsedAt follows a mint"},
      {"created_carries_mask", &S::created_carries_mask, "maskedSecretValue in the 201"},
      {"mask_suffix", &S::mask_suffix, "characters of the value at the end of its mask"},
      {"expired_secret_revokes_tokens", &S::expired_secret_revokes_tokens,
       "tokens end with the secret that minted them"},
      {"commit_duration_ms", &S::commit_duration_ms,
       "how long a create holds its account: a second change meanwhile gets 409"},
      {"slots_full_status", &S::slots_full_status, "status of a create without a free slot"},
      {"slots_full_code", &S::slots_full_code, "and its errorCode"},
      {"bad_life_code", &S::bad_life_code, "errorCode of a life out of range"},
      {"not_found_code", &S::not_found_code, "errorCode of an unknown service account or secret"},
      {"not_owner_code", &S::not_owner_code, "errorCode of a missing role (401), or NOT_ORG_OWNER"},
      {"bad_token_code", &S::bad_token_code, "errorCode of a bad token (401); empty: no body"},
      {"foreign_org_code", &S::foreign_org_code, "errorCode of somebody else's organization (401)"},
      {"envelope_errors", &S::envelope_errors, "envelope=true wraps errors too"},
      {"total_count_error", &S::total_count_error, "added to totalCount"},
      {"accept_needs_version", &S::accept_needs_version,
       "406 without a version in Accept; false serves the newest"},
      {"retired_versions", &S::retired_versions, "dates by commas that get 410"},
  };
  return rows;
}

Result<bool> parse_bool(std::string_view text) {
  if (text == "true") return true;
  if (text == "false") return false;
  return fail(ErrorKind::invalid, fmt::format("\"{}\" is neither true nor false", text));
}

Result<int> parse_int(std::string_view text) {
  int out = 0;
  const char* end = text.data() + text.size();
  const auto [stop, problem] = std::from_chars(text.data(), end, out);
  if (problem == std::errc{} && stop == end) return out;
  return fail(ErrorKind::invalid, fmt::format("\"{}\" is not a whole number", text));
}

template <class T>
Result<void> store(Settings& settings, T Settings::*field, Result<T> value) {
  if (!value) return fail(std::move(value.error()));
  settings.*field = std::move(*value);
  return {};
}

struct Setter {
  Settings& settings;
  std::string_view text;
  Result<void> operator()(bool S::*f) const { return store(settings, f, parse_bool(text)); }
  Result<void> operator()(int S::*f) const { return store(settings, f, parse_int(text)); }
  Result<void> operator()(Seconds S::*f) const { return store(settings, f, parse_duration(text)); }
  Result<void> operator()(std::string S::*f) const {
    settings.*f = std::string(text);
    return {};
  }
};

struct Printer {
  const Settings& settings;
  std::string operator()(bool S::*f) const { return settings.*f ? "true" : "false"; }
  std::string operator()(int S::*f) const { return std::to_string(settings.*f); }
  std::string operator()(Seconds S::*f) const { return format_duration(settings.*f); }
  std::string operator()(std::string S::*f) const {
    return (settings.*f).empty() ? "\"\"" : settings.*f;
  }
};

}  // namespace

std::vector<SettingInfo> all_settings() {
  const Settings defaults;
  std::vector<SettingInfo> out;
  for (const Row& row : table()) {
    out.push_back({row.name, std::visit(Printer{defaults}, row.field), row.what});
  }
  return out;
}

Result<void> set(Settings& settings, std::string_view name, std::string_view value) {
  for (const Row& row : table()) {
    if (row.name == name) return std::visit(Setter{settings, value}, row.field);
  }
  return fail(ErrorKind::not_found, fmt::format("there is no setting \"{}\"", name));
}

}  // namespace keytide::simulator
