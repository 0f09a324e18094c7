// SqliteReader: reads a database that another process may be writing, and leaves no trace.
//
// Where there is a write-ahead log it reads as any SQLite reader does. Where there is none, that
// would create one, owned by whoever reads; so it reads the bare file instead, looks afterwards
// whether the file was written meanwhile, and if so reads again the ordinary way.
// Threads: any; one reads at a time.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "core/base/result.h"
#include "state/sqlite_open.h"

namespace keytide {

class SqliteReader {
 public:
  // Null: there is no database yet. What is old is migrated in memory; the file stays as it is.
  // Errors: those of check_database.
  static Result<std::unique_ptr<SqliteReader>> open(const std::string& path,
                                                    const Migrations& steps);
  // For the process that has just opened it for writing: no checks.
  static Result<std::unique_ptr<SqliteReader>> open_beside_writer(const std::string& path);

  // Runs `work` in one read transaction; it may be run twice, and must begin anew each time. It may
  // throw SQLite's exceptions. Errors: its own, corrupt, conflict, io.
  Result<void> read(const std::function<Result<void>(SQLite::Database&)>& work);

 private:
  // Changes when the file's content does.
  struct Stamp {
    std::int64_t seconds = 0;
    std::int64_t nanoseconds = 0;
    std::int64_t size = 0;
    std::uint64_t inode = 0;
    bool has_log = false;

    friend bool operator==(const Stamp&, const Stamp&) = default;
  };

  SqliteReader(std::string path, Connection connection, std::optional<Stamp> stamp)
      : path_(std::move(path)), connection_(std::move(connection)), stamp_(stamp) {}
  static Stamp stamp_of(const std::string& path);
  Result<void> run(const std::function<Result<void>(SQLite::Database&)>& work);

  const std::string path_;
  std::mutex mutex_;
  Connection connection_;
  std::optional<Stamp> stamp_;  // set: the bare file is read, as it was then
};

}  // namespace keytide
