#include "providers/atlas/simulator/oauth.h"

#include <fmt/format.h>

#include <optional>
#include <utility>

#include "providers/atlas/simulator/api_error.h"
#include "providers/atlas/simulator/json_text.h"
#include "providers/atlas/simulator/rate_limit.h"

namespace keytide::simulator {
namespace {

HttpResponse oauth_error(int status, std::string_view error, std::string_view description) {
  std::string body;
  JsonObject(body).text("error", error).text("error_description", description).end();
  return json_response(status, std::move(body));
}

HttpResponse invalid_client() {
  return oauth_error(401, "invalid_client", "Invalid credentials provided.");
}

struct Client {
  Account* account = nullptr;
  Secret* secret = nullptr;
};

// The two halves of the Basic header, as sent: no percent-decoding.
std::optional<std::pair<std::string, std::string>> basic_credentials(const HttpRequest& request) {
  const auto header = find_header(request.headers, "Authorization");
  if (!header || header->size() < 6 || !same_ignoring_case(header->substr(0, 6), "Basic ")) {
    return std::nullopt;
  }
  const auto text = decode_base64(trim(header->substr(6)));
  const std::size_t colon = text ? text->find(':') : std::string::npos;
  if (colon == std::string::npos) return std::nullopt;
  return std::pair{text->substr(0, colon), text->substr(colon + 1)};
}

Client find_client(State& state, const Call& call, const std::string& id,
                   const std::string& value) {
  Account* account = state.world.find_account(id);
  if (account == nullptr) return {};
  for (Secret& secret : account->secrets) {
    const bool alive = secret.expires_at > call.now && secret.usable_from <= call.now;
    if (alive && secret.value == value) return {account, &secret};
  }
  return {};
}

std::optional<HttpResponse> check_mint_rate(State& state, const Call& call, const std::string& id) {
  const int per_minute = state.settings.token_mints_per_minute;
  Bucket& bucket = state.mint_buckets[call.peer_ip + " " + id];
  const BucketAnswer answer = take(bucket, {per_minute, per_minute}, call.now);
  if (answer.allowed) return std::nullopt;
  HttpResponse out = api_error(429, "RATE_LIMITED", "Too many tokens were requested.");
  if (state.settings.retry_after_header) {
    out.headers.push_back({"Retry-After", std::to_string(answer.retry_after_s)});
  }
  return out;
}

void note_use(State& state, Account& account, Secret& secret, Instant now) {
  if (state.settings.last_used_delay.count() > 0) {
    state.pending_uses.push_back({now + state.settings.last_used_delay, &account, secret.id, now});
    return;
  }
  if (secret.last_used_at == now) return;
  secret.last_used_at = now;
  account.json.clear();
}

}  // namespace

HttpResponse mint_token(State& state, const Call& call) {
  const auto credentials = basic_credentials(call.request);
  if (!credentials) return invalid_client();
  const auto& [id, value] = *credentials;
  if (state.settings.rate_limits) {
    if (auto refused = check_mint_rate(state, call, id)) return *refused;
  }
  const FormFields form = parse_form(call.request.body);
  const auto grant = find_field(form, "grant_type");
  if (!grant) return oauth_error(400, "invalid_request", "The parameter grant_type is missing.");
  if (*grant != "client_credentials") {
    return oauth_error(400, "unsupported_grant_type", "Only client_credentials is supported.");
  }
  const Client client = find_client(state, call, id, value);
  if (client.account == nullptr) return invalid_client();
  const std::size_t active = state.tokens.count_active(*client.account, call.now);
  if (state.settings.rate_limits &&
      active >= static_cast<std::size_t>(state.settings.active_tokens_max)) {
    return oauth_error(403, "access_denied",
                       "The service account has reached its limit of active tokens.");
  }
  note_use(state, *client.account, *client.secret, call.now);
  std::string body;
  JsonObject(body)
      .text("access_token", state.tokens.mint(*client.account, *client.secret, call.now,
                                              state.settings, state.random))
      .number("expires_in", state.settings.token_lifetime.count())
      .text("token_type", "Bearer")
      .end();
  HttpResponse out = json_response(200, std::move(body));
  out.headers.push_back({"Cache-Control", "no-store"});
  return out;
}

HttpResponse revoke_token(State& state, const Call& call) {
  const auto credentials = basic_credentials(call.request);
  if (!credentials) return invalid_client();
  const Client client = find_client(state, call, credentials->first, credentials->second);
  if (client.account == nullptr) return invalid_client();
  const FormFields form = parse_form(call.request.body);
  const auto token = find_field(form, "token");
  if (!token) return oauth_error(400, "invalid_request", "The parameter token is missing.");
  state.tokens.revoke(*client.account, *token);
  return json_response(200, "{}");
}

}  // namespace keytide::simulator
