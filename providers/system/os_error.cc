#include "providers/system/os_error.h"

#include <fmt/format.h>

#include <array>
#include <cerrno>
#include <system_error>

namespace keytide {
namespace {

struct WayOut {
  int number;
  std::string_view text;
};

constexpr std::array<WayOut, 13> kWaysOut{{
    {EACCES, "run keytide as a user who may, or change the permissions of the path"},
    {EPERM, "run keytide as root or as the owner of the path"},
    {ENOENT, "create it, or correct the path"},
    {ENOTDIR, "a part of the path is no folder: correct the path"},
    {EISDIR, "it is a folder: name a file in it"},
    {ELOOP, "it is a symbolic link: name the real path"},
    {ENAMETOOLONG, "choose a shorter path"},
    {EROFS, "the file system is read-only: mount it read-write or choose another path"},
    {ENOSPC, "free some space on that file system"},
    {EDQUOT, "the disk quota is used up: free some space or raise the quota"},
    {EMFILE, "raise the limit of open files (ulimit -n)"},
    {ENFILE, "the system has too many open files: raise fs.file-max"},
    {EFBIG, "raise the limit of file sizes (ulimit -f)"},
}};

ErrorKind kind_of(int number) {
  switch (number) {
    case EACCES:
    case EPERM:
      return ErrorKind::denied;
    case ENOENT:
    case ENOTDIR:
      return ErrorKind::not_found;
    default:
      return ErrorKind::io;
  }
}

}  // namespace

std::string os_reason(int number) { return std::generic_category().message(number); }

Error os_error(std::string_view act, std::string_view path, int number) {
  std::string message = fmt::format("can't {} {}: {}", act, path, os_reason(number));
  for (const WayOut& way_out : kWaysOut) {
    if (way_out.number == number) message += fmt::format("; {}", way_out.text);
  }
  return Error{kind_of(number), std::move(message), {}};
}

}  // namespace keytide
