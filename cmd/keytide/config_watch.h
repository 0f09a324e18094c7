// ConfigWatch: whether the configuration, or a credential or token that it names, is another one
// than when the service began. What is new is tried before the service begins anew with it:
// preflight.h.
#pragma once

#include <string>

#include "cmd/keytide/app.h"
#include "core/base/fingerprint.h"
#include "core/manifest/config.h"

namespace keytide {

class ConfigWatch {
 public:
  // Remembers them as they are now. `key`: credentials are compared by fingerprints alone.
  ConfigWatch(const App& app, const Config& config, FingerprintKey key);

  struct Finding {
    bool is_new = false;
    Config config;         // without errors
    Diagnostics problems;  // with errors: what is new can't be used, and the old goes on
  };
  // Blocks on the disk. Threads: any.
  Finding look() const;

 private:
  std::string digest(const Config& config) const;

  const App& app_;
  const FingerprintKey key_;
  const std::string begun_with_;
};

}  // namespace keytide
