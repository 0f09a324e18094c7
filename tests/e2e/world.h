// World: what every end-to-end test begins with: an atlas-sim of its own whose clock stands still,
// and a folder with keytide's configuration, manifests and deliveries. Nothing is looked at but
// what a user sees: exit codes, texts, files, and atlas-sim's own view of Atlas.
#pragma once

#include <string>
#include <vector>

#include "tests/support/atlas_sim_process.h"
#include "tests/support/background_run.h"
#include "tests/support/keytide_process.h"

namespace keytide::testing {

inline constexpr const char* kOrg = "32b6e34b3d91647abb20e7b8";
inline constexpr const char* kProject = "5f0000000000000000000001";
inline constexpr const char* kKeytide = "mdb_sa_id_aaaaaaaaaaaaaaaaaaaaaaaa";
inline constexpr const char* kKeytideSecret = "mdb_sa_sk_0123456789012345678901234567890123456789";
inline constexpr const char* kBilling = "mdb_sa_id_bbbbbbbbbbbbbbbbbbbbbbbb";
inline constexpr const char* kDeployer = "mdb_sa_id_cccccccccccccccccccccccc";
inline constexpr const char* kBackup = "mdb_sa_id_dddddddddddddddddddddddd";
inline constexpr const char* kNoChanges = "No changes. Your secrets match the configuration.";

struct SimSecret {
  std::string id;
  std::string secret;
  std::string expires_at;
  double days_left = 0;
};

class World {
 public:
  // One organization: keytide's own account (ORG_OWNER), billing, deployer and backup.
  // `billing`: a YAML list of the secrets that billing has; `settings`: of atlas-sim,
  // whose clock stands still: its buckets would never fill up again.
  explicit World(const std::string& billing = "[]",
                 const std::string& settings = "{rate_limits: false}");
  // Of a whole seed.
  struct Seed {
    std::string text;
  };
  explicit World(const Seed& seed);

  AtlasSimProcess atlas;
  KeytideFolder folder;

  // keytide.yaml with these credentials (YAML, under `atlas:`), and more of its keys.
  void configure(const std::string& credentials, const std::string& more = "");
  // secrets/all.yaml: its lines under `secrets:`, with `org` and a lifetime as defaults.
  void manifest(const std::string& secrets, const std::string& lifetime = "90d");
  // Three entries, billing, deployer and backup, each with one raw file out/NAME.
  void three_entries(const std::string& lifetime = "90d");

  RunResult plan(std::vector<std::string> more = {});   // plan -detailed-exitcode
  RunResult apply(std::vector<std::string> more = {});  // apply -auto-approve
  BackgroundRun start_apply(std::vector<std::string> more = {});
  // Applies and then expects the next plan to have nothing to do.
  void settle();
  // The one row of `status -json`, as it is written.
  std::string status(const std::string& address);

  // What atlas-sim holds of an account, oldest first.
  std::vector<SimSecret> secrets(const std::string& client_id);
  bool lists(const std::string& client_id, const std::string& secret);
  int creates();  // POSTs of secrets so far, at organization and project level
  int deletes();
  // Waits until atlas-sim has seen that many calls of this method with this end of the path.
  void wait_for(const std::string& method, const std::string& path_end, int count = 1);
  // Whether Atlas gives a token for it.
  bool works(const std::string& client_id, const std::string& secret);
  std::string mint_token(const std::string& client_id, const std::string& secret);
  // A person's POST and DELETE, past keytide.
  void create_in_atlas(const std::string& client_id, int hours);
  void delete_in_atlas(const std::string& client_id, const std::string& secret_id);
  // out/NAME is the newest secret of the account and mints a token, and there are at most two.
  void expect_served(const std::string& client_id, const std::string& name);
};

// An entry with one raw file: "  NAME: {…}\n", `more` before `deliver`.
std::string entry(const std::string& name, const std::string& client_id,
                  const std::string& more = "");

}  // namespace keytide::testing
