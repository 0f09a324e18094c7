// Opening the database: every check that has to come before the first write.
//
// One process writes, and holds the lock (lock.h) while it does; it has one writing connection,
// which alone writes checkpoints. Readers (sqlite_reader.h) never write, wherever they are: SQLite
// 3.40 can corrupt a database that two connections write or checkpoint at once.
#pragma once

#include <memory>
#include <string>

#include "core/base/result.h"
#include "core/ports/state_store.h"
#include "state/sqlite_migrations.h"

namespace keytide {

// Shared, so that holders need not know the class. One thread at a time uses one.
using Connection = std::shared_ptr<SQLite::Database>;

struct CheckedDatabase {
  Connection connection;   // reads only
  SchemaInfo schema;       // known to this keytide, or blank
  bool immutable = false;  // opened without locks: good while nobody writes the file
};

// Looks at the header, the schema's version and every page (quick_check), without a trace while
// nobody has the database open. Errors: corrupt, unsupported (made by a newer keytide), invalid
// (another program's), denied, io.
Result<CheckedDatabase> check_database(const std::string& path, const Migrations& steps);

// Creates what is missing (mode 0600), migrates what is old, with a copy to PATH.vN.bak before each
// step. `synchronous` false: a crash of the machine may lose commits; for tests. Errors, with the
// file left as it was: those of check_database, not_found, conflict (another process is writing).
Result<Connection> open_for_writing(const std::string& path, bool synchronous,
                                    const Migrations& steps);

// Takes locks as SQLite does and never writes a checkpoint. Throws SQLite's exceptions.
Connection open_readonly(const std::string& path);

// What the database was given at birth. Errors: corrupt, io.
Result<StoreIdentity> read_identity(SQLite::Database& database, const std::string& path);

}  // namespace keytide
