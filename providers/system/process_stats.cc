#include "providers/system/process_stats.h"

#include <sys/resource.h>

#include <charconv>
#include <filesystem>
#include <string>
#include <string_view>

#include "providers/system/atomic_file.h"

namespace keytide {
namespace {

constexpr const char* kStatus = "/proc/self/status";
constexpr std::size_t kStatusBytesMax = 65536;

// Of a line such as "VmRSS:     1234 kB"; 0 where there is none.
std::int64_t bytes_of(std::string_view status, std::string_view key) {
  const std::size_t at = status.find(key);
  if (at == std::string_view::npos) return 0;
  std::string_view rest = status.substr(at + key.size());
  rest.remove_prefix(std::min(rest.find_first_not_of(" \t"), rest.size()));
  std::int64_t kilobytes = 0;
  std::from_chars(rest.data(), rest.data() + rest.size(), kilobytes);
  return kilobytes * 1024;
}

double seconds_of(const timeval& length) {
  return static_cast<double>(length.tv_sec) + static_cast<double>(length.tv_usec) / 1e6;
}

std::int64_t count_open_files() {
  std::error_code problem;
  std::int64_t count = 0;
  for (std::filesystem::directory_iterator at("/proc/self/fd", problem), end; !problem && at != end;
       at.increment(problem)) {
    ++count;
  }
  return count > 0 ? count - 1 : 0;  // one is the folder that was just read
}

}  // namespace

Result<ProcessStats> read_process_stats() {
  auto status = read_file(kStatus, kStatusBytesMax);
  if (!status) return fail(std::move(status.error()));
  ProcessStats out;
  out.resident_bytes = bytes_of(*status, "\nVmRSS:");
  out.virtual_bytes = bytes_of(*status, "\nVmSize:");
  out.locked_bytes = bytes_of(*status, "\nVmLck:");
  out.open_files = count_open_files();
  rusage usage{};
  if (getrusage(RUSAGE_SELF, &usage) == 0) {
    out.cpu_seconds = seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime);
  }
  rlimit files{};
  if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
    out.open_files_max =
        files.rlim_cur == RLIM_INFINITY ? -1 : static_cast<std::int64_t>(files.rlim_cur);
  }
  return out;
}

}  // namespace keytide
