#include "providers/atlas/sign_in.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "core/base/check.h"
#include "core/base/fingerprint.h"
#include "providers/atlas/api_error.h"
#include "providers/atlas/decode.h"

namespace keytide {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kMinute{60000};
constexpr milliseconds kRevokeLimit{5000};

HttpRequest oauth_request(Wire& wire, const std::string& path, const ClientId& client_id,
                          const SecretValue& secret) {
  HttpRequest request;
  request.method = "POST";
  request.url = wire.base_url() + path;
  request.headers = {{"Accept", "application/json"},
                     {"Content-Type", "application/x-www-form-urlencoded"}};
  request.authorization = {Authorization::Scheme::basic, client_id.str(), &secret};
  return request;
}

bool is_unreserved(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

// The form body of a revoke, in one piece of memory that is wiped after use.
std::string revoke_form(const SecretValue& token) {
  static constexpr std::string_view kHead = "token=";
  static constexpr std::string_view kTail = "&token_type_hint=access_token";
  static constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string form;
  form.reserve(kHead.size() + 3 * token.size() + kTail.size());
  form.append(kHead);
  for (const char c : token.reveal()) {
    const auto byte = static_cast<unsigned char>(c);
    if (is_unreserved(c)) {
      form += c;
    } else {
      form += '%';
      form += kHex[byte >> 4];
      form += kHex[byte & 15];
    }
  }
  form.append(kTail);
  return form;
}

// 80 % of it; or but for the last 5 minutes, where those leave anything.
milliseconds useful_life(Seconds expires_in) {
  const Seconds most = expires_in * 4 / 5;
  const Seconds but_five_minutes = expires_in - Seconds(300);
  return but_five_minutes > Seconds(0) ? std::min(most, but_five_minutes) : most;
}

}  // namespace

tl::expected<HttpResponse, TransportError> request_token(Wire& wire, const ClientId& client_id,
                                                         const SecretValue& secret,
                                                         milliseconds time_limit) {
  HttpRequest request = oauth_request(wire, "/api/oauth/token", client_id, secret);
  request.body = "grant_type=client_credentials";
  return wire.send("token", nullptr, request, {time_limit, std::size_t{1} << 20, false});
}

tl::expected<HttpResponse, TransportError> request_revoke(Wire& wire, const ClientId& client_id,
                                                          const SecretValue& secret,
                                                          const SecretValue& token,
                                                          milliseconds time_limit) {
  HttpRequest request = oauth_request(wire, "/api/oauth/revoke", client_id, secret);
  request.body = revoke_form(token);
  auto reply = wire.send("revoke", nullptr, request, {time_limit, std::size_t{1} << 20, false});
  wipe(request.body);
  return reply;
}

SignIn::SignIn(Wire& wire, Credential credential, milliseconds timeout)
    : wire_(wire),
      timeout_(timeout),
      credential_(std::make_shared<const Credential>(std::move(credential))) {}

std::shared_ptr<const Credential> SignIn::credential() const {
  const std::lock_guard lock(mutex_);
  return credential_;
}

const ServiceAccountCredential* SignIn::account_of(const Credential& credential) {
  return std::get_if<ServiceAccountCredential>(&credential);
}

bool SignIn::is_good(const Token& token) { return wire_.clock().since_boot() < token.renew_at; }

Ticket SignIn::ticket_of(const Token& token) const {
  return {{Authorization::Scheme::bearer, {}, token.value.get()}, token.value, token.generation};
}

Result<Ticket> SignIn::ticket(const Patience& patience) {
  std::unique_lock lock(mutex_);
  if (const auto* token = std::get_if<AccessTokenCredential>(credential_.get())) {
    return Ticket{{Authorization::Scheme::bearer, {}, &token->token}, nullptr, 0};
  }
  if (const auto* key = std::get_if<ApiKeyCredential>(credential_.get())) {
    return Ticket{{Authorization::Scheme::digest, key->public_key, &key->private_key}, nullptr, 0};
  }
  while (true) {
    if (token_ && is_good(*token_)) return ticket_of(*token_);
    if (minting_) {
      // Who waited takes what came of it, a failure too: one mint, not one per thread.
      const std::uint64_t before = mints_ended_;
      minted_.wait(lock, [&] { return mints_ended_ != before; });
      if (token_ && is_good(*token_)) return ticket_of(*token_);
      if (refusal_) return fail(*refusal_);
      if (minting_) continue;
    }
    const bool denied = refusal_ && refusal_->kind == ErrorKind::denied;
    if (denied && wire_.clock().since_boot() - refused_at_ < kMinute) return fail(*refusal_);
    minting_ = true;
    const std::shared_ptr<const Credential> used = credential_;
    lock.unlock();
    auto made = mint(*used, patience);
    lock.lock();
    minting_ = false;
    ++mints_ended_;
    minted_.notify_all();
    // Exchanged meanwhile: neither its token nor its refusal counts any more.
    if (used != credential_) continue;
    if (!made) {
      refusal_ = made.error();
      refused_at_ = wire_.clock().since_boot();
      return fail(std::move(made.error()));
    }
    refusal_.reset();
    made->generation = ++last_generation_;
    token_ = std::move(*made);
    return ticket_of(*token_);
  }
}

Result<SignIn::Token> SignIn::mint(const Credential& credential, const Patience& patience) {
  const auto& account = std::get<ServiceAccountCredential>(credential);
  const std::string doing = fmt::format("while signing in as {}", describe(credential));
  const milliseconds give_up_at = wire_.clock().since_boot() + patience.total;
  BackOff back_off;
  back_off.tries = patience.tries;
  for (int tried = 1;; ++tried) {
    const milliseconds asked_at = wire_.clock().since_boot();
    const milliseconds limit = std::clamp(give_up_at - asked_at, milliseconds(1), timeout_);
    auto reply = request_token(wire_, account.client_id, account.client_secret, limit);
    if (reply && reply->status == 200) {
      auto token = decode_token(reply->body);
      wipe(reply->body);
      if (!token) return fail(std::move(token.error()).within(doing));
      return Token{std::make_shared<const SecretValue>(std::move(token->token)),
                   asked_at + useful_life(token->expires_in), 0};
    }
    const auto wait =
        back_off.before_next(reply, tried, stable_hash(fmt::format("{}{}", doing, tried)),
                             give_up_at - wire_.clock().since_boot());
    if (!wait) {
      return fail(reply ? to_error(*reply, doing) : std::move(reply.error().why).within(doing));
    }
    wire_.clock().sleep(*wait);
    wire_.count_retry();
  }
}

bool SignIn::may_retry_after_401(std::uint64_t generation) {
  if (generation == 0) return false;
  const std::lock_guard lock(mutex_);
  if (!token_ || token_->generation != generation) return true;
  const bool fruitless = fruitless_at_ && wire_.clock().since_boot() - *fruitless_at_ < kMinute;
  if (fruitless) return false;
  token_.reset();
  return true;
}

void SignIn::note_second_401(std::uint64_t generation) {
  if (generation == 0) return;
  const std::lock_guard lock(mutex_);
  fruitless_at_ = wire_.clock().since_boot();
}

void SignIn::note_success(std::uint64_t generation, const Scope& scope) {
  const std::lock_guard lock(mutex_);
  if (generation > exchanged_at_) worked_for_ = scope;
}

std::optional<Scope> SignIn::worked_for() const {
  const std::lock_guard lock(mutex_);
  return worked_for_;
}

void SignIn::exchange(SecretValue client_secret) {
  const std::lock_guard lock(mutex_);
  const ServiceAccountCredential* account = account_of(*credential_);
  CHECK(account != nullptr, "only a service account has secrets to exchange");
  // Others may be in the middle of a call with it: it is revoked at the end.
  if (token_) retired_ = token_->value;
  credential_ = std::make_shared<const Credential>(
      ServiceAccountCredential{account->client_id, std::move(client_secret)});
  token_.reset();
  exchanged_at_ = last_generation_;
  worked_for_.reset();
  refusal_.reset();
  fruitless_at_.reset();
}

void SignIn::revoke(const Credential& credential, const SecretValue& token) {
  const ServiceAccountCredential& account = *account_of(credential);
  // Not revoked, it ends by itself within the hour: nothing to tell anybody.
  static_cast<void>(request_revoke(wire_, account.client_id, account.client_secret, token,
                                   std::min(timeout_, kRevokeLimit)));
}

void SignIn::sign_out() {
  std::shared_ptr<const Credential> credential;
  std::optional<Token> token;
  std::shared_ptr<const SecretValue> retired;
  {
    const std::lock_guard lock(mutex_);
    credential = credential_;
    token.swap(token_);
    retired.swap(retired_);
  }
  // Not with the secret that minted it: that would count as a use of it after the switch.
  if (retired) revoke(*credential, *retired);
  if (token) revoke(*credential, *token->value);
}

}  // namespace keytide
