// What manifests may say under this host's configuration, beyond the sources' `allow` lists: rules
// over both, once both are decoded. Pure.
#pragma once

#include <string>
#include <vector>

#include "core/base/diagnostic.h"
#include "core/manifest/config.h"
#include "core/model/desired.h"

namespace keytide {

// A service account that keytide itself signs in with.
struct OwnLogin {
  std::string client_id;
  std::string secret_file;  // an absolute path; empty: its secret comes from a variable
};

// What the rules are held against.
struct HostRules {
  EscrowConfig escrow;
  std::vector<OwnLogin> own;
  std::vector<std::string> own_files;    // absolute, normal
  std::vector<std::string> own_folders;  // the same: nothing in them either
};

// - Without an escrow an entry has one data sink at most: a renewal that dies between two of them
//   could not be finished, for nobody would have the value.
// - An entry for an account that keytide signs in with delivers to the file which that secret is
//   read from, in format raw: else a renewal would lock keytide out.
// - No sink is one of keytide's own files: the store, the configuration, a manifest, a credential.
Diagnostics check_entries(const DesiredState& desired, const HostRules& host);

}  // namespace keytide
