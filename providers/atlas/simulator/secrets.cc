#include "providers/atlas/simulator/secrets.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "providers/atlas/simulator/api_error.h"
#include "providers/atlas/simulator/bodies.h"
#include "providers/atlas/simulator/json_text.h"

namespace keytide::simulator {
namespace {

HttpResponse concurrent_change() {
  return api_error(409, "DATA_CONCURRENCY_ERROR",
                   "Another change of this service account is under way.");
}

std::optional<HttpResponse> check_life(const Settings& settings, const Site& site,
                                       std::int64_t hours) {
  const int most = std::min(8760, site.org->max_validity_hours);
  if (hours >= settings.life_min_hours && hours <= most) return std::nullopt;
  const std::string why = fmt::format("must be between {} and {}", settings.life_min_hours, most);
  return api_error(400, settings.bad_life_code, fmt::format("secretExpiresAfterHours {}.", why),
                   {"[]", {{"secretExpiresAfterHours", why}}});
}

std::optional<HttpResponse> check_slots(const State& state, const Account& account, Instant now) {
  const Settings& settings = state.settings;
  const auto taken =
      std::count_if(account.secrets.begin(), account.secrets.end(), [&](const Secret& secret) {
        return settings.expired_secrets_keep_slot || secret.expires_at > now;
      });
  if (taken < settings.slots) return std::nullopt;
  return api_error(
      settings.slots_full_status, settings.slots_full_code,
      fmt::format("A service account can't have more than {} secrets.", settings.slots));
}

void commit(State& state, Account& account, Secret secret) {
  const Instant latest = secret.created_at + state.settings.cut;
  for (Secret& other : account.secrets) other.expires_at = std::min(other.expires_at, latest);
  account.secrets.push_back(std::move(secret));
  account.json.clear();
}

// ServiceAccountSecret with its value, once.
HttpResponse created(const Secret& secret, const Settings& settings) {
  std::string body;
  JsonObject json(body);
  json.text("createdAt", format_instant(secret.created_at))
      .text("expiresAt", format_instant(secret.expires_at))
      .text("id", secret.id)
      .null("lastUsedAt");
  if (settings.created_carries_mask) {
    json.text("maskedSecretValue", mask_of(secret.value, settings));
  }
  json.text("secret", secret.value).end();
  return json_response(201, std::move(body));
}

Secret new_secret(State& state, Instant now, std::int64_t hours) {
  Secret secret;
  secret.id = state.random.object_id();
  secret.value = state.random.secret_value();
  secret.created_at = now;
  secret.expires_at = now + std::chrono::hours(hours) + state.settings.expiry_offset;
  secret.usable_from = now + state.settings.secret_propagation;
  return secret;
}

}  // namespace

std::string mask_of(std::string_view value, const Settings& settings) {
  constexpr std::string_view kPrefix = "mdb_sa_sk_";
  const auto shown = static_cast<std::size_t>(std::max(0, settings.mask_suffix));
  if (value.size() < kPrefix.size() + shown) return std::string(kPrefix) + "...";
  return std::string(kPrefix) + "..." + std::string(value.substr(value.size() - shown));
}

Outcome create_secret(State& state, const Call& call, const Site& site, Account& account) {
  const auto body = parse_create_body(call.request.body);
  if (const auto* refused = std::get_if<HttpResponse>(&body)) return {*refused};
  const std::int64_t hours = std::get<std::int64_t>(body);
  if (auto refused = check_life(state.settings, site, hours)) return {*refused};
  if (account.busy_until > call.uptime) return {concurrent_change()};
  if (auto refused = check_slots(state, account, call.now)) return {*refused};

  Secret secret = new_secret(state, call.now, hours);
  Outcome out{created(secret, state.settings), call.commit_duration};
  if (call.commit_duration.count() > 0) {
    account.busy_until = call.uptime + call.commit_duration;
    state.pending_creates.push_back({account.busy_until, &account, std::move(secret)});
  } else {
    commit(state, account, std::move(secret));
  }
  return out;
}

HttpResponse delete_secret(State& state, const Call& call, Account& account) {
  Secret* secret = account.find_secret(call.route.secret_id);
  if (secret == nullptr) {
    return api_error(404, state.settings.not_found_code,
                     fmt::format("Cannot find resource secret with id {}.", call.route.secret_id));
  }
  if (account.busy_until > call.uptime) return concurrent_change();
  state.tokens.revoke_minted_from(account, secret->id);
  account.secrets.erase(account.secrets.begin() + (secret - account.secrets.data()));
  account.json.clear();
  return {204, {}, ""};
}

void settle(State& state, Instant now, Uptime uptime) {
  auto& creates = state.pending_creates;
  for (PendingCreate& create : creates) {
    if (create.at <= uptime) commit(state, *create.account, std::move(create.secret));
  }
  creates.erase(std::remove_if(creates.begin(), creates.end(),
                               [&](const PendingCreate& create) { return create.at <= uptime; }),
                creates.end());
  auto& uses = state.pending_uses;
  while (!uses.empty() && uses.front().visible_at <= now) {
    const PendingUse& use = uses.front();
    if (Secret* secret = use.account->find_secret(use.secret_id)) {
      secret->last_used_at = use.used_at;
      use.account->json.clear();
    }
    uses.pop_front();
  }
}

}  // namespace keytide::simulator
