#include "providers/sources/stat_digest.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <cerrno>

#include "core/base/fingerprint.h"
#include "providers/sources/walk.h"

namespace keytide {
namespace {

// The time of the last change of its inode stands for its owner and mode, too.
std::string line_of(const std::string& path) {
  struct stat about {};
  if (::stat(path.c_str(), &about) != 0) return fmt::format("{}\n{}\n", path, errno);
  return fmt::format("{}\n{} {} {} {}.{} {}.{}\n", path, about.st_dev, about.st_ino, about.st_size,
                     about.st_mtim.tv_sec, about.st_mtim.tv_nsec, about.st_ctim.tv_sec,
                     about.st_ctim.tv_nsec);
}

}  // namespace

std::string stat_digest(const std::vector<SourceConfig>& sources, const SourceLimits& limits) {
  std::string all;
  std::size_t files = 0;
  WalkVisitor visitor;
  visitor.file = [&](const std::string& path, bool) {
    all += line_of(path);
    return ++files < limits.files;
  };
  visitor.problem = [&](const std::string& path, const std::string& problem, const std::string&) {
    all += fmt::format("{}\n{}\n", path, problem);
  };
  for (const SourceConfig& source : sources) {
    if (source.git) continue;
    files = 0;
    all += fmt::format("{}\n", source.path);
    walk_source(source.path, limits.depth, visitor);
  }
  return sha256_hex(all);
}

}  // namespace keytide
