#include "providers/sources/walk.h"

#include <dirent.h>
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>
#include <vector>

#include "providers/sources/file_names.h"

namespace keytide {
namespace {

struct CloseFolder {
  void operator()(DIR* folder) const { ::closedir(folder); }
};

class Walker {
 public:
  Walker(int depth_max, const WalkVisitor& visitor) : depth_max_(depth_max), visitor_(visitor) {}

  void walk(const std::string& path) {
    struct stat about {};
    if (::stat(path.c_str(), &about) != 0) return refuse(path, "can't be read", errno);
    if (S_ISDIR(about.st_mode)) {
      walk_folder(path, about, 0);
    } else {
      visitor_.file(path, true);
    }
  }

 private:
  using FolderId = std::pair<dev_t, ino_t>;

  void walk_folder(const std::string& path, const struct stat& about, int depth) {
    const FolderId id{about.st_dev, about.st_ino};
    if (std::find(above_.begin(), above_.end(), id) != above_.end()) {
      return refuse(path, "is a link that leads in a circle", ELOOP);
    }
    if (depth > depth_max_) {
      return visitor_.problem(path, fmt::format("is nested over {} folders deep", depth_max_),
                              "move it up, or name it as a source of its own");
    }
    visitor_.folder(path);
    above_.push_back(id);
    for (const std::string& name : names_in(path)) {
      if (is_over_) break;
      visit(path == "/" ? path + name : fmt::format("{}/{}", path, name), name, depth);
    }
    above_.pop_back();
  }

  // Sorted, without those that begin with a dot.
  std::vector<std::string> names_in(const std::string& path) {
    std::vector<std::string> names;
    const std::unique_ptr<DIR, CloseFolder> folder(::opendir(path.c_str()));
    if (!folder) {
      refuse(path, "can't be read", errno);
      return names;
    }
    errno = 0;
    while (const dirent* entry = ::readdir(folder.get())) {
      if (!is_hidden_name(entry->d_name)) names.emplace_back(entry->d_name);
      errno = 0;
    }
    if (errno != 0) refuse(path, "can't be read to its end", errno);
    std::sort(names.begin(), names.end());
    return names;
  }

  void visit(const std::string& path, const std::string& name, int depth) {
    struct stat about {};
    if (::stat(path.c_str(), &about) != 0) {
      const int error = errno;
      // A link that leads nowhere matters only if it would have been a manifest.
      if (is_manifest_name(name) || error == ELOOP) refuse(path, "can't be read", error);
    } else if (S_ISDIR(about.st_mode)) {
      walk_folder(path, about, depth + 1);
    } else if (is_manifest_name(name)) {
      is_over_ = !visitor_.file(path, false);
    }
  }

  void refuse(const std::string& path, std::string_view what, int error) {
    visitor_.problem(path, fmt::format("{}: {}", what, std::strerror(error)), way_out_of(error));
  }

  const int depth_max_;
  const WalkVisitor& visitor_;
  std::vector<FolderId> above_;  // the folders that lead to where the walk is
  bool is_over_ = false;
};

}  // namespace

std::string way_out_of(int error) {
  if (error == ENOENT) return "write the path of a file or folder that exists";
  if (error == EACCES || error == EPERM) return "let the user that runs keytide read it";
  if (error == ELOOP) return "remove the link that leads in a circle";
  return "repair it, or take it out of the sources";
}

void walk_source(const std::string& path, int depth_max, const WalkVisitor& visitor) {
  Walker(depth_max, visitor).walk(path);
}

}  // namespace keytide
