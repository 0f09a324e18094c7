#include "cmd/keytide/credential_watch.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "cmd/keytide/logins.h"

namespace keytide {
namespace {

// By the name under which the configuration has them.
std::map<std::string, const ServiceAccountCredential*> accounts_of(const Credentials& credentials) {
  std::map<std::string, const ServiceAccountCredential*> accounts;
  const auto add = [&](const std::string& name, const Credential& one) {
    const auto* account = std::get_if<ServiceAccountCredential>(&one);
    if (account != nullptr) accounts.emplace(name, account);
  };
  if (credentials.by_default) add("default", *credentials.by_default);
  for (const auto& [scope, one] : credentials.by_scope_id) add(scope, one);
  return accounts;
}

}  // namespace

CredentialWatch::CredentialWatch(const App& app, Workspace& workspace)
    : app_(app), workspace_(workspace), key_(workspace.store().identity().fingerprint_key) {
  const auto credentials = read_credentials(workspace.config().atlas, process_variables());
  if (!credentials) return;
  for (const auto& [name, one] : accounts_of(*credentials)) {
    taken_.emplace(name, fingerprint_of(one->client_secret, key_));
  }
}

CredentialWatch::News CredentialWatch::follow() {
  const std::lock_guard lock(mutex_);
  News news;
  // What can't be read, or is half written, is looked at again the next time.
  const auto credentials = read_credentials(workspace_.config().atlas, process_variables());
  if (!credentials) return news;
  for (const auto& [name, one] : accounts_of(*credentials)) {
    const Fingerprint print = fingerprint_of(one->client_secret, key_);
    take({name, one->client_id, print, one->client_secret}, news);
  }
  return news;
}

void CredentialWatch::take(const Found& found, News& news) {
  const auto taken = taken_.find(found.name);
  if (taken != taken_.end() && taken->second == found.print) return;
  Issuer& issuer = **workspace_.issuer();
  const auto signed_in = issuer.signed_in(key_);
  const auto now = signed_in.find(found.client_id);
  if (now != signed_in.end() && now->second == found.print) {
    // This process renewed it, and knows.
    taken_.insert_or_assign(found.name, found.print);
    return;
  }
  if (is_of_open_renewal(found)) return;
  const Verification seen = issuer.verify({{}, found.client_id}, found.value);
  if (seen.verdict != Verification::Verdict::works) return refuse(found, seen, news);
  taken_.insert_or_assign(found.name, found.print);
  issuer.sign_in_with(found.client_id, found.value);
  app_.log.info("the credential was replaced: signing in with the new one",
                {{"client_id", found.client_id.str()}});
  news.has_taken = true;
}

// In the log once; to who asks for a reload each time.
void CredentialWatch::refuse(const Found& found, const Verification& seen, News& news) {
  const std::string why = seen.why ? seen.why->text() : "no reason given";
  news.problems.push_back({Diagnostic::Severity::error,
                           {},
                           fmt::format("the credential of {} was replaced by one that could not "
                                       "be proven to sign in, and the old one goes on: {}",
                                       found.client_id.str(), why),
                           "put a secret there that Atlas accepts",
                           ""});
  const bool is_refused = seen.verdict == Verification::Verdict::refused;
  if (!is_refused || !told_.emplace(found.client_id, found.print).second) return;
  app_.log.error("the credential was replaced by one that does not sign in: the old one goes on",
                 {{"client_id", found.client_id.str()}, {"why", why}});
}

bool CredentialWatch::is_of_open_renewal(const Found& found) {
  const auto records = workspace_.store().load();
  if (!records) return false;
  return std::any_of(records->begin(), records->end(), [&](const AccountRecord& one) {
    const OwnedSecret* fresh = one.with_role(Role::fresh);
    return one.key.client_id == found.client_id && one.attempt && fresh != nullptr &&
           fresh->fingerprint == found.print;
  });
}

}  // namespace keytide
