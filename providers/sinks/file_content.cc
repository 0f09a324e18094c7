#include "providers/sinks/file_content.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <string.h>
#include <unistd.h>

#include <cerrno>

#include "providers/system/fd.h"
#include "providers/system/os_error.h"

namespace keytide {

FileContent::~FileContent() { explicit_bzero(bytes_.data(), size_); }

Result<void> FileContent::read(int folder, const char* name, const std::string& path) {
  // Not blocking: a pipe in the file's place must not hang the run.
  const Fd file(openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
  if (!file.is_open()) {
    if (errno == ENOENT || errno == ENOTDIR) return {};
    return os_fail("read", path, errno);
  }
  if (fstat(file.get(), &status_) != 0) return os_fail("look at", path, errno);
  if (!S_ISREG(status_.st_mode)) {
    return fail(ErrorKind::invalid,
                fmt::format("{} is no regular file: remove it, or choose another path", path));
  }
  exists_ = true;
  while (size_ < bytes_.size()) {
    const ssize_t count = ::read(file.get(), bytes_.data() + size_, bytes_.size() - size_);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return os_fail("read", path, errno);
    size_ += static_cast<std::size_t>(count);
    if (count == 0 || size_ == static_cast<std::size_t>(status_.st_size)) break;
  }
  return {};
}

ParsedContent FileContent::parse(FileFormat format) {
  if (size_ > kContentBytesMax) return {};
  return parse_content(format, std::span(bytes_.data(), size_));
}

}  // namespace keytide
