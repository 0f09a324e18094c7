// EpochFile: PATH.epoch, which says how far the store at PATH got. It is written after each commit
// and never lowered, so that a backup that is put back in the store's place is told from it. What a
// crash of the machine takes from it is no harm: it only tells less then.
#pragma once

#include <cstdint>
#include <string>

namespace keytide {

struct EpochMark {
  std::string lineage;  // empty: there is no such file, or it can't be read
  std::int64_t epoch = 0;
};

EpochMark read_epoch_file(const std::string& store_path);

// Threads: one. Does nothing where the file can't be written: the store itself counts.
class EpochFile {
 public:
  // Makes the file (mode 0600) where there is none.
  EpochFile(const std::string& store_path, std::string lineage);
  EpochFile(const EpochFile&) = delete;
  EpochFile& operator=(const EpochFile&) = delete;
  ~EpochFile();

  void write(std::int64_t epoch);

 private:
  int fd_ = -1;
  const std::string lineage_;
};

}  // namespace keytide
