#include "providers/atlas/client.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>
#include <utility>

#include "core/base/fingerprint.h"
#include "providers/atlas/api_error.h"
#include "providers/atlas/calls.h"

namespace keytide {
namespace {

using std::chrono::milliseconds;

// Of a create's time limit, what may go by before the request itself is sent.
constexpr milliseconds kBeforeSending{5000};

// The environment counts only where the configuration has no credentials at all.
Error no_credential(const Scope& scope, bool has_others) {
  return {ErrorKind::denied,
          fmt::format("no credential for {0}: add atlas.credentials.{1} or "
                      "atlas.credentials.default to the configuration{2}",
                      describe(scope), scope.id,
                      has_others ? ""
                                 : ", or set MONGODB_ATLAS_CLIENT_ID and "
                                   "MONGODB_ATLAS_CLIENT_SECRET"),
          {}};
}

Draw draw_of(const AtlasCall& call) { return {call.endpoints, call.scope, call.account}; }

tl::unexpected<TransportError> not_sent(Error why) {
  return tl::unexpected<TransportError>(
      TransportError{TransportError::Reached::not_sent, std::move(why)});
}

bool is_success(const HttpResponse& reply) { return reply.status >= 200 && reply.status < 300; }

bool is_of(const Credential& credential, const ClientId& client_id) {
  const ServiceAccountCredential* account = SignIn::account_of(credential);
  return account != nullptr && account->client_id == client_id;
}

Error too_busy(milliseconds closed_for) {
  return {ErrorKind::rate_limited,
          fmt::format("the rate limit is used up for another {} s: try again later",
                      std::chrono::ceil<Seconds>(closed_for).count()),
          {}};
}

}  // namespace

AtlasClient::AtlasClient(Transport& transport, Clock& clock, Log& log, AtlasOptions options,
                         Credentials credentials)
    : wire_(transport, clock, options.base_url),
      clock_(clock),
      log_(log),
      options_(std::move(options)) {
  for (auto& [scope_id, credential] : credentials.by_scope_id) {
    sign_ins_[scope_id] = std::make_unique<SignIn>(wire_, std::move(credential), options_.timeout);
  }
  if (credentials.by_default) {
    sign_ins_[""] =
        std::make_unique<SignIn>(wire_, std::move(*credentials.by_default), options_.timeout);
  }
}

SignIn* AtlasClient::sign_in_for(const Scope& scope) const {
  auto found = sign_ins_.find(scope.id);
  if (found == sign_ins_.end()) found = sign_ins_.find("");
  return found == sign_ins_.end() ? nullptr : found->second.get();
}

HttpRequest AtlasClient::request_of(const AtlasCall& call, const Ticket& ticket) const {
  HttpRequest request;
  request.method = call.method;
  request.url = options_.base_url + call.path;
  request.headers.push_back({"Accept", call.accept});
  if (!call.body.empty()) request.headers.push_back({"Content-Type", call.content_type});
  request.body = call.body;
  request.authorization = ticket.authorization;
  return request;
}

Result<HttpResponse> AtlasClient::ask(const AtlasCall& call) {
  SignIn* sign_in = sign_in_for(call.scope);
  if (sign_in == nullptr)
    return fail(no_credential(call.scope, !sign_ins_.empty()).within(call.doing));
  return ask_signed(call, *sign_in, clock_.since_boot() + options_.patience);
}

Result<HttpResponse> AtlasClient::ask_signed(const AtlasCall& call, SignIn& sign_in,
                                             milliseconds give_up_at) {
  for (bool again = false;; again = true) {
    auto ticket = sign_in.ticket();
    if (!ticket) return fail(std::move(ticket.error()).within(call.doing));
    auto reply = send_with_waits(call, *ticket, give_up_at);
    if (!reply) return fail(std::move(reply.error().why).within(call.doing));
    if (is_success(*reply)) sign_in.note_success(ticket->generation, call.scope);
    if (reply->status != 401) return std::move(*reply);
    // Either the token has ended or a role is missing: only a new token tells.
    if (again) sign_in.note_second_401(ticket->generation);
    if (again || !sign_in.may_retry_after_401(ticket->generation)) return std::move(*reply);
    wire_.count_retry();
  }
}

tl::expected<HttpResponse, TransportError> AtlasClient::send_with_waits(const AtlasCall& call,
                                                                        const Ticket& ticket,
                                                                        milliseconds give_up_at) {
  const HttpRequest request = request_of(call, ticket);
  const Draw draw = draw_of(call);
  const BackOff back_off;
  for (int tried = 1;; ++tried) {
    // All callers of the scope share the bucket: after a 429 nobody asks before it has refilled.
    if (const milliseconds closed = budget().closed_for(draw); closed > milliseconds(0)) {
      if (closed > give_up_at - clock_.since_boot()) return not_sent(too_busy(closed));
      clock_.sleep(closed);
    }
    auto outcome = wire_.send(call.operation, &draw, request, {options_.timeout});
    const std::uint64_t jitter = stable_hash(
        fmt::format("{} {} {} {}", options_.jitter_seed, call.method, call.path, tried));
    const auto wait =
        back_off.before_next(outcome, tried, jitter, give_up_at - clock_.since_boot());
    if (!wait) return outcome;
    log_.debug("asking Atlas again",
               {{"operation", call.operation},
                {"tried", std::to_string(tried)},
                {"wait_ms", std::to_string(wait->count())},
                {"why", outcome ? std::to_string(outcome->status) : outcome.error().why.message}});
    clock_.sleep(*wait);
    wire_.count_retry();
  }
}

tl::expected<HttpResponse, TransportError> AtlasClient::send_once(const AtlasCall& call,
                                                                  milliseconds time_limit) {
  const milliseconds started = clock_.since_boot();
  SignIn* sign_in = sign_in_for(call.scope);
  if (sign_in == nullptr)
    return not_sent(no_credential(call.scope, !sign_ins_.empty()).within(call.doing));
  const milliseconds before_sending = std::min(kBeforeSending, time_limit / 3);
  const Draw draw = draw_of(call);
  if (const milliseconds closed = budget().closed_for(draw); closed > milliseconds(0)) {
    if (closed > before_sending) return not_sent(too_busy(closed).within(call.doing));
    clock_.sleep(closed);
  }
  auto ticket = sign_in->ticket({1, before_sending});
  if (!ticket) return not_sent(std::move(ticket.error()).within(call.doing));
  const milliseconds spent = clock_.since_boot() - started;
  if (spent > before_sending) {
    return not_sent({ErrorKind::unavailable,
                     "signing in took so long that nothing was sent: try again",
                     {call.doing}});
  }
  const HttpRequest request = request_of(call, *ticket);
  auto reply =
      wire_.send(call.operation, &draw, request, {time_limit - spent, std::size_t{1} << 20, true});
  if (!reply) {
    reply.error().why = std::move(reply.error().why).within(call.doing);
  } else if (is_success(*reply)) {
    sign_in->note_success(ticket->generation, call.scope);
  } else if (reply->status == 401) {
    // Not repeated; but the next call gets a new token, if that may help.
    static_cast<void>(sign_in->may_retry_after_401(ticket->generation));
  }
  return reply;
}

tl::expected<HttpResponse, TransportError> AtlasClient::send_with(const AtlasCall& call,
                                                                  const SecretValue& token) {
  const HttpRequest request =
      request_of(call, {{Authorization::Scheme::bearer, {}, &token}, {}, 0});
  const Draw draw = draw_of(call);
  return wire_.send(call.operation, &draw, request, {options_.timeout});
}

std::optional<AtlasCall> AtlasClient::own_call(const AccountKey& key) const {
  const SignIn* at_home = sign_in_for(key.scope);
  if (at_home != nullptr && is_of(*at_home->credential(), key.client_id)) {
    return get_account_call(key);
  }
  for (const auto& [scope_id, sign_in] : sign_ins_) {
    const auto scope = sign_in->worked_for();
    if (scope && is_of(*sign_in->credential(), key.client_id)) return list_accounts_call(*scope, 1);
  }
  return std::nullopt;
}

void AtlasClient::sign_in_with(const ClientId& client_id, const SecretValue& value) {
  for (auto& [scope_id, sign_in] : sign_ins_) {
    if (is_of(*sign_in->credential(), client_id)) sign_in->exchange(value.clone());
  }
}

std::map<ClientId, Fingerprint> AtlasClient::signed_in(const FingerprintKey& key) const {
  std::map<ClientId, Fingerprint> held;
  std::set<ClientId> worked;
  std::set<ClientId> different;
  for (const auto& [scope_id, sign_in] : sign_ins_) {
    const auto credential = sign_in->credential();
    const ServiceAccountCredential* account = SignIn::account_of(*credential);
    if (account == nullptr) continue;
    const Fingerprint print = fingerprint_of(account->client_secret, key);
    const auto [first, is_first] = held.emplace(account->client_id, print);
    if (!is_first && first->second != print) different.insert(account->client_id);
    if (sign_in->worked_for()) worked.insert(account->client_id);
  }
  std::erase_if(held, [&](const auto& one) {
    return different.contains(one.first) || !worked.contains(one.first);
  });
  return held;
}

void AtlasClient::sign_out() {
  for (auto& [scope_id, sign_in] : sign_ins_) sign_in->sign_out();
}

}  // namespace keytide
