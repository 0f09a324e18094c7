// OAuth 2.0 access tokens: minted from a secret, gone with it.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>

#include "providers/atlas/simulator/random.h"
#include "providers/atlas/simulator/settings.h"
#include "providers/atlas/simulator/world.h"

namespace keytide::simulator {

class Tokens {
 public:
  // The account whose living token this is; null for any other text.
  Account* find(std::string_view token, Instant now, const Settings& settings) const;
  std::string mint(Account& account, const Secret& secret, Instant now, const Settings& settings,
                   Random& random);
  // Forgets it if it is the account's. Unknown tokens are no error.
  void revoke(Account& account, std::string_view token);
  // Forgets those that were minted from that secret.
  void revoke_minted_from(Account& account, std::string_view secret_id);
  // Forgets expired ones of the account and counts the others.
  std::size_t count_active(Account& account, Instant now);

 private:
  struct Token {
    Account* account = nullptr;
    std::string secret_id;
    Instant expires_at;
  };
  template <class Predicate>
  void drop(Account& account, Predicate gone);

  std::unordered_map<std::string, Token> tokens_;
};

}  // namespace keytide::simulator
