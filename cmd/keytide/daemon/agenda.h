// Agenda: when the service looks at which entries of one scope. A look at the whole scope comes at
// an interval and finds drift; between two of them each entry has a moment of its own, at which
// time alone changes what is to be done. Pure: times are arguments, all of Atlas's clock.
#pragma once

#include <map>
#include <optional>
#include <set>

#include "core/base/instant.h"
#include "core/model/ids.h"

namespace keytide {

class Agenda {
 public:
  // At once: the manifests changed, or nothing is known yet.
  void want_scan() { next_scan_.reset(); }
  // A look at the whole scope ended; what `set` was told before is forgotten.
  void scanned(Instant now, Seconds interval);
  // The moment of one account, and the address of its entry; absent: it has none.
  void set(const AccountKey& key, const Address& address, std::optional<Instant> moment);

  struct Work {
    bool whole = false;         // a look at the whole scope
    std::set<Address> entries;  // those whose moment came; empty where it is the whole
  };
  std::optional<Work> due(Instant now) const;
  // When there is something to do; absent: now.
  std::optional<Instant> next() const;

 private:
  struct Moment {
    Address address;
    Instant at{};
  };
  std::optional<Instant> next_scan_;  // absent: now
  Seconds interval_{0};
  std::map<AccountKey, Moment> moments_;  // an address may be of two accounts for a while
};

}  // namespace keytide
