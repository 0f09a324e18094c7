#include "state/sqlite_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <string_view>
#include <system_error>

namespace keytide {
namespace {

constexpr std::string_view kMagic("SQLite format 3\0", 16);

class OpenFile {
 public:
  OpenFile(const std::string& path, int flags, mode_t mode = 0)
      : fd_(open(path.c_str(), flags | O_CLOEXEC, mode)) {}
  OpenFile(const OpenFile&) = delete;
  OpenFile& operator=(const OpenFile&) = delete;
  ~OpenFile() {
    if (fd_ >= 0) close(fd_);
  }
  int get() const { return fd_; }
  bool is_open() const { return fd_ >= 0; }

 private:
  int fd_;
};

tl::unexpected<Error> not_a_store(ErrorKind kind, const std::string& path, const char* what) {
  return fail(kind, fmt::format("{} is no keytide state store but {}: it was left as it is; name "
                                "another file under `state` in the configuration",
                                path, what));
}

}  // namespace

std::string folder_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return path.substr(0, slash == 0 ? 1 : slash);
}

Error state_file_error(const std::string& act, const std::string& path, int number) {
  const std::string reason = std::generic_category().message(number);
  const bool denied = number == EACCES || number == EPERM || number == EROFS;
  if (denied) {
    return {ErrorKind::denied,
            fmt::format("can't {} {}: {}; run keytide as a user who may, or name another file "
                        "under `state` in the configuration",
                        act, path, reason),
            {}};
  }
  if (number == ENOENT || number == ENOTDIR) {
    return {ErrorKind::not_found,
            fmt::format("can't {} {}: {}; make the folder {}, or name another file under `state` "
                        "in the configuration",
                        act, path, reason, folder_of(path)),
            {}};
  }
  return {ErrorKind::io, fmt::format("can't {} {}: {}", act, path, reason), {}};
}

Result<DatabaseFile> inspect_database_file(const std::string& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) {
    if (errno == ENOENT) return DatabaseFile::absent;
    return fail(state_file_error("read", path, errno));
  }
  if (S_ISDIR(status.st_mode)) return not_a_store(ErrorKind::invalid, path, "a folder");
  if (!S_ISREG(status.st_mode)) {
    return not_a_store(ErrorKind::invalid, path, "a device, pipe or socket");
  }
  const OpenFile file(path, O_RDONLY);
  if (!file.is_open()) return fail(state_file_error("read", path, errno));
  if (status.st_size == 0) return DatabaseFile::empty;
  std::array<char, 16> head{};
  const ssize_t count = pread(file.get(), head.data(), head.size(), 0);
  if (count < 0) return fail(state_file_error("read", path, errno));
  if (std::string_view(head.data(), static_cast<std::size_t>(count)) != kMagic) {
    return not_a_store(ErrorKind::corrupt, path, "another kind of file, or a damaged one");
  }
  return DatabaseFile::present;
}

Result<void> create_database_file(const std::string& path) {
  const OpenFile file(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW, 0600);
  if (!file.is_open()) {
    if (errno == EEXIST) return {};
    return fail(state_file_error("create the state store", path, errno));
  }
  if (fchmod(file.get(), 0600) != 0 || fsync(file.get()) != 0) {
    return fail(state_file_error("create the state store", path, errno));
  }
  const OpenFile folder(folder_of(path), O_RDONLY | O_DIRECTORY);
  if (!folder.is_open() || (fsync(folder.get()) != 0 && errno != EINVAL)) {
    return fail(state_file_error("sync the folder", folder_of(path), errno));
  }
  return {};
}

void restrict_database_file(const std::string& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0 || (status.st_mode & 077) == 0) return;
  [[maybe_unused]] const int changed = chmod(path.c_str(), status.st_mode & 0700);
}

Result<void> check_folder_writable(const std::string& path) {
  const std::string folder = folder_of(path);
  if (faccessat(AT_FDCWD, folder.c_str(), W_OK | X_OK, AT_EACCESS) == 0) return {};
  // Whoever makes the file says it better.
  if (errno == ENOENT || errno == ENOTDIR) return {};
  return fail(state_file_error(fmt::format("keep {}-wal in the folder", path), folder, errno));
}

bool has_write_ahead_log(const std::string& path) {
  struct stat status {};
  return stat((path + "-wal").c_str(), &status) == 0 && status.st_size > 0;
}

}  // namespace keytide
