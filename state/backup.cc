#include "state/backup.h"

#include <SQLiteCpp/Backup.h>
#include <SQLiteCpp/Database.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <functional>

#include "core/base/fingerprint.h"
#include "state/sqlite_error.h"
#include "state/sqlite_file.h"
#include "state/sqlite_reader.h"

namespace keytide {
namespace {

// The copy under its working name: goes away unless it was put into place.
class Draft {
 public:
  explicit Draft(std::string path) : path_(std::move(path)) {}
  Draft(const Draft&) = delete;
  Draft& operator=(const Draft&) = delete;
  ~Draft() {
    unlink(path_.c_str());
    unlink((path_ + "-journal").c_str());
  }
  const std::string& path() const { return path_; }

 private:
  const std::string path_;
};

bool exists(const std::string& path) {
  struct stat status {};
  return lstat(path.c_str(), &status) == 0;
}

tl::unexpected<Error> refuse_existing(const std::string& target) {
  return fail(ErrorKind::refused,
              fmt::format("{} exists, and a backup replaces nothing: name a new file, or move that "
                          "one away",
                          target));
}

// link() fails where rename() would replace.
Result<void> put_into_place(const Draft& draft, const std::string& target, bool overwrite) {
  const int failed = overwrite ? rename(draft.path().c_str(), target.c_str())
                               : link(draft.path().c_str(), target.c_str());
  if (failed != 0) {
    if (errno == EEXIST) return refuse_existing(target);
    return fail(state_file_error("make the copy", target, errno));
  }
  const int folder = open(folder_of(target).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool synced = folder >= 0 && (fsync(folder) == 0 || errno == EINVAL);
  const int problem = errno;
  if (folder >= 0) close(folder);
  if (!synced) return fail(state_file_error("sync the folder", folder_of(target), problem));
  return {};
}

using Copy = std::function<Result<void>(SQLite::Database&)>;
using Read = std::function<Result<void>(const Copy&)>;

// What is in escrow is good for one chain and one store: a copy that is kept for long has none of
// it, in no free page either. (A database of another shape is copied as it is.)
void leave_escrow_out(SQLite::Database& copy) {
  const std::string has_escrow =
      "SELECT count(*) FROM pragma_table_info('account') WHERE name = 'escrow_sealed'";
  if (copy.execAndGet(has_escrow).getInt() == 0) return;
  copy.exec("PRAGMA journal_mode = DELETE");
  const int erased = copy.exec(
      "UPDATE account SET escrow_id = NULL, escrow_sealed = NULL WHERE escrow_id IS NOT NULL");
  if (erased > 0) copy.exec("VACUUM");
}

// All pages in one step: one read transaction, so that a busy writer can't make it start anew.
Result<void> copy_pages(SQLite::Database& source, const std::string& draft,
                        const std::string& target) {
  return guarded("copy", target, [&]() -> Result<void> {
    SQLite::Database copy(draft, SQLite::OPEN_READWRITE);
    SQLite::Backup(copy, source).executeStep(-1);
    leave_escrow_out(copy);
    return {};
  });
}

Result<void> backup_with(const Read& read, const std::string& target, bool overwrite) {
  const Draft draft(fmt::format("{}.{}.part", target, random_hex(4)));
  if (auto created = create_database_file(draft.path()); !created) {
    return fail(std::move(created.error()).within("while making the copy " + target));
  }
  if (auto copied = read([&](auto& source) { return copy_pages(source, draft.path(), target); });
      !copied) {
    return copied;
  }
  return put_into_place(draft, target, overwrite);
}

}  // namespace

Result<void> copy_before_migration(SQLite::Database& source, const std::string& target) {
  return backup_with([&](const auto& copy) { return copy(source); }, target, true);
}

Result<void> backup_store(const std::string& path, const std::string& target) {
  if (exists(target)) return refuse_existing(target);
  auto source = SqliteReader::open(path, migrations());
  if (!source) return fail(std::move(source.error()));
  if (*source == nullptr) {
    return fail(ErrorKind::not_found,
                fmt::format("there is no state store at {} to copy: the first `keytide apply` "
                            "makes it",
                            path));
  }
  return backup_with([&](const auto& copy) { return (*source)->read(copy); }, target, false);
}

}  // namespace keytide
