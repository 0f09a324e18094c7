#include "providers/sources/own_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "providers/system/fd.h"

namespace keytide {

std::string read_own_file(const std::string& path, std::size_t bytes_max) {
  const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  struct stat about {};
  if (!file.is_open() || ::fstat(file.get(), &about) != 0) return "";
  const bool is_own = about.st_uid == ::geteuid();
  const bool is_believed = S_ISREG(about.st_mode) && is_own && (about.st_mode & 0022U) == 0;
  if (!is_believed || static_cast<std::size_t>(about.st_size) > bytes_max) return "";
  std::string out(static_cast<std::size_t>(about.st_size), '\0');
  std::size_t at = 0;
  while (at < out.size()) {
    const ssize_t got = ::read(file.get(), out.data() + at, out.size() - at);
    if (got <= 0) break;
    at += static_cast<std::size_t>(got);
  }
  out.resize(at);
  return out;
}

}  // namespace keytide
