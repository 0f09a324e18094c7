// The content of a sink's file in memory that is wiped: read in a handful of system calls and
// without the heap, because `plan` reads every sink.
#pragma once

#include <sys/stat.h>

#include <array>
#include <span>
#include <string>

#include "core/base/result.h"
#include "providers/sinks/formats.h"

namespace keytide {

class FileContent {
 public:
  FileContent() = default;
  FileContent(const FileContent&) = delete;
  FileContent& operator=(const FileContent&) = delete;
  ~FileContent();

  // Reads the file `name` in `folder` (AT_FDCWD: `name` is a path); `path` is for messages. Links
  // are not followed. A file that isn't there is no error, and exists() is false. Errors: denied,
  // io, refused for a link, invalid for what is no regular file. Call it once.
  Result<void> read(int folder, const char* name, const std::string& path);

  bool exists() const { return exists_; }
  const struct stat& status() const { return status_; }
  // Resolves escapes in place: parse once.
  ParsedContent parse(FileFormat format);

 private:
  bool exists_ = false;
  struct stat status_ {};
  std::size_t size_ = 0;
  std::array<char, kContentBytesMax + 1> bytes_;  // not cleared: only what was read is looked at
};

}  // namespace keytide
