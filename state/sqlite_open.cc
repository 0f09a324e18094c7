#include "state/sqlite_open.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <fmt/format.h>
#include <sqlite3.h>

#include "state/backup.h"
#include "state/memory_store.h"
#include "state/sqlite_error.h"
#include "state/sqlite_file.h"

namespace keytide {
namespace {

// KiB of pages that a connection keeps. A service lives for months beside little data; what is read
// as a whole is read in order, and gains nothing from more.
constexpr const char* kSmallCache = "PRAGMA cache_size = -512";

constexpr int kBusyTimeoutMs = 5000;

// "file:…" with what has a meaning in a URI written as %XX.
std::string uri_of(const std::string& path, const char* parameters) {
  std::string out = "file:";
  for (const char c : path) {
    const bool special = c == '%' || c == '?' || c == '#';
    out += special ? fmt::format("%{:02X}", static_cast<unsigned char>(c)) : std::string(1, c);
  }
  return out + parameters;
}

// Leaves no trace, and may be used while there is no write-ahead log: nothing is being written.
Connection open_immutable(const std::string& path) {
  return std::make_shared<SQLite::Database>(uri_of(path, "?immutable=1"), SQLite::OPEN_READONLY |
                                                                              SQLite::OPEN_URI |
                                                                              SQLite::OPEN_NOMUTEX);
}

Connection open_writing(const std::string& path, bool synchronous) {
  auto connection = std::make_shared<SQLite::Database>(
      path, SQLite::OPEN_READWRITE | SQLite::OPEN_NOMUTEX, kBusyTimeoutMs);
  sqlite3_db_config(connection->getHandle(), SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  connection->exec(kSmallCache);
  connection->exec("PRAGMA journal_mode = WAL");
  connection->exec(synchronous ? "PRAGMA synchronous = FULL" : "PRAGMA synchronous = OFF");
  connection->exec("PRAGMA foreign_keys = ON");
  connection->exec("PRAGMA trusted_schema = OFF");
  return connection;
}

Result<void> check_pages(const SQLite::Database& database, const std::string& path) {
  SQLite::Statement check(database, "PRAGMA quick_check(1)");
  check.executeStep();
  const std::string verdict = check.getColumn(0).getString();
  if (verdict == "ok") return {};
  return fail(ErrorKind::corrupt,
              fmt::format("the state store {} is damaged ({}): it was left as it is; restore a "
                          "copy made by `keytide state backup`",
                          path, verdict));
}

Result<void> check_schema(const SchemaInfo& info, const std::string& path, std::size_t known) {
  if (info.blank && info.version == 0) return {};
  if (info.application_id != kApplicationId) {
    return fail(ErrorKind::invalid,
                fmt::format("{} is the SQLite database of another program: it was left as it is; "
                            "name another file under `state` in the configuration",
                            path));
  }
  if (info.version > static_cast<int>(known)) {
    return fail(ErrorKind::unsupported,
                fmt::format("the state store {} has schema {}, and this keytide knows schema {} "
                            "and older: run the newer keytide that wrote it, or go back to the "
                            "copy that it left ({}.v{}.bak)",
                            path, info.version, known, path, known));
  }
  return {};
}

// Both checks, and what the schema is.
Result<SchemaInfo> check_content(const SQLite::Database& database, const std::string& path,
                                 std::size_t known) {
  return guarded("read", path, [&]() -> Result<SchemaInfo> {
    const SchemaInfo info = read_schema_info(database);
    if (auto fits = check_schema(info, path, known); !fits) return fail(std::move(fits.error()));
    if (auto whole = check_pages(database, path); !whole) return fail(std::move(whole.error()));
    return info;
  });
}

Result<CheckedDatabase> check_with(Connection (*open)(const std::string&), const std::string& path,
                                   std::size_t known) {
  return guarded("open", path, [&]() -> Result<CheckedDatabase> {
    CheckedDatabase out{open(path), {}, open == open_immutable};
    auto schema = check_content(*out.connection, path, known);
    if (!schema) return fail(std::move(schema.error()));
    out.schema = *schema;
    return out;
  });
}

std::string meta_value(SQLite::Database& database, const char* key) {
  SQLite::Statement query(database, "SELECT value FROM meta WHERE key = ?");
  query.bind(1, key);
  return query.executeStep() ? query.getColumn(0).getString() : std::string();
}

// Records without the key of their fingerprints would be a lie: that is never repaired.
Result<void> ensure_identity(SQLite::Database& database, const std::string& path) {
  return guarded("write", path, [&]() -> Result<void> {
    const StoreIdentity fresh = make_store_identity();
    SQLite::Statement insert(database,
                             "INSERT INTO meta (key, value) SELECT column1, column2 FROM "
                             "(VALUES ('lineage', ?), ('fingerprint_key', ?)) "
                             "WHERE NOT EXISTS (SELECT 1 FROM meta) "
                             "AND NOT EXISTS (SELECT 1 FROM account)");
    insert.bind(1, fresh.lineage);
    insert.bind(2, fresh.fingerprint_key.str());
    insert.exec();
    return {};
  });
}

}  // namespace

Connection open_readonly(const std::string& path) {
  auto connection = std::make_shared<SQLite::Database>(
      path, SQLite::OPEN_READONLY | SQLite::OPEN_NOMUTEX, kBusyTimeoutMs);
  // Without this the last reader to close would write the log of a dead writer into the database.
  sqlite3_db_config(connection->getHandle(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  connection->exec(kSmallCache);
  connection->exec("PRAGMA trusted_schema = OFF");
  return connection;
}

// One that looks bad without its locks may have been opened by a writer meanwhile: then it has a
// log, and the look is repeated with it.
Result<CheckedDatabase> check_database(const std::string& path, const Migrations& steps) {
  if (!has_write_ahead_log(path)) {
    auto checked = check_with(open_immutable, path, steps.size());
    if (checked || !has_write_ahead_log(path)) return checked;
  }
  return check_with(open_readonly, path, steps.size());
}

Result<StoreIdentity> read_identity(SQLite::Database& database, const std::string& path) {
  return guarded("read", path, [&]() -> Result<StoreIdentity> {
    StoreIdentity identity{meta_value(database, "lineage"),
                           FingerprintKey(meta_value(database, "fingerprint_key"))};
    if (identity.lineage.empty() || identity.fingerprint_key.empty()) {
      return fail(ErrorKind::corrupt,
                  fmt::format("the state store {} has lost its identity (table meta): it was left "
                              "as it is; restore a copy made by `keytide state backup`",
                              path));
    }
    return identity;
  });
}

Result<Connection> open_for_writing(const std::string& path, bool synchronous,
                                    const Migrations& steps) {
  auto file = inspect_database_file(path);
  if (!file) return fail(std::move(file.error()));
  if (auto writable = check_folder_writable(path); !writable) {
    return fail(std::move(writable.error()));
  }
  int version = 0;
  if (*file == DatabaseFile::absent) {
    if (auto made = create_database_file(path); !made) return fail(std::move(made.error()));
  } else if (*file == DatabaseFile::present) {
    auto checked = check_database(path, steps);
    if (!checked) return fail(std::move(checked.error()));
    version = checked->schema.version;
  }
  restrict_database_file(path);
  return guarded("open", path, [&]() -> Result<Connection> {
    Connection connection = open_writing(path, synchronous);
    const auto copy = [&](int from) {
      return copy_before_migration(*connection, fmt::format("{}.v{}.bak", path, from));
    };
    if (auto ready = migrate(*connection, version, steps, copy); !ready) {
      return fail(std::move(ready.error()));
    }
    if (auto known = ensure_identity(*connection, path); !known) {
      return fail(std::move(known.error()));
    }
    return connection;
  });
}

}  // namespace keytide
