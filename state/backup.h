// Backup: a copy of the store as one transaction saw it, made while others read and write.
#pragma once

#include <string>

#include "core/base/result.h"

namespace SQLite {
class Database;
}

namespace keytide {

// Copies the store at `path` to the new file `target`, mode 0600. The copy appears as a whole or
// not at all, and without what is in escrow. Errors: refused (there is such a file already),
// not_found (no store, no folder), denied, corrupt, io.
Result<void> backup_store(const std::string& path, const std::string& target);

// The same from an open connection; replaces what an interrupted migration left.
Result<void> copy_before_migration(SQLite::Database& source, const std::string& target);

}  // namespace keytide
