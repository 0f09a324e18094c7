#include "providers/system/safe_directory.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <array>
#include <cerrno>
#include <climits>
#include <vector>

#include "providers/system/os_error.h"
#include "providers/system/path_parts.h"
#include "providers/system/users.h"

namespace keytide {
namespace {

constexpr int kLinksMax = 40;  // as the kernel

struct Step {
  Fd folder;
  std::string path;
  bool shared = false;  // others can put names into it: it is root's own and sticky
};

// The walk: folders from the root to where it stands, and the parts that are still to go, the next
// one last.
struct Walk {
  std::vector<Step> steps;
  std::vector<std::string> left;
  std::optional<uid_t> also_trusted;
  int links = 0;
};

// Whether others could swap what lies in this folder. Sets `shared` of a sticky folder of root's.
Result<void> check_folder(Step& step, const struct stat& status, std::optional<uid_t> also) {
  const bool trusted = status.st_uid == 0 || status.st_uid == geteuid() || status.st_uid == also;
  if (!trusted) {
    return fail(ErrorKind::refused,
                fmt::format("the folder {0} belongs to {1}, who could swap the file in it: give it "
                            "to root (chown root {0}), or set the sink's `owner` to {1}",
                            step.path, name_of_user(status.st_uid)));
  }
  if ((status.st_mode & (S_IWGRP | S_IWOTH)) == 0) return {};
  const bool sticky_of_root = status.st_uid == 0 && (status.st_mode & S_ISVTX) != 0;
  if (sticky_of_root) {
    step.shared = true;
    return {};
  }
  const bool by_all = (status.st_mode & S_IWOTH) != 0;
  return fail(
      ErrorKind::refused,
      fmt::format("the folder {0} is writable by {1}, who could swap the file in it: take "
                  "that away (chmod go-w {0}) or choose another folder",
                  step.path, by_all ? "everybody" : "the group " + name_of_group(status.st_gid)));
}

Result<void> follow_link(Walk& walk, const Step& parent, const std::string& name) {
  const std::string path = joined(parent.path, name);
  if (parent.shared) {
    return fail(ErrorKind::refused,
                fmt::format("{} is a symbolic link in a folder that everybody can write: name the "
                            "folder it leads to",
                            path));
  }
  if (++walk.links > kLinksMax) return os_fail("open the folder", path, ELOOP);
  std::array<char, PATH_MAX> target{};
  const ssize_t length =
      readlinkat(parent.folder.get(), name.c_str(), target.data(), target.size());
  if (length < 0) return os_fail("read the link", path, errno);
  const std::string_view leads_to(target.data(), static_cast<std::size_t>(length));
  push_parts(walk.left, leads_to);
  if (leads_to.starts_with('/')) walk.steps.erase(walk.steps.begin() + 1, walk.steps.end());
  return {};
}

// Goes one part further: into a folder, up, or along a link.
Result<void> advance(Walk& walk) {
  const std::string name = std::move(walk.left.back());
  walk.left.pop_back();
  if (name == "..") {
    if (walk.steps.size() > 1) walk.steps.pop_back();
    return {};
  }
  Step& parent = walk.steps.back();
  Step next{{}, joined(parent.path, name)};
  next.folder = Fd(openat(parent.folder.get(), name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
  if (!next.folder.is_open()) return os_fail("open the folder", next.path, errno);
  struct stat status {};
  if (fstat(next.folder.get(), &status) != 0) return os_fail("look at", next.path, errno);
  if (S_ISLNK(status.st_mode)) return follow_link(walk, parent, name);
  if (!S_ISDIR(status.st_mode)) return os_fail("open the folder", next.path, ENOTDIR);
  if (auto safe = check_folder(next, status, walk.also_trusted); !safe) return safe;
  walk.steps.push_back(std::move(next));
  return {};
}

}  // namespace

Result<std::pair<std::string, std::string>> split_path(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  const std::string name = slash == std::string::npos ? path : path.substr(slash + 1);
  if (!path.starts_with('/') || path.find('\0') != std::string::npos) {
    return fail(ErrorKind::invalid,
                fmt::format("\"{}\" is no absolute path: start it with a slash", path));
  }
  if (name.empty() || name == "." || name == "..") {
    return fail(ErrorKind::invalid, fmt::format("\"{}\" names a folder: name a file in it", path));
  }
  return std::pair{slash == 0 ? std::string("/") : path.substr(0, slash), name};
}

Result<Fd> open_safe_directory(const std::string& path, std::optional<uid_t> also_trusted) {
  if (!path.starts_with('/')) {
    return fail(ErrorKind::invalid,
                fmt::format("\"{}\" is no absolute path: start it with a slash", path));
  }
  Walk walk;
  walk.also_trusted = also_trusted;
  Step root{Fd(open("/", O_PATH | O_DIRECTORY | O_CLOEXEC)), "/"};
  struct stat status {};
  if (!root.folder.is_open() || fstat(root.folder.get(), &status) != 0) {
    return os_fail("open the folder", "/", errno);
  }
  if (auto safe = check_folder(root, status, also_trusted); !safe) return fail(safe.error());
  walk.steps.push_back(std::move(root));
  push_parts(walk.left, path);
  while (!walk.left.empty()) {
    if (auto gone_on = advance(walk); !gone_on) return fail(std::move(gone_on.error()));
  }
  Fd folder(openat(walk.steps.back().folder.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder.is_open()) return os_fail("open the folder", path, errno);
  return folder;
}

}  // namespace keytide
