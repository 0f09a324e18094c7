#include "state/sqlite_migrations.h"

#include <SQLiteCpp/Database.h>
#include <SQLiteCpp/Statement.h>
#include <fmt/format.h>

namespace keytide {
namespace {

// Times are seconds since 1970, UTC. Names (role, status, phase, outcome) are
// core/model/record.h's.
constexpr std::string_view kFirst = R"sql(
CREATE TABLE meta (
  key   TEXT NOT NULL PRIMARY KEY,
  value TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE account (
  id                  INTEGER PRIMARY KEY,
  scope_kind          TEXT NOT NULL CHECK (scope_kind IN ('org', 'project')),
  scope_id            TEXT NOT NULL,
  client_id           TEXT NOT NULL,
  address             TEXT NOT NULL,
  version             INTEGER NOT NULL CHECK (version > 0),
  managed             INTEGER NOT NULL CHECK (managed IN (0, 1)),
  generation          INTEGER NOT NULL,
  last_attempt        INTEGER NOT NULL,
  rotation_id         TEXT NOT NULL,
  lifetime_s          INTEGER NOT NULL,
  overlap_s           INTEGER NOT NULL,
  on_remove           TEXT NOT NULL CHECK (on_remove IN ('forget', 'retire')),
  owner               TEXT NOT NULL,
  switched_at         INTEGER,
  removed_at          INTEGER,
  ended               TEXT NOT NULL,  -- "number:outcome:time" of each ended attempt, oldest first
  open_tags           TEXT NOT NULL,  -- "number:time:hours:tagged" of each, oldest first
  escrow_id           TEXT,           -- this and the next: NULL unless a value is in escrow
  escrow_sealed       TEXT,
  failures            INTEGER,        -- this and the next three: NULL after a success
  failed_at           INTEGER,
  failed_why          TEXT,
  failed_spec         TEXT,
  chain_times         TEXT NOT NULL,  -- "seconds" of each, oldest first
  attempt_number      INTEGER,        -- this and the next seven: NULL unless an attempt is open
  attempt_phase       TEXT,
  attempt_atlas_time  INTEGER,
  attempt_asked_hours INTEGER,
  attempt_reason      TEXT,
  attempt_tagged      INTEGER,
  attempt_rotation_id TEXT,
  attempt_lifetime_s  INTEGER,
  UNIQUE (scope_kind, scope_id, client_id)
) STRICT;

CREATE TABLE secret (
  account         INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  position        INTEGER NOT NULL,
  secret_id       TEXT NOT NULL,
  role            TEXT NOT NULL,
  masked          TEXT NOT NULL,
  created_at      INTEGER NOT NULL,
  expires_at      INTEGER NOT NULL,
  last_used_at    INTEGER,
  generation      INTEGER NOT NULL,
  asked_hours     INTEGER NOT NULL,
  fingerprint     TEXT NOT NULL,
  delete_intended INTEGER NOT NULL CHECK (delete_intended IN (0, 1)),
  adopted         INTEGER NOT NULL CHECK (adopted IN (0, 1)),
  PRIMARY KEY (account, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE delivery (
  account           INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  position          INTEGER NOT NULL,
  sink              TEXT NOT NULL,
  status            TEXT NOT NULL,
  secret_id         TEXT NOT NULL,
  generation        INTEGER NOT NULL,
  target_digest     TEXT NOT NULL,
  attributes_digest TEXT NOT NULL,
  label             TEXT NOT NULL,
  at                INTEGER NOT NULL,
  PRIMARY KEY (account, position)
) STRICT, WITHOUT ROWID;

-- What Atlas listed before the open attempt, and before those with an open tag.
CREATE TABLE attempt_id_before (
  account   INTEGER NOT NULL REFERENCES account (id) ON DELETE CASCADE,
  position  INTEGER NOT NULL,
  attempt   INTEGER NOT NULL,
  secret_id TEXT NOT NULL,
  PRIMARY KEY (account, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE event (
  id      INTEGER PRIMARY KEY,
  at      INTEGER NOT NULL,
  actor   TEXT NOT NULL,
  address TEXT NOT NULL,
  account TEXT NOT NULL,
  kind    TEXT NOT NULL,
  why      TEXT NOT NULL,
  atlas_at INTEGER
) STRICT;
CREATE INDEX event_by_address ON event (address);

CREATE TRIGGER event_is_never_changed BEFORE UPDATE ON event
BEGIN
  SELECT RAISE(ABORT, 'events are append-only');
END;

-- Only what is older than the time that a prune wrote down in the same transaction.
CREATE TRIGGER event_is_only_pruned BEFORE DELETE ON event
WHEN old.at >= coalesce(
  (SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'prune_before'), old.at)
BEGIN
  SELECT RAISE(ABORT, 'events are append-only: only a prune of old ones deletes');
END;
)sql";

}  // namespace

const Migrations& migrations() {
  static const Migrations all{kFirst};
  return all;
}

SchemaInfo read_schema_info(const SQLite::Database& database) {
  const auto number = [&](const char* query) {
    SQLite::Statement statement(database, query);
    statement.executeStep();
    return statement.getColumn(0).getInt();
  };
  SchemaInfo info;
  info.application_id = number("PRAGMA application_id");
  info.version = number("PRAGMA user_version");
  info.blank = number("SELECT count(*) FROM sqlite_schema") == 0;
  return info;
}

Result<void> migrate(SQLite::Database& database, int version, const Migrations& steps,
                     const std::function<Result<void>(int from)>& before_each) {
  for (int from = version; from < static_cast<int>(steps.size()); ++from) {
    if (from > 0) {
      if (auto ready = before_each(from); !ready) return ready;
    }
    database.exec("BEGIN IMMEDIATE");
    try {
      database.exec(std::string(steps[static_cast<std::size_t>(from)]));
      database.exec(fmt::format("PRAGMA application_id = {}; PRAGMA user_version = {};",
                                kApplicationId, from + 1));
      database.exec("COMMIT");
    } catch (...) {
      database.tryExec("ROLLBACK");
      throw;
    }
  }
  return {};
}

}  // namespace keytide
