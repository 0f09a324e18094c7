// SignIn: one credential at work. For a service account it keeps one token for all callers: minted
// when first needed, renewed at 80 % of its life or when 5 minutes of it are left, minted by one
// thread at a time while the others wait, and revoked by sign_out(). Threads: any, at once.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>

#include "core/base/result.h"
#include "core/model/ids.h"
#include "providers/atlas/back_off.h"
#include "providers/atlas/credential.h"
#include "providers/atlas/wire.h"

namespace keytide {

// What one call is signed with. Good for as long as it is held.
struct Ticket {
  Authorization authorization;
  std::shared_ptr<const SecretValue> token;  // keeps authorization.secret alive
  std::uint64_t generation = 0;              // of the token; 0: not of a service account
};

// How long a call may take on its way to a token.
struct Patience {
  int tries = 6;
  std::chrono::milliseconds total{60000};
};

class SignIn {
 public:
  // `wire` must outlive it. `timeout` is that of one request.
  SignIn(Wire& wire, Credential credential, std::chrono::milliseconds timeout);
  SignIn(const SignIn&) = delete;
  SignIn& operator=(const SignIn&) = delete;

  // Mints a token if there is none that is good for long enough; blocks for that. A refusal is
  // remembered for a minute: a wrong secret is not tried once per account.
  Result<Ticket> ticket(const Patience& patience = {});

  // Atlas answered 401. Whether another try may end differently: a newer token is there, or will be
  // minted. False for credentials without tokens, and for a minute after a new token was met by 401
  // as well: then a role is missing, and more tokens do not help.
  bool may_retry_after_401(std::uint64_t generation);
  // The try with the newer token was answered 401 as well.
  void note_second_401(std::uint64_t generation);

  // A call of that scope with a token of that generation succeeded.
  void note_success(std::uint64_t generation, const Scope& scope);
  // The scope of the last such call with the secret that is in use now; absent: none yet.
  std::optional<Scope> worked_for() const;

  // Another secret of the same service account: tokens of the old one are handed out no more. For
  // service accounts alone.
  void exchange(SecretValue client_secret);

  // Revokes the tokens that were minted and not revoked yet; best effort, a request for each.
  void sign_out();

  std::shared_ptr<const Credential> credential() const;
  // The account that it signs in as, and its secret; null: it is another kind of credential. Good
  // for as long as what credential() gave is held.
  static const ServiceAccountCredential* account_of(const Credential& credential);

 private:
  struct Token {
    std::shared_ptr<const SecretValue> value;
    std::chrono::milliseconds renew_at{0};  // since boot
    std::uint64_t generation = 0;
  };
  Result<Token> mint(const Credential& credential, const Patience& patience);
  void revoke(const Credential& credential, const SecretValue& token);
  Ticket ticket_of(const Token& token) const;
  bool is_good(const Token& token);

  Wire& wire_;
  const std::chrono::milliseconds timeout_;

  mutable std::mutex mutex_;                      // of all below
  std::shared_ptr<const Credential> credential_;  // its kind and account never change
  std::condition_variable minted_;
  bool minting_ = false;
  std::uint64_t mints_ended_ = 0;
  std::uint64_t last_generation_ = 0;
  std::optional<Token> token_;
  std::uint64_t exchanged_at_ = 0;  // the last generation of the secret before
  std::optional<Scope> worked_for_;
  std::shared_ptr<const SecretValue> retired_;  // the token before the exchange; may be null
  std::optional<Error> refusal_;                // of the last mint
  std::chrono::milliseconds refused_at_{0};     // since boot
  std::optional<std::chrono::milliseconds> fruitless_at_;  // since boot
};

// One request to the token endpoint with a client id and secret: used by SignIn, and to prove that
// a new secret works. Sends once.
tl::expected<HttpResponse, TransportError> request_token(Wire& wire, const ClientId& client_id,
                                                         const SecretValue& secret,
                                                         std::chrono::milliseconds time_limit);
// Revokes a token (RFC 7009). Sends once.
tl::expected<HttpResponse, TransportError> request_revoke(Wire& wire, const ClientId& client_id,
                                                          const SecretValue& secret,
                                                          const SecretValue& token,
                                                          std::chrono::milliseconds time_limit);

}  // namespace keytide
