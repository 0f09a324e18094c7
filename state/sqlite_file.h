// The database as a file, before SQLite touches it: what is there, who may see it, and how it comes
// into being. Blocks; threads: any.
#pragma once

#include <string>

#include "core/base/result.h"

namespace keytide {

enum class DatabaseFile {
  absent,
  empty,   // no byte in it yet: somebody was about to make it
  present  // starts as an SQLite file does
};

// Looks without changing anything. Errors: denied (not readable), invalid (a folder, a pipe),
// corrupt (another kind of file), io.
Result<DatabaseFile> inspect_database_file(const std::string& path);

// Makes an empty file, mode 0600 whatever the umask, and syncs its folder. Errors: not_found (no
// such folder), denied, io.
Result<void> create_database_file(const std::string& path);

// Takes every right away from group and others; a file of somebody else is left as it is.
void restrict_database_file(const std::string& path);

// SQLite writes files beside the database: checks that this user may. Errors: denied.
Result<void> check_folder_writable(const std::string& path);

// Whether there is a write-ahead log with something in it: committed changes that are not in the
// database file yet.
bool has_write_ahead_log(const std::string& path);

std::string folder_of(const std::string& path);

// "can't ACT PATH: the system's words; the way out". EACCES, EPERM and EROFS are denied, ENOENT is
// not_found, others io.
Error state_file_error(const std::string& act, const std::string& path, int number);

}  // namespace keytide
