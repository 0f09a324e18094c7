#include "providers/sources/folder.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "providers/sources/walk.h"
#include "providers/system/fd.h"

namespace keytide {
namespace {

// At most the size that was looked up: a file that grows meanwhile is read in the next run.
bool read_all(int fd, std::size_t size, std::string& out) {
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

class Reader {
 public:
  Reader(const SourceLimits& limits, SourceFiles& out) : limits_(limits), out_(out) {}

  // False: the source is full.
  bool read_file(const std::string& path, bool was_named) {
    // A pipe or a device would make the open or the read wait for ever.
    const Fd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY));
    struct stat about {};
    if (!fd.is_open() || ::fstat(fd.get(), &about) != 0) return refuse(path, errno);
    if (!S_ISREG(about.st_mode)) {
      add(path, "is not a regular file", "write the path of a YAML file");
      return true;
    }
    const auto size = static_cast<std::size_t>(about.st_size);
    if (size > limits_.file_bytes) {
      add(path, fmt::format("is larger than {} MiB", limits_.file_bytes >> 20),
          "split it: any number of files is read");
      return true;
    }
    if (out_.files.size() >= limits_.files || bytes_ + size > limits_.all_bytes) {
      add(path,
          fmt::format("is where the source grows over {} files or {} MiB", limits_.files,
                      limits_.all_bytes >> 20),
          "split the source");
      return false;
    }
    SourceFile file{path, {}, was_named};
    if (!read_all(fd.get(), size, file.bytes)) return refuse(path, errno);
    bytes_ += file.bytes.size();
    out_.files.push_back(std::move(file));
    return true;
  }

  void add(const std::string& path, std::string problem, std::string way_out) {
    out_.problems.push_back(
        {Diagnostic::Severity::error, {path, 0, 0}, std::move(problem), std::move(way_out), ""});
  }

 private:
  bool refuse(const std::string& path, int error) {
    add(path, fmt::format("can't be read: {}", std::strerror(error)), way_out_of(error));
    return true;
  }

  const SourceLimits& limits_;
  SourceFiles& out_;
  std::size_t bytes_ = 0;
};

}  // namespace

SourceFiles read_source(const std::string& path, const SourceLimits& limits) {
  SourceFiles out;
  Reader reader(limits, out);
  WalkVisitor visitor;
  visitor.file = [&](const std::string& file, bool was_named) {
    return reader.read_file(file, was_named);
  };
  visitor.problem = [&](const std::string& at, std::string problem, std::string way_out) {
    reader.add(at, std::move(problem), std::move(way_out));
  };
  walk_source(path, limits.depth, visitor);
  std::sort(out.files.begin(), out.files.end(),
            [](const SourceFile& a, const SourceFile& b) { return a.path < b.path; });
  return out;
}

}  // namespace keytide
