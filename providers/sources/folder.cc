#include "providers/sources/folder.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <utility>

#include "providers/sources/file_names.h"

namespace keytide {
namespace {

class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

struct CloseFolder {
  void operator()(DIR* folder) const { ::closedir(folder); }
};

std::string way_out_of(int error) {
  if (error == ENOENT) return "write the path of a file or folder that exists";
  if (error == EACCES || error == EPERM) return "let the user that runs keytide read it";
  if (error == ELOOP) return "remove the link that leads in a circle";
  return "repair it, or take it out of the sources";
}

class Walker {
 public:
  Walker(const SourceLimits& limits, SourceFiles& out) : limits_(limits), out_(out) {}

  void walk(const std::string& path) {
    struct stat about {};
    if (::stat(path.c_str(), &about) != 0) return refuse(path, "can't be read", errno);
    if (S_ISDIR(about.st_mode)) {
      walk_folder(path, about, 0);
      std::sort(out_.files.begin(), out_.files.end(),
                [](const SourceFile& a, const SourceFile& b) { return a.path < b.path; });
    } else {
      read_file(path, true);
    }
  }

 private:
  using FolderId = std::pair<dev_t, ino_t>;

  void walk_folder(const std::string& path, const struct stat& about, int depth) {
    const FolderId id{about.st_dev, about.st_ino};
    if (std::find(above_.begin(), above_.end(), id) != above_.end()) {
      return refuse(path, "is a link that leads in a circle", ELOOP);
    }
    if (depth > limits_.depth) {
      return add(path, fmt::format("is nested over {} folders deep", limits_.depth),
                 "move it up, or name it as a source of its own");
    }
    above_.push_back(id);
    for (const std::string& name : names_in(path)) {
      if (is_full_) break;
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
      read_file(path, false);
    }
  }

  void read_file(const std::string& path, bool was_named) {
    // A pipe or a device would make the open or the read wait for ever.
    const Descriptor fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    struct stat about {};
    if (fd.get() < 0 || ::fstat(fd.get(), &about) != 0) return refuse(path, "can't be read", errno);
    if (!S_ISREG(about.st_mode)) {
      return add(path, "is not a regular file", "write the path of a YAML file");
    }
    const auto size = static_cast<std::size_t>(about.st_size);
    if (size > limits_.file_bytes) {
      return add(path, fmt::format("is larger than {} MiB", limits_.file_bytes >> 20),
                 "split it: any number of files is read");
    }
    if (out_.files.size() >= limits_.files || bytes_ + size > limits_.all_bytes) {
      is_full_ = true;
      return add(path,
                 fmt::format("is where the source grows over {} files or {} MiB", limits_.files,
                             limits_.all_bytes >> 20),
                 "split the source");
    }
    SourceFile file{path, {}, was_named};
    if (read_all(fd.get(), size, file.bytes)) {
      bytes_ += file.bytes.size();
      out_.files.push_back(std::move(file));
    } else {
      refuse(path, "can't be read", errno);
    }
  }

  // At most the size that was looked up: a file that grows meanwhile is read in the next run.
  static bool read_all(int fd, std::size_t size, std::string& out) {
    out.resize(size);
    std::size_t at = 0;
    while (at < size) {
      const ssize_t got = ::read(fd, out.data() + at, size - at);
      if (got < 0 && errno == EINTR) continue;
      if (got < 0) return false;
      if (got == 0) break;
      at += static_cast<std::size_t>(got);
    }
    out.resize(at);
    return true;
  }

  void refuse(const std::string& path, std::string_view what, int error) {
    add(path, fmt::format("{}: {}", what, std::strerror(error)), way_out_of(error));
  }

  void add(const std::string& path, std::string problem, std::string way_out) {
    out_.problems.push_back(
        {Diagnostic::Severity::error, {path, 0, 0}, std::move(problem), std::move(way_out), ""});
  }

  const SourceLimits& limits_;
  SourceFiles& out_;
  std::vector<FolderId> above_;  // the folders that lead to where the walk is
  std::size_t bytes_ = 0;
  bool is_full_ = false;
};

}  // namespace

SourceFiles read_source(const std::string& path, const SourceLimits& limits) {
  SourceFiles out;
  Walker(limits, out).walk(path);
  return out;
}

}  // namespace keytide
