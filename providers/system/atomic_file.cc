#include "providers/system/atomic_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>

#include "core/base/fingerprint.h"
#include "core/base/secret_value.h"
#include "providers/system/os_error.h"
#include "providers/system/users.h"

namespace keytide {
namespace {

constexpr std::size_t kReadBytesMin = 4096;

constexpr int kTriesMax = 4;

// ".atlas.env.keytide-new". One fixed name for each target: what a killed writer left there, a
// secret or a part of one, is found by the next writer without a look at the whole folder.
std::string temporary_name(const std::string& name) {
  constexpr std::size_t kNameBytesMax = 200;  // a name may have 255 bytes
  if (name.size() <= kNameBytesMax) return "." + name + ".keytide-new";
  return "." + name.substr(0, kNameBytesMax) + sha256_hex(name).substr(0, 16) + ".keytide-new";
}

// A file beside the target that goes away again unless it was renamed. Its writer holds a lock on
// it, which dies with the writer: who finds the name taken and gets the lock has found a leftover.
class Temporary {
 public:
  explicit Temporary(const FilePlace& place) : place_(place), name_(temporary_name(place.name)) {}
  Temporary(const Temporary&) = delete;
  Temporary& operator=(const Temporary&) = delete;
  ~Temporary() {
    if (exists_) unlinkat(place_.folder, name_.c_str(), 0);
  }

  // At first without a name, where the file system can: who is killed now leaves nothing behind.
  Result<void> create() {
    fd_ = Fd(openat(place_.folder, ".", O_WRONLY | O_TMPFILE | O_CLOEXEC, 0600));
    is_nameless_ = fd_.is_open() && flock(fd_.get(), LOCK_EX | LOCK_NB) == 0 &&
                   access(link_of(fd_).c_str(), F_OK) == 0;
    return is_nameless_ ? Result<void>() : create_named();
  }

  Result<void> give_name() {
    if (!is_nameless_) return {};
    for (int tries = 0; tries < kTriesMax; ++tries) {
      if (linkat(AT_FDCWD, link_of(fd_).c_str(), place_.folder, name_.c_str(), AT_SYMLINK_FOLLOW) ==
          0) {
        exists_ = true;
        return {};
      }
      if (errno != EEXIST) return os_fail("write in the folder", place_.folder_path, errno);
      if (auto removed = remove_leftover(); !removed) return removed;
    }
    return busy();
  }

  Result<void> rename_to_target() {
    if (renameat(place_.folder, name_.c_str(), place_.folder, place_.name.c_str()) != 0) {
      return os_fail("replace", place_.path(), errno);
    }
    exists_ = false;
    return {};
  }

  int fd() const { return fd_.get(); }

 private:
  static std::string link_of(const Fd& file) { return fmt::format("/proc/self/fd/{}", file.get()); }

  Result<void> create_named() {
    for (int tries = 0; tries < kTriesMax; ++tries) {
      fd_ = Fd(openat(place_.folder, name_.c_str(),
                      O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
      if (fd_.is_open()) {
        if (!lock(fd_)) break;  // somebody took it for a leftover between the two calls
        exists_ = true;
        return {};
      }
      if (errno != EEXIST) return os_fail("write in the folder", place_.folder_path, errno);
      if (auto removed = remove_leftover(); !removed) return removed;
    }
    return busy();
  }

  // Takes the lock, and makes sure that the name still means the locked file.
  bool lock(const Fd& file) const {
    struct stat locked {};
    struct stat named {};
    return flock(file.get(), LOCK_EX | LOCK_NB) == 0 && fstat(file.get(), &locked) == 0 &&
           fstatat(place_.folder, name_.c_str(), &named, AT_SYMLINK_NOFOLLOW) == 0 &&
           locked.st_dev == named.st_dev && locked.st_ino == named.st_ino;
  }

  Result<void> remove_leftover() const {
    const Fd left(
        openat(place_.folder, name_.c_str(), O_WRONLY | O_NONBLOCK | O_NOFOLLOW | O_CLOEXEC));
    if (!left.is_open() && errno == ENOENT) return {};
    // What can't be opened (a link, a pipe, another user's file) is no living writer's.
    if (left.is_open() && !lock(left)) return busy();
    if (unlinkat(place_.folder, name_.c_str(), 0) == 0 || errno == ENOENT) return {};
    return os_fail("remove", place_.folder_path + "/" + name_, errno);
  }

  tl::unexpected<Error> busy() const {
    return fail(ErrorKind::conflict,
                fmt::format("another process is writing {} right now: try again; if it is another "
                            "keytide, only one may manage this file",
                            place_.path()));
  }

  const FilePlace& place_;
  const std::string name_;
  Fd fd_;
  bool is_nameless_ = false;
  bool exists_ = false;
};

Result<void> write_all(int fd, const std::string& path, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return os_fail("write", path, errno);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
  return {};
}

Result<void> change_owner(int fd, const std::string& path, const struct stat& now,
                          const FileAttributes& wanted) {
  const bool owner_differs = wanted.owner && *wanted.owner != now.st_uid;
  const bool group_differs = wanted.group && *wanted.group != now.st_gid;
  if (!owner_differs && !group_differs) return {};
  constexpr auto kKeep = static_cast<uid_t>(-1);
  if (fchown(fd, owner_differs ? *wanted.owner : kKeep, group_differs ? *wanted.group : kKeep) == 0)
    return {};
  const int problem = errno;
  if (problem != EPERM) return os_fail("change the owner of", path, problem);
  const std::string to = owner_differs ? "owner " + name_of_user(*wanted.owner)
                                       : "group " + name_of_group(*wanted.group);
  return fail(ErrorKind::denied,
              fmt::format("{} may not give {} to {}: run keytide as root, or drop the sink's `{}`",
                          name_of_user(geteuid()), path, to, owner_differs ? "owner" : "group"));
}

// After this the new name survives a crash of the machine.
Result<void> sync_folder(const FilePlace& place) {
  if (fsync(place.folder) == 0 || errno == EINVAL || errno == EROFS) return {};
  return os_fail("sync the folder", place.folder_path, errno);
}

Result<Fd> open_regular(const std::string& path, struct stat& status) {
  Fd file(open(path.c_str(), O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  if (!file.is_open()) return os_fail("read", path, errno);
  if (fstat(file.get(), &status) != 0) return os_fail("read", path, errno);
  if (S_ISDIR(status.st_mode)) return os_fail("read", path, EISDIR);
  if (!S_ISREG(status.st_mode)) {
    return fail(ErrorKind::invalid, fmt::format("can't read {}: it is no regular file", path));
  }
  return file;
}

// Twice the size, at most `size_max`, without a copy of the old content left in memory.
void grow(std::string& content, std::size_t size_max) {
  std::string larger(std::min(content.size() * 2, size_max), '\0');
  std::copy(content.begin(), content.end(), larger.begin());
  content.swap(larger);
  wipe(larger);
}

}  // namespace

std::string FilePlace::path() const {
  return folder_path == "/" ? "/" + name : folder_path + "/" + name;
}

Result<void> set_attributes(int fd, const std::string& path, const FileAttributes& attributes) {
  struct stat now {};
  if (fstat(fd, &now) != 0) return os_fail("look at", path, errno);
  const mode_t old_mode = now.st_mode & 07777;
  const bool owner_changes = (attributes.owner && *attributes.owner != now.st_uid) ||
                             (attributes.group && *attributes.group != now.st_gid);
  // What both the old and the new attributes allow, while the owner changes.
  const mode_t between = old_mode & attributes.mode;
  if (owner_changes && between != old_mode && fchmod(fd, between) != 0) {
    return os_fail("change the mode of", path, errno);
  }
  if (auto changed = change_owner(fd, path, now, attributes); !changed) {
    if (owner_changes) fchmod(fd, old_mode);
    return changed;
  }
  // Always, after an owner changed: that clears the set-id bits.
  if ((owner_changes || old_mode != attributes.mode) && fchmod(fd, attributes.mode) != 0) {
    return os_fail("change the mode of", path, errno);
  }
  return {};
}

Result<void> replace_file(const FilePlace& place, std::string_view bytes,
                          const FileAttributes& attributes) {
  Temporary temporary(place);
  if (auto created = temporary.create(); !created) return created;
  const std::string path = place.path();
  if (auto written = write_all(temporary.fd(), path, bytes); !written) return written;
  // While it is still ours: a file of somebody else may not be given a name.
  if (auto named = temporary.give_name(); !named) return named;
  if (auto set = set_attributes(temporary.fd(), path, attributes); !set) return set;
  if (fsync(temporary.fd()) != 0) return os_fail("write", path, errno);
  if (auto renamed = temporary.rename_to_target(); !renamed) return renamed;
  return sync_folder(place);
}

Result<void> replace_file(const std::string& path, std::string_view bytes,
                          const FileAttributes& attributes) {
  const std::size_t slash = path.rfind('/');
  FilePlace place;
  place.folder_path = slash == std::string::npos ? "." : path.substr(0, slash == 0 ? 1 : slash);
  place.name = slash == std::string::npos ? path : path.substr(slash + 1);
  const Fd folder(open(place.folder_path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder.is_open()) return os_fail("open the folder", place.folder_path, errno);
  place.folder = folder.get();
  return replace_file(place, bytes, attributes);
}

Result<std::string> read_file(const std::string& path, std::size_t bytes_max) {
  struct stat status {};
  auto file = open_regular(path, status);
  if (!file) return fail(std::move(file.error()));
  const auto too_long = [&] {
    return fail(ErrorKind::invalid,
                fmt::format("can't read {}: it is longer than {} bytes", path, bytes_max));
  };
  const auto size = static_cast<std::size_t>(status.st_size);
  if (size > bytes_max) return too_long();
  // One byte more than it should have: files of /proc say 0, and a file may grow meanwhile.
  std::string content(std::min(std::max(size, kReadBytesMin), bytes_max) + 1, '\0');
  std::size_t filled = 0;
  while (true) {
    const ssize_t count = read(file->get(), content.data() + filled, content.size() - filled);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return os_fail("read", path, errno);
    if (count == 0) break;
    filled += static_cast<std::size_t>(count);
    if (filled > bytes_max) return too_long();
    if (filled == content.size()) grow(content, bytes_max + 1);
  }
  content.resize(filled);
  return content;
}

}  // namespace keytide
