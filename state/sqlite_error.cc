#include "state/sqlite_error.h"

#include <SQLiteCpp/Exception.h>
#include <fmt/format.h>
#include <sqlite3.h>

namespace keytide {
namespace {

struct Meaning {
  ErrorKind kind;
  const char* way_out;
};

Meaning meaning_of(int code) {
  switch (code & 0xff) {
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
      return {ErrorKind::corrupt,
              "nothing was changed; restore a copy made by `keytide state backup`"};
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {ErrorKind::conflict, "another process is writing to it: run the command again"};
    case SQLITE_FULL:
      return {ErrorKind::io, "the disk is full: make room, then run the command again"};
    case SQLITE_READONLY:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return {ErrorKind::denied,
              "run keytide as a user who may write to it and in its folder, or name another file "
              "under `state` in the configuration"};
    default:
      return {ErrorKind::io, "look at the disk, then run the command again"};
  }
}

}  // namespace

Error current_sqlite_error(std::string_view act, const std::string& path) {
  try {
    throw;
  } catch (const SQLite::Exception& problem) {
    const Meaning meaning = meaning_of(problem.getErrorCode());
    return {meaning.kind,
            fmt::format("can't {} the state store {}: {}; {}", act, path, problem.what(),
                        meaning.way_out),
            {}};
  }
}

}  // namespace keytide
