// CredentialWatch: whether what keytide signs in with was replaced where it is kept: by a person
// who rotates it by hand, or by another keytide whose entry it is. A service would go on with the
// old secret until that is dead, and be locked out then. Threads: any.
#pragma once

#include <map>
#include <mutex>
#include <set>
#include <string>
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
  // The new secret of a renewal that is open is not taken: it may yet be given up.
  // (API keys and access tokens can't be proven by themselves: the service begins anew with them.)
  // Blocks on the disk, and where something is new on the network.
  News follow();

 private:
  struct Found {
    std::string name;  // in the configuration
    ClientId client_id;
    Fingerprint print;
    const SecretValue& value;
  };
  void take(const Found& found, News& news);
  void refuse(const Found& found, const Verification& seen, News& news);
  bool is_of_open_renewal(const Found& found);

  const App& app_;
  Workspace& workspace_;
  const FingerprintKey key_;
  std::mutex mutex_;
  std::map<std::string, Fingerprint> taken_;         // by name: what is signed in with
  std::set<std::pair<ClientId, Fingerprint>> told_;  // that Atlas refused
};

}  // namespace keytide
