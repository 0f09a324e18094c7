// Files that are replaced as a whole: a reader sees the old content or the new one, after a crash
// of the machine too. The new content is written beside the target, synced, and renamed over it.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "providers/system/fd.h"

namespace keytide {

struct FileAttributes {
  mode_t mode = 0600;          // exactly this: the umask does not count
  std::optional<uid_t> owner;  // absent: whoever the system gives it to
  std::optional<gid_t> group;
};

// Where a file is to be: an open folder, its path for messages, and a name in it.
struct FilePlace {
  int folder = -1;
  std::string folder_path;
  std::string name;

  std::string path() const;
};

// Replaces or creates the file. Blocks until the disk has it (two fsyncs). What a process that was
// killed half-way left beside the target is removed by the next write. Errors: denied (what to run
// or drop), conflict (another process is at it), io; the target is untouched but for a failure to
// sync the folder at the very end.
Result<void> replace_file(const FilePlace& place, std::string_view bytes,
                          const FileAttributes& attributes);

// The same by path, without the checks of open_safe_directory: for keytide's own files.
Result<void> replace_file(const std::string& path, std::string_view bytes,
                          const FileAttributes& attributes);

// The whole content. Links are followed. Errors: not_found, denied, io, and invalid for what is no
// regular file or longer than `bytes_max`. Never blocks on a pipe. Who reads a secret wipes the
// text.
Result<std::string> read_file(const std::string& path, std::size_t bytes_max);

// Sets owner and group, then the mode, in an order that at no moment gives anybody more than the
// old or the new attributes do. `act` of an error is "change the owner of" and the like.
Result<void> set_attributes(int fd, const std::string& path, const FileAttributes& attributes);

}  // namespace keytide
