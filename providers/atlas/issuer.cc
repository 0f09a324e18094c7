#include "providers/atlas/issuer.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/base/check.h"
#include "providers/atlas/api_error.h"
#include "providers/atlas/calls.h"
#include "providers/atlas/decode.h"

namespace keytide {
namespace {

using std::chrono::milliseconds;

// A listing that does not end is a fault of the other side.
constexpr int kPagesMax = 1000;

// Atlas's own ceiling decides how long a page is, not what we asked for: a page that is shorter
// than that is the last one only if nothing says that there is more.
bool is_last(const AccountPage& page, std::size_t so_far) {
  if (page.results == 0) return true;
  const bool full = page.results >= static_cast<std::size_t>(kItemsPerPage);
  const bool more = page.total && static_cast<std::size_t>(*page.total) > so_far;
  return !full && !more && !page.has_next;
}

// Accounts that moved to a later page between two requests come twice: the later reply counts.
void sort_and_merge(std::vector<ObservedAccount>& accounts) {
  std::stable_sort(
      accounts.begin(), accounts.end(),
      [](const ObservedAccount& a, const ObservedAccount& b) { return a.key < b.key; });
  const auto same = [](const ObservedAccount& a, const ObservedAccount& b) {
    return a.key == b.key;
  };
  const auto first_kept = std::unique(accounts.rbegin(), accounts.rend(), same);
  accounts.erase(accounts.begin(), first_kept.base());
}

// A 401 in Atlas's shape is Atlas's word about the secret; all else but a success says nothing of
// it.
Verification judge(const tl::expected<HttpResponse, TransportError>& reply,
                   const std::string& doing) {
  using Verdict = Verification::Verdict;
  if (!reply) return {Verdict::unproven, Error(reply.error().why).within(doing)};
  if (reply->status == 200) return {Verdict::works, std::nullopt};
  const bool is_no = reply->status == 401 && !decode_error(reply->body).code.empty();
  return {is_no ? Verdict::refused : Verdict::unproven, to_error(*reply, doing)};
}

CreateOutcome read_created(HttpResponse& reply, const std::string& doing) {
  auto created = decode_created_secret(reply.body);
  wipe(reply.body);
  if (created) return std::move(*created);
  return CreateUnknown{std::move(created.error()).within(doing)};
}

}  // namespace

Result<ObservedScope> AtlasIssuer::list(const Scope& scope) {
  ObservedScope seen;
  seen.scope = scope;
  for (int number = 1; number <= kPagesMax; ++number) {
    const AtlasCall call = list_accounts_call(scope, number);
    auto reply = client_.ask(call);
    if (!reply) return fail(std::move(reply.error()));
    if (reply->status != 200) return fail(to_error(*reply, call.doing));
    auto page = decode_account_page(reply->body, scope, seen.accounts);
    if (!page) return fail(std::move(page.error()).within(call.doing));
    if (is_last(*page, seen.accounts.size())) {
      sort_and_merge(seen.accounts);
      seen.atlas_now = now();
      seen.budget = client_.budget().learned(scope);
      return seen;
    }
  }
  return fail(ErrorKind::corrupt, fmt::format("the listing of {} does not end after {} pages",
                                              describe(scope), kPagesMax));
}

Result<ObservedAccount> AtlasIssuer::get(const AccountKey& key) {
  const AtlasCall call = get_account_call(key);
  auto reply = client_.ask(call);
  if (!reply) return fail(std::move(reply.error()));
  if (reply->status != 200) return fail(to_error(*reply, call.doing));
  auto account = decode_account(reply->body, key.scope);
  if (!account) return fail(std::move(account.error()).within(call.doing));
  if (account->key != key) {
    return fail(ErrorKind::corrupt,
                fmt::format("Atlas answered with {}, {}", describe(account->key), call.doing));
  }
  return account;
}

Result<std::optional<int>> AtlasIssuer::max_validity_hours(const Scope& scope) {
  if (scope.kind == Scope::Kind::project) return std::optional<int>();
  {
    const std::lock_guard lock(mutex_);
    if (const auto known = caps_.find(scope.id); known != caps_.end()) return known->second;
  }
  const AtlasCall call = org_settings_call(scope);
  auto reply = client_.ask(call);
  if (!reply) return fail(std::move(reply.error()));
  if (reply->status != 200) return fail(to_error(*reply, call.doing));
  auto cap = decode_max_validity_hours(reply->body);
  if (!cap) return fail(std::move(cap.error()).within(call.doing));
  const std::lock_guard lock(mutex_);
  caps_[scope.id] = *cap;
  return *cap;
}

CreateOutcome AtlasIssuer::create(const AccountKey& key, int hours) {
  CHECK(hours >= 8 && hours <= 8760, "a create asks for 8 h to 8760 h");
  const AtlasCall call = create_secret_call(key, hours);
  const milliseconds limit =
      std::min<milliseconds>(client_.options().timeout, limits_.create_time_limit);
  auto reply = client_.send_once(call, limit);
  if (!reply) {
    TransportError& error = reply.error();
    if (error.reached == TransportError::Reached::not_sent) return CreateNotSent{error.why};
    return CreateUnknown{std::move(error.why)};
  }
  if (reply->status == 201) return read_created(*reply, call.doing);
  Error why = to_error(*reply, call.doing);
  wipe(reply->body);
  switch (reply->status) {
    case 401:
      return CreateRejected{std::move(why), false, true};
    case 403:
    case 404:
    case 429:
      return CreateRejected{std::move(why), false};
    case 400:
    case 402:
    case 405:
    case 406:
    case 409:
    case 410:
      return CreateRejected{std::move(why), true};
    default:
      return CreateUnknown{std::move(why)};
  }
}

Result<void> AtlasIssuer::remove(const AccountKey& key, const SecretId& id) {
  const AtlasCall call = delete_secret_call(key, id);
  auto reply = client_.ask(call);
  if (!reply) return fail(std::move(reply.error()));
  if (reply->status == 204 || reply->status == 200) return {};
  if (reply->status == 404) {
    // Gone: but only if it is Atlas that says so, and of this secret or account.
    const std::string code = decode_error(reply->body).code;
    if (!code.empty() && !is_about_the_scope(code)) return {};
  }
  return fail(to_error(*reply, call.doing));
}

Verification AtlasIssuer::verify(const AccountKey& key, const SecretValue& value) {
  return prove(key, value, std::nullopt);
}

Verification AtlasIssuer::verify_own(const AccountKey& key, const SecretValue& value) {
  return prove(key, value, client_.own_call(key));
}

Verification AtlasIssuer::prove(const AccountKey& key, const SecretValue& value,
                                const std::optional<AtlasCall>& call) {
  using Verdict = Verification::Verdict;
  const std::string doing = fmt::format("while signing in as {}", describe(key));
  const milliseconds limit = client_.options().timeout;
  Wire& wire = client_.wire();
  auto reply = request_token(wire, key.client_id, value, limit);
  if (!reply) return {Verdict::unproven, std::move(reply.error().why).within(doing)};
  if (reply->status != 200) return judge(reply, doing);
  auto token = decode_token(reply->body);
  wipe(reply->body);
  if (!token) return {Verdict::unproven, std::move(token.error()).within(doing)};
  Verification seen{Verdict::works, std::nullopt};
  if (call) seen = judge(client_.send_with(*call, token->token), call->doing);
  const auto revoked = request_revoke(wire, key.client_id, value, token->token, limit);
  if (!revoked || revoked->status != 200) {
    client_.log().warn(
        "a token was not revoked: it ends by itself within the hour",
        {{"account", describe(key)},
         {"why", revoked ? std::to_string(revoked->status) : revoked.error().why.text()}});
  }
  return seen;
}

}  // namespace keytide
