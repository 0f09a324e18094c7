#include "providers/system/users.h"

#include <fmt/format.h>
#include <grp.h>
#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <optional>
#include <vector>

#include "providers/system/os_error.h"

namespace keytide {
namespace {

constexpr std::size_t kEntryBytesMax = std::size_t{1} << 20;

// Calls one of the get…_r functions with a buffer that grows until it fits. The errno value, or 0.
template <class Call>
int with_buffer(const Call& call) {
  int problem = ERANGE;
  for (std::size_t size = 1024; problem == ERANGE && size <= kEntryBytesMax; size *= 4) {
    std::vector<char> buffer(size);
    problem = call(buffer);
  }
  return problem;
}

std::optional<unsigned> number_in(const std::string& text) {
  unsigned number = 0;
  const char* end = text.data() + text.size();
  const auto [stop, problem] = std::from_chars(text.data(), end, number);
  // The highest number means "leave it as it is" to chown().
  if (problem != std::errc{} || stop != end || number == static_cast<unsigned>(-1)) return {};
  return number;
}

// Some name services report an unknown name as an error of their own.
bool means_unknown(int problem) {
  return problem == 0 || problem == ENOENT || problem == ESRCH || problem == EPERM ||
         problem == EBADF;
}

}  // namespace

Result<uid_t> find_user(const std::string& name_or_number) {
  std::optional<uid_t> found;
  const int problem = with_buffer([&](std::vector<char>& buffer) {
    passwd entry{};
    passwd* result = nullptr;
    const int status =
        getpwnam_r(name_or_number.c_str(), &entry, buffer.data(), buffer.size(), &result);
    if (result != nullptr) found = entry.pw_uid;
    return status;
  });
  if (found) return *found;
  if (const auto number = number_in(name_or_number)) return *number;
  if (!means_unknown(problem)) return os_fail("look up the user", name_or_number, problem);
  return fail(
      ErrorKind::not_found,
      fmt::format("there is no user \"{0}\" on this host: create it (useradd --system {0}), "
                  "correct `owner`, or write its number",
                  name_or_number));
}

Result<gid_t> find_group(const std::string& name_or_number) {
  std::optional<gid_t> found;
  const int problem = with_buffer([&](std::vector<char>& buffer) {
    group entry{};
    group* result = nullptr;
    const int status =
        getgrnam_r(name_or_number.c_str(), &entry, buffer.data(), buffer.size(), &result);
    if (result != nullptr) found = entry.gr_gid;
    return status;
  });
  if (found) return *found;
  if (const auto number = number_in(name_or_number)) return *number;
  if (!means_unknown(problem)) return os_fail("look up the group", name_or_number, problem);
  return fail(ErrorKind::not_found,
              fmt::format("there is no group \"{0}\" on this host: create it (groupadd --system "
                          "{0}), correct `group`, or write its number",
                          name_or_number));
}

std::string name_of_user(uid_t user) {
  std::string name = fmt::format("uid {}", user);
  with_buffer([&](std::vector<char>& buffer) {
    passwd entry{};
    passwd* result = nullptr;
    const int status = getpwuid_r(user, &entry, buffer.data(), buffer.size(), &result);
    if (result != nullptr) name = entry.pw_name;
    return status;
  });
  return name;
}

std::string name_of_group(gid_t group_id) {
  std::string name = fmt::format("gid {}", group_id);
  with_buffer([&](std::vector<char>& buffer) {
    group entry{};
    group* result = nullptr;
    const int status = getgrgid_r(group_id, &entry, buffer.data(), buffer.size(), &result);
    if (result != nullptr) name = entry.gr_name;
    return status;
  });
  return name;
}

bool is_in_group(gid_t group_id) {
  if (getegid() == group_id) return true;
  const int count = getgroups(0, nullptr);
  if (count <= 0) return false;
  std::vector<gid_t> groups(static_cast<std::size_t>(count));
  if (getgroups(count, groups.data()) < 0) return false;
  return std::find(groups.begin(), groups.end(), group_id) != groups.end();
}

}  // namespace keytide
