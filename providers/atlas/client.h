// AtlasClient: calls of the Atlas Admin API, signed in by the credential of their scope. Two kinds:
// ask() for what may be repeated, send_once() for what must not be. Threads: any, at once.
#pragma once

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "core/base/fingerprint.h"
#include "core/base/result.h"
#include "core/ports/clock.h"
#include "core/ports/log.h"
#include "providers/atlas/credential.h"
#include "providers/atlas/sign_in.h"
#include "providers/atlas/wire.h"

namespace keytide {

struct AtlasOptions {
  std::string base_url = "https://cloud.mongodb.com";  // without `/` at its end: atlas_base_url()
  std::chrono::milliseconds timeout{15000};            // of one request
  // Of one ask() with its waits. Atlas's bucket for service accounts refills 250 per 60 s.
  std::chrono::milliseconds patience{120000};
  // Spreads the waits of several machines; equal seeds wait equally.
  std::string jitter_seed;
};

// One call of the Admin API.
struct AtlasCall {
  std::string operation;  // its operationId in the public description
  Scope scope;            // names the credential, and with `endpoints` the rate limit
  EndpointSet endpoints = EndpointSet::service_accounts;
  ClientId account;  // empty: it is about the scope
  std::string method = "GET";
  std::string path;  // below the base URL, with the query
  std::string accept = "application/vnd.atlas.2024-08-05+json";
  std::string content_type;  // with a body
  std::string body;
  std::string doing;  // for people: "while listing the service accounts of org 32b6…"
};

class AtlasClient {
 public:
  // The references must outlive it.
  AtlasClient(Transport& transport, Clock& clock, Log& log, AtlasOptions options,
              Credentials credentials);
  AtlasClient(const AtlasClient&) = delete;
  AtlasClient& operator=(const AtlasClient&) = delete;

  // For GET and DELETE. Waits while the scope's rate limit is used up, repeats what time may cure
  // (429, 408, 409, 5xx, no reply), and after a 401 mints one new token and tries once more. A
  // reply of any status is a value: see to_error(). Errors: no credential, no token, no reply.
  Result<HttpResponse> ask(const AtlasCall& call);

  // For a create: exactly one request, on a connection of its own, within `time_limit` with all
  // that comes before it. A token that ends soon is renewed first. What fails before the request is
  // `not_sent`.
  tl::expected<HttpResponse, TransportError> send_once(const AtlasCall& call,
                                                       std::chrono::milliseconds time_limit);

  // One request that is signed in with that token, whoever's it is.
  tl::expected<HttpResponse, TransportError> send_with(const AtlasCall& call,
                                                       const SecretValue& token);

  // What a secret of the account has to be good for, where it is to sign in calls: a look at the
  // account where it signs in that, else a listing like the last one that it was good for. Absent:
  // it signed in no call yet.
  std::optional<AtlasCall> own_call(const AccountKey& key) const;
  // See Issuer::sign_in_with() and Issuer::signed_in().
  void sign_in_with(const ClientId& client_id, const SecretValue& value);
  std::map<ClientId, Fingerprint> signed_in(const FingerprintKey& key) const;

  // Revokes the tokens that were minted. Calls after it sign in anew.
  void sign_out();

  Wire& wire() { return wire_; }
  AtlasBudget& budget() { return wire_.budget(); }
  Log& log() { return log_; }
  const AtlasOptions& options() const { return options_; }

 private:
  SignIn* sign_in_for(const Scope& scope) const;
  Result<HttpResponse> ask_signed(const AtlasCall& call, SignIn& sign_in,
                                  std::chrono::milliseconds give_up_at);
  tl::expected<HttpResponse, TransportError> send_with_waits(const AtlasCall& call,
                                                             const Ticket& ticket,
                                                             std::chrono::milliseconds give_up_at);
  HttpRequest request_of(const AtlasCall& call, const Ticket& ticket) const;

  Wire wire_;
  Clock& clock_;
  Log& log_;
  const AtlasOptions options_;
  std::map<std::string, std::unique_ptr<SignIn>> sign_ins_;  // by scope id; "": the default
};

}  // namespace keytide
