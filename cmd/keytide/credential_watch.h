// CredentialWatch: whether what keytide signs in with was replaced where it is kept: by a person
// who rotates it by hand, or by another keytide whose entry it is. A service would go on with the
// old secret until that is dead, and be locked out then. Threads: any.
#pragma once

#include <map>
#include <mutex>
#include <set>
#include <utility>

#include "cmd/keytide/app.h"
#include "cmd/keytide/workspace.h"
#include "core/base/fingerprint.h"
#include "providers/atlas/settings.h"

namespace keytide {

class CredentialWatch {
 public:
  // Remembers what is there now. All must outlive it; the issuer must have been made.
  CredentialWatch(const App& app, Workspace& workspace);

  struct News {
    bool has_taken = false;
    Diagnostics problems;  // of those that are not taken
  };
  // Reads the secrets of service accounts again. One that is new and proven to sign in is signed in
  // with from here on; one that Atlas refuses is told in the log once, and the old one goes on.
  // While a renewal of that account is open nothing is taken: its new secret may yet be given up.
  // (API keys and access tokens can't be proven by themselves: the service begins anew with them.)
  // Blocks on the disk, and where something is new on the network.
  News follow();

 private:
  struct Found {
    ClientId client_id;
    Fingerprint print;
    const SecretValue& value;
  };
  void take(const Found& found, News& news);
  void refuse(const Found& found, const Verification& seen, News& news);
  bool has_open_renewal(const ClientId& client_id);

  const App& app_;
  Workspace& workspace_;
  const FingerprintKey key_;
  std::mutex mutex_;
  std::set<std::pair<ClientId, Fingerprint>> known_;  // that were taken, or begun with
  std::set<std::pair<ClientId, Fingerprint>> told_;   // that Atlas refused
};

}  // namespace keytide
