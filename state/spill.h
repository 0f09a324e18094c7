// Spill: PATH.spill, where a new secret is written down when the store itself fails right after its
// create (a full disk, as a rule). Its room is set aside when the store is opened for writing, so
// that a disk which is full by then has it still. It holds what W2 would have: ids, times, a
// fingerprint, and the value as it is in escrow, which is ciphertext.
//
// Whoever opens the store next finds it there: a reader sees the records as if they had been saved,
// a writer saves them and empties the file.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/model/record.h"

namespace keytide {

struct Spilled {
  std::string lineage;
  AccountKey key;
  std::int64_t version = 0;  // of the record that the secret belongs to
  OwnedSecret secret;
  std::optional<Escrowed> escrow;

  friend bool operator==(const Spilled&, const Spilled&) = default;
};

// Of that store, oldest first. What can't be read is left out: a line that was cut off by a crash.
std::vector<Spilled> read_spill(const std::string& store_path, const std::string& lineage);

// The record with its new secret. Nothing, where it moved on since.
std::optional<AccountRecord> with_spilled(const AccountRecord& record, const Spilled& spilled);

// Threads: one at a time.
class SpillFile {
 public:
  // Makes the file (mode 0600) and sets its room aside; an old one stays as it is.
  explicit SpillFile(const std::string& store_path);
  SpillFile(const SpillFile&) = delete;
  SpillFile& operator=(const SpillFile&) = delete;
  ~SpillFile();  // removes it where nothing is in it

  // Blocks until the disk has it. Errors: io, denied.
  Result<void> add(const Spilled& spilled);
  void empty();
  // Gives the file the name PATH.spill.unmatched, for a person to look at. False: it could not, or
  // there is one already; then it stays. Nothing can be added after that.
  bool set_aside();

 private:
  void set_room_aside();
  void cut_to(off_t size);

  const std::string path_;
  int fd_ = -1;
  int problem_ = 0;  // errno of the opening
};

}  // namespace keytide
