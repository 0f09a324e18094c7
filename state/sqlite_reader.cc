#include "state/sqlite_reader.h"

#include <SQLiteCpp/Backup.h>
#include <SQLiteCpp/Database.h>
#include <sys/stat.h>

#include "state/sqlite_error.h"
#include "state/sqlite_file.h"

namespace keytide {
namespace {

// The old database, in memory and migrated there.
Result<Connection> migrated_copy(const CheckedDatabase& old, const std::string& path,
                                 const Migrations& steps) {
  return guarded("read", path, [&]() -> Result<Connection> {
    auto copy = std::make_shared<SQLite::Database>(":memory:",
                                                   SQLite::OPEN_READWRITE | SQLite::OPEN_CREATE);
    SQLite::Backup(*copy, *old.connection).executeStep(-1);
    auto done = migrate(*copy, old.schema.version, steps, [](int) -> Result<void> { return {}; });
    if (!done) return fail(std::move(done.error()));
    return copy;
  });
}

}  // namespace

SqliteReader::Stamp SqliteReader::stamp_of(const std::string& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) return {};
  return {status.st_mtim.tv_sec, status.st_mtim.tv_nsec, status.st_size, status.st_ino,
          has_write_ahead_log(path)};
}

Result<std::unique_ptr<SqliteReader>> SqliteReader::open(const std::string& path,
                                                         const Migrations& steps) {
  auto file = inspect_database_file(path);
  if (!file) return fail(std::move(file.error()));
  if (*file != DatabaseFile::present) return std::unique_ptr<SqliteReader>();
  const Stamp stamp = stamp_of(path);
  auto checked = check_database(path, steps);
  if (!checked) return fail(std::move(checked.error()));
  if (checked->schema.version == 0) return std::unique_ptr<SqliteReader>();
  std::optional<Stamp> trusted;
  if (checked->immutable) trusted = stamp;
  if (checked->schema.version < static_cast<int>(steps.size())) {
    auto copy = migrated_copy(*checked, path, steps);
    if (!copy) return fail(std::move(copy.error()));
    checked->connection = *copy;
    trusted.reset();
  }
  return std::unique_ptr<SqliteReader>(new SqliteReader(path, checked->connection, trusted));
}

Result<std::unique_ptr<SqliteReader>> SqliteReader::open_beside_writer(const std::string& path) {
  return guarded("open", path, [&]() -> Result<std::unique_ptr<SqliteReader>> {
    return std::unique_ptr<SqliteReader>(new SqliteReader(path, open_readonly(path), std::nullopt));
  });
}

Result<void> SqliteReader::run(const std::function<Result<void>(SQLite::Database&)>& work) {
  auto done = guarded("read", path_, [&]() -> Result<void> {
    connection_->exec("BEGIN");
    return work(*connection_);
  });
  connection_->tryExec("ROLLBACK");
  return done;
}

Result<void> SqliteReader::read(const std::function<Result<void>(SQLite::Database&)>& work) {
  const std::lock_guard lock(mutex_);
  auto done = run(work);
  if (!stamp_ || stamp_of(path_) == *stamp_) return done;
  auto reopened = guarded("open", path_, [&]() -> Result<void> {
    connection_ = open_readonly(path_);
    return {};
  });
  if (!reopened) return reopened;
  stamp_.reset();
  return run(work);
}

}  // namespace keytide
