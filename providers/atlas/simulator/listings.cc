#include "providers/atlas/simulator/listings.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <functional>
#include <utility>

#include "providers/atlas/simulator/api_error.h"
#include "providers/atlas/simulator/bodies.h"
#include "providers/atlas/simulator/json_text.h"
#include "providers/atlas/simulator/secrets.h"

namespace keytide::simulator {
namespace {

void append_secret(std::string& out, const Secret& secret, const Settings& settings) {
  JsonObject json(out);
  json.text("createdAt", format_instant(secret.created_at))
      .text("expiresAt", format_instant(secret.expires_at))
      .text("id", secret.id);
  if (secret.last_used_at) {
    json.text("lastUsedAt", format_instant(*secret.last_used_at));
  } else {
    json.null("lastUsedAt");
  }
  json.text("maskedSecretValue", mask_of(secret.value, settings)).end();
}

// OrgServiceAccount or GroupServiceAccount, kept until the account changes.
const std::string& account_json(Account& account, const Settings& settings) {
  if (!account.json.empty()) return account.json;
  std::string& out = account.json;
  JsonObject json(out);
  json.text("clientId", account.client_id)
      .text("createdAt", format_instant(account.created_at))
      .text("description", account.description)
      .text("name", account.name);
  json.begin("roles") += '[';
  for (const std::string& role : account.roles) {
    if (&role != &account.roles.front()) out += ',';
    append_json_string(out, role);
  }
  out += ']';
  json.begin("secrets") += '[';
  for (const Secret& secret : account.secrets) {
    if (&secret != &account.secrets.front()) out += ',';
    append_secret(out, secret, settings);
  }
  out += ']';
  json.end();
  return out;
}

struct Page {
  std::size_t number = 1;
  std::size_t size = 100;
};

// A query parameter that counts; absent where it is out of range.
std::optional<std::size_t> count_in(const FormFields& query, std::string_view name,
                                    std::size_t fallback, std::size_t most) {
  const auto text = find_field(query, name);
  if (!text) return fallback;
  std::size_t value = 0;
  const char* begin = text->data();
  const char* end = begin + text->size();
  const auto [stop, problem] = std::from_chars(begin, end, value);
  if (problem != std::errc{} || stop != end || value < 1 || value > most) return std::nullopt;
  return value;
}

std::string page_url(const Call& call, const Page& page, std::size_t number) {
  const std::string_view host =
      find_header(call.request.headers, "Host").value_or("cloud.mongodb.com");
  return fmt::format("http://{}{}?pageNum={}&itemsPerPage={}", host, call.route.path, number,
                     page.size);
}

void append_links(std::string& out, const Call& call, const Page& page, std::size_t total) {
  const auto link = [&](std::string_view rel, std::size_t number) {
    if (out.back() == '}') out += ',';
    JsonObject(out).text("href", page_url(call, page, number)).text("rel", rel).end();
  };
  out += '[';
  if (page.number > 1) link("previous", page.number - 1);
  if (page.number * page.size < total) link("next", page.number + 1);
  link("self", page.number);
  out += ']';
}

using AppendItem = std::function<void(std::string& out, std::size_t index)>;

HttpResponse paginated(const State& state, const Call& call, std::size_t total,
                       const AppendItem& append) {
  const auto size = count_in(call.query, "itemsPerPage", 100, 500);
  const auto number = count_in(call.query, "pageNum", 1, 1000000);
  if (!size || !number) {
    const std::string field = size ? "pageNum" : "itemsPerPage";
    return api_error(400, "VALIDATION_ERROR", fmt::format("{} is out of range.", field),
                     {"[]", {{field, "is out of range"}}});
  }
  const Page page{*number, *size};
  const std::size_t begin = std::min(total, (page.number - 1) * page.size);
  const std::size_t end = std::min(total, begin + page.size);
  HttpResponse out = json_response(200, "");
  out.body.reserve((end - begin) * 700 + 500);
  JsonObject json(out.body);
  append_links(json.begin("links"), call, page, total);
  json.begin("results") += '[';
  for (std::size_t i = begin; i < end; ++i) {
    if (i != begin) out.body += ',';
    append(out.body, i);
  }
  out.body += ']';
  if (find_field(call.query, "includeCount").value_or("true") != "false") {
    const auto estimate = static_cast<std::int64_t>(total) + state.settings.total_count_error;
    json.number("totalCount", std::max<std::int64_t>(0, estimate));
  }
  json.end();
  return out;
}

void append_org(std::string& out, const Site& org) {
  JsonObject(out)
      .text("id", org.id)
      .boolean("isDeleted", false)
      .raw("links", "[]")
      .text("name", org.name)
      .boolean("skipDefaultAlertsSettings", false)
      .end();
}

}  // namespace

HttpResponse list_accounts(const State& state, const Call& call, const Site& site) {
  return paginated(state, call, site.accounts.size(), [&](std::string& out, std::size_t index) {
    out += account_json(*site.accounts[index], state.settings);
  });
}

HttpResponse get_account(const State& state, Account& account) {
  return json_response(200, account_json(account, state.settings));
}

HttpResponse list_orgs(const State& state, const Call& call, const Principal& who) {
  return paginated(state, call, 1,
                   [&](std::string& out, std::size_t) { append_org(out, *who.home->org); });
}

HttpResponse get_org(const Site& org) {
  HttpResponse out = json_response(200, "");
  append_org(out.body, org);
  return out;
}

HttpResponse get_settings(const Site& org) {
  HttpResponse out = json_response(200, "");
  JsonObject(out.body)
      .boolean("apiAccessListRequired", !org.access_list.empty())
      .boolean("genAIFeaturesEnabled", true)
      .number("maxServiceAccountSecretValidityInHours", org.max_validity_hours)
      .boolean("multiFactorAuthRequired", false)
      .null("operationsContact")
      .boolean("restrictEmployeeAccess", false)
      .boolean("streamsCrossGroupEnabled", false)
      .end();
  return out;
}

HttpResponse update_settings(const Call& call, Site& org) {
  const auto body = parse_settings_body(call.request.body);
  if (const auto* refused = std::get_if<HttpResponse>(&body)) return *refused;
  if (const auto cap = std::get<std::optional<std::int64_t>>(body)) {
    org.max_validity_hours = static_cast<int>(*cap);
  }
  return get_settings(org);
}

}  // namespace keytide::simulator
