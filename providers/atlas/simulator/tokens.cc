#include "providers/atlas/simulator/tokens.h"

#include <algorithm>
#include <utility>

namespace keytide::simulator {

Account* Tokens::find(std::string_view token, Instant now, const Settings& settings) const {
  const auto found = tokens_.find(std::string(token));
  if (found == tokens_.end() || found->second.expires_at <= now) return nullptr;
  Account& account = *found->second.account;
  if (settings.expired_secret_revokes_tokens) {
    const Secret* secret = account.find_secret(found->second.secret_id);
    if (secret == nullptr || secret->expires_at <= now) return nullptr;
  }
  return &account;
}

std::string Tokens::mint(Account& account, const Secret& secret, Instant now,
                         const Settings& settings, Random& random) {
  std::string token =
      "eyJ" + random.text(93, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-");
  tokens_[token] = {&account, secret.id, now + settings.token_lifetime};
  account.tokens.push_back(token);
  return token;
}

template <class Predicate>
void Tokens::drop(Account& account, Predicate gone) {
  const auto is_gone = [&](const std::string& name) {
    const auto found = tokens_.find(name);
    if (found == tokens_.end()) return true;
    if (!gone(name, found->second)) return false;
    tokens_.erase(found);
    return true;
  };
  account.tokens.erase(std::remove_if(account.tokens.begin(), account.tokens.end(), is_gone),
                       account.tokens.end());
}

void Tokens::revoke(Account& account, std::string_view token) {
  drop(account, [&](const std::string& name, const Token&) { return name == token; });
}

void Tokens::revoke_minted_from(Account& account, std::string_view secret_id) {
  drop(account,
       [&](const std::string&, const Token& token) { return token.secret_id == secret_id; });
}

std::size_t Tokens::count_active(Account& account, Instant now) {
  drop(account, [&](const std::string&, const Token& token) { return token.expires_at <= now; });
  return account.tokens.size();
}

}  // namespace keytide::simulator
