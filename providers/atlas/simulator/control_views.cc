#include "providers/atlas/simulator/control_views.h"

#include "providers/atlas/simulator/json_text.h"

namespace keytide::simulator {
namespace {

void append_secret(std::string& out, const Secret& secret) {
  JsonObject json(out);
  json.text("id", secret.id)
      .text("secret", secret.value)
      .text("createdAt", format_instant(secret.created_at))
      .text("expiresAt", format_instant(secret.expires_at));
  if (secret.last_used_at) {
    json.text("lastUsedAt", format_instant(*secret.last_used_at));
  } else {
    json.null("lastUsedAt");
  }
  json.end();
}

void append_account(std::string& out, State& state, Account& account, Instant now) {
  JsonObject json(out);
  json.text("clientId", account.client_id);
  json.begin("secrets") += '[';
  for (const Secret& secret : account.secrets) {
    if (&secret != &account.secrets.front()) out += ',';
    append_secret(out, secret);
  }
  out += ']';
  const auto active = state.tokens.count_active(account, now);
  json.number("activeTokens", static_cast<std::int64_t>(active)).end();
}

void append_site(std::string& out, State& state, Site& site, Instant now) {
  JsonObject json(out);
  json.text("id", site.id).text("name", site.name);
  json.begin("serviceAccounts") += '[';
  for (const auto& account : site.accounts) {
    if (&account != &site.accounts.front()) out += ',';
    append_account(out, state, *account, now);
  }
  out += ']';
  if (site.is_org) {
    json.begin("projects") += '[';
    for (const auto& project : site.projects) {
      if (&project != &site.projects.front()) out += ',';
      append_site(out, state, *project, now);
    }
    out += ']';
  }
  json.end();
}

}  // namespace

std::string state_json(State& state, Instant now) {
  std::string out;
  JsonObject json(out);
  json.text("now", format_instant(now));
  json.begin("orgs") += '[';
  for (const auto& org : state.world.orgs()) {
    if (&org != &state.world.orgs().front()) out += ',';
    append_site(out, state, *org, now);
  }
  out += ']';
  json.end();
  return out;
}

std::string requests_json(const RequestLog& requests) {
  std::string out;
  JsonObject json(out);
  json.number("total", static_cast<std::int64_t>(requests.total()));
  {
    JsonObject counts(json.begin("byOperation"));
    for (const auto& [name, count] : requests.by_operation()) {
      counts.number(name, static_cast<std::int64_t>(count));
    }
    counts.end();
  }
  json.begin("log") += '[';
  for (const RequestLog::Entry& entry : requests.entries()) {
    if (&entry != &requests.entries().front()) out += ',';
    JsonObject(out)
        .text("method", entry.method)
        .text("path", entry.path)
        .number("status", entry.status)
        .text("at", format_instant(entry.at))
        .end();
  }
  out += ']';
  json.end();
  return out;
}

}  // namespace keytide::simulator
