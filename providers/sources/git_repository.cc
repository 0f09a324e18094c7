#include "providers/sources/git_repository.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <vector>

#include "providers/system/atomic_file.h"
#include "providers/system/os_error.h"
#include "providers/system/users.h"

namespace keytide {
namespace {

namespace fs = std::filesystem;

constexpr const char* kHead = "ref: refs/heads/none\n";
constexpr const char* kConfig = "[core]\n\trepositoryformatversion = 0\n\tbare = true\n";

// Not ".lock": such files are git's, and removed.
constexpr const char* kLockName = "keytide.busy";

Result<void> make_folder(const std::string& path) {
  if (mkdir(path.c_str(), 0700) != 0 && errno != EEXIST) {
    return os_fail("make the folder", path, errno);
  }
  struct stat about {};
  if (stat(path.c_str(), &about) != 0) return os_fail("look at", path, errno);
  if (!S_ISDIR(about.st_mode)) return os_fail("make the folder", path, ENOTDIR);
  if (about.st_uid != geteuid()) {
    return fail(ErrorKind::refused,
                fmt::format("the folder {} belongs to {}, who could alter what is fetched into it: "
                            "remove it, or run keytide as that user",
                            path, name_of_user(about.st_uid)));
  }
  if ((about.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    return fail(ErrorKind::refused,
                fmt::format("others may write to the folder {0}, and alter what is fetched into "
                            "it: chmod go-w {0}",
                            path));
  }
  return {};
}

Result<void> make_file(const Fd& folder, const std::string& path, const std::string& name,
                       std::string_view content) {
  const FilePlace place{folder.get(), path, name};
  const auto there = read_file(place.path(), 4096);
  if (there && *there == content) return {};
  return replace_file(place, content, {});
}

bool is_leftover(const std::string& name) {
  return name.ends_with(".lock") || name.starts_with("tmp_") || name.ends_with(".keep") ||
         name.ends_with(".temp");
}

}  // namespace

Result<void> make_repository(const std::string& folder) {
  const std::string above = fs::path(folder).parent_path().string();
  for (const std::string& path : {above, folder, folder + "/objects", folder + "/refs"}) {
    if (auto made = make_folder(path); !made) return made;
  }
  const Fd open_folder(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!open_folder.is_open()) return os_fail("open", folder, errno);
  if (auto made = make_file(open_folder, folder, "config", kConfig); !made) return made;
  return make_file(open_folder, folder, "HEAD", kHead);
}

bool is_repository(const std::string& folder) {
  return access((folder + "/HEAD").c_str(), F_OK) == 0;
}

Result<Fd> lock_repository(const std::string& folder) {
  const std::string path = fmt::format("{}/{}", folder, kLockName);
  Fd fd(open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!fd.is_open()) return os_fail("open", path, errno);
  if (flock(fd.get(), LOCK_EX | LOCK_NB) == 0) return fd;
  if (errno != EWOULDBLOCK) return os_fail("lock", path, errno);
  return fail(ErrorKind::conflict, "another keytide is fetching it right now: try again");
}

void remove_leftovers(const std::string& folder) {
  std::error_code ignored;
  std::vector<fs::path> found;
  for (fs::recursive_directory_iterator at(folder, ignored), end; at != end;
       at.increment(ignored)) {
    if (!is_leftover(at->path().filename().string())) continue;
    found.push_back(at->path());
    at.disable_recursion_pending();
  }
  for (const fs::path& path : found) fs::remove_all(path, ignored);
}

}  // namespace keytide
