#include "providers/atlas/simulator/sign_in.h"

#include <fmt/format.h>

#include <algorithm>

#include "providers/atlas/simulator/api_error.h"
#include "providers/atlas/simulator/digest.h"

namespace keytide::simulator {
namespace {

HttpResponse bad_token(const Settings& settings) {
  const std::string_view code = settings.bad_token_code;
  HttpResponse out{401, {}, ""};
  if (!code.empty()) out = api_error(401, code, "The access token is not valid.");
  out.headers.push_back({"WWW-Authenticate", "Bearer error=\"invalid_token\""});
  return out;
}

HttpResponse challenge(Instant now, bool stale) {
  HttpResponse out = api_error(401, "UNAUTHORIZED", "You are not authorized for this resource.");
  out.headers.push_back({"WWW-Authenticate", digest_challenge(now, stale)});
  return out;
}

std::variant<Principal, HttpResponse> by_digest(const State& state, const Call& call,
                                                std::string_view credentials) {
  const DigestFields fields = parse_digest(credentials);
  const auto [key, home] = state.world.find_api_key(fields.username);
  if (key == nullptr || fields.uri != call.request.url ||
      !digest_matches(fields, key->private_key, call.request.method)) {
    return challenge(call.now, false);
  }
  if (!nonce_is_fresh(fields.nonce, call.now)) return challenge(call.now, true);
  return Principal{home, &key->roles};
}

bool has_role(const Principal& who, std::string_view role) {
  return std::find(who.roles->begin(), who.roles->end(), role) != who.roles->end();
}

bool may(const Principal& who, const Site& site, Need need) {
  if (who.home == &site && need == Need::member) return !who.roles->empty();
  if (site.is_org) {
    return who.home == &site &&
           (has_role(who, "ORG_OWNER") || (need == Need::reader && has_role(who, "ORG_READ_ONLY")));
  }
  if (who.home == &site) return has_role(who, "GROUP_OWNER");
  return who.home == site.org && has_role(who, "ORG_OWNER");
}

}  // namespace

std::variant<Principal, HttpResponse> sign_in(const State& state, const Call& call) {
  const auto header = find_header(call.request.headers, "Authorization");
  if (!header) return challenge(call.now, false);
  const std::size_t blank = header->find(' ');
  const std::string_view scheme = header->substr(0, blank);
  const std::string_view rest =
      blank == std::string_view::npos ? "" : trim(header->substr(blank + 1));
  if (same_ignoring_case(scheme, "Bearer")) {
    const Account* account = state.tokens.find(rest, call.now, state.settings);
    if (account == nullptr) return bad_token(state.settings);
    return Principal{account->home, &account->roles};
  }
  if (same_ignoring_case(scheme, "Digest")) return by_digest(state, call, rest);
  return challenge(call.now, false);
}

std::optional<HttpResponse> check_access_list(const Principal& who, std::string_view peer_ip) {
  const auto& rules = who.home->org->access_list;
  if (rules.empty()) return std::nullopt;
  for (const AccessRule& rule : rules) {
    if (rule.allows(peer_ip)) return std::nullopt;
  }
  return api_error(403, "IP_ADDRESS_NOT_ON_ACCESS_LIST",
                   fmt::format("IP address {} is not allowed to access this resource.", peer_ip));
}

std::optional<HttpResponse> check_role(const Settings& settings, const Principal& who,
                                       const Site& site, Need need) {
  if (may(who, site, need)) return std::nullopt;
  if (who.home->org != site.org) {
    return api_error(401, settings.foreign_org_code,
                     fmt::format("The current user is not in the organization {}.", site.org->id));
  }
  return api_error(401, settings.not_owner_code,
                   "The current user does not have the role that this resource requires.");
}

}  // namespace keytide::simulator
