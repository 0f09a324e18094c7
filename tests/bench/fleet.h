// A fleet to measure with: organizations of 199 service accounts each (Atlas allows 200; one is
// keytide's own), a manifest file per organization, a seed for atlas-sim, a configuration.
#pragma once

#include <string>

namespace keytide::bench {

struct Fleet {
  int entries = 0;
  int orgs = 0;
};

constexpr int kEntriesPerOrg = 199;

// Writes seed.yaml, keytide.yaml, secrets/NNN.yaml and the folder delivered/ below `folder`.
Fleet write_fleet(const std::string& folder, int entries);

// The configuration, once the address of atlas-sim is known.
void write_configuration(const std::string& folder, const Fleet& fleet, const std::string& url,
                         const std::string& ca_file = "");

}  // namespace keytide::bench
