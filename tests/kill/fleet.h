// Fleet: an atlas-sim whose clock stands still, and a folder with as many entries as wanted, for
// programs that run the real keytide for hours: keytide-kill and keytide-year.
#pragma once

#include <string>
#include <vector>

#include "core/model/record.h"
#include "tests/support/atlas_sim_process.h"
#include "tests/support/keytide_process.h"

namespace keytide::endurance {

struct Entry {
  std::string name;
  std::string client_id;
  std::string lifetime;            // "48h"
  std::vector<std::string> files;  // below the folder, raw
  bool exclusive = false;
};

// So many entries, the i-th with the i-th lifetime, in turn; every `two_files`-th has two files and
// a hook (0: none has). Numbered from `first`.
std::vector<Entry> make_entries(int first, int count, const std::vector<std::string>& lifetimes,
                                int two_files);

class Fleet {
 public:
  // `safety`: YAML, more keys of `safety:`; may be empty.
  Fleet(std::vector<Entry> entries, const std::string& safety);

  testing::AtlasSimProcess atlas;
  testing::KeytideFolder folder;
  const std::vector<Entry>& entries() const { return entries_; }

  // What the store holds; may be called beside a writer, and after one was killed. Aborts when it
  // can't be read.
  std::vector<AccountRecord> records() const;

 private:
  std::vector<Entry> entries_;
};

// POST /api/oauth/token: the status of the reply, 0 when there was none.
int sign_in(const Fleet& fleet, const std::string& client_id, const std::string& secret);

// Two questions to the whole fleet; each answer is a line for people, none means that all is well.
//
// Secrets that Atlas lists of an entry's account and no record has a role for.
std::vector<std::string> find_unrecorded(Fleet& fleet);
// Files whose content does not sign in.
std::vector<std::string> find_unserved(const Fleet& fleet);

// "mdb_sa_sk_" and 40 characters: a file that was read in the middle of a change would not be.
bool is_whole(const std::string& secret);

}  // namespace keytide::endurance
