#include "providers/sources/watch.h"

#include <fmt/format.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <cstring>
#include <filesystem>
#include <utility>

#include "providers/sources/file_names.h"
#include "providers/sources/walk.h"
#include "providers/system/os_error.h"
#include "providers/system/path_parts.h"

namespace keytide {
namespace {

constexpr unsigned kStructure = IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO;
constexpr unsigned kMask =
    kStructure | IN_CLOSE_WRITE | IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF | IN_ONLYDIR;
constexpr int kLinksMax = 40;  // as the kernel

std::string absolute(const std::string& path) {
  std::error_code problem;
  const auto whole = std::filesystem::absolute(path, problem);
  return problem ? path : whole.string();
}

bool is_link(const std::string& path) {
  struct stat about {};
  return lstat(path.c_str(), &about) == 0 && S_ISLNK(about.st_mode);
}

std::string target_of(const std::string& link) {
  std::array<char, PATH_MAX> target{};
  const ssize_t length = readlink(link.c_str(), target.data(), target.size());
  return length > 0 ? std::string(target.data(), static_cast<std::size_t>(length)) : "";
}

std::string why_not(int error) {
  if (error == ENOSPC) {
    return "the kernel watches no more folders for this user: raise fs.inotify.max_user_watches";
  }
  if (error == EMFILE || error == ENFILE) {
    return "the kernel gives no more watches: raise fs.inotify.max_user_instances, or the limit of "
           "open files";
  }
  return fmt::format("the kernel gives no watch: {}", os_reason(error));
}

std::string notice_of(std::string_view reason) {
  // Put together without fmt: under the sanitizers that needs a descriptor, and there may be none.
  std::string text =
      "not every folder of the sources is watched, they are looked at now and then instead (";
  text += reason;
  text += ')';
  return text;
}

}  // namespace

SourceWatch::SourceWatch(const std::vector<SourceConfig>& sources, std::size_t folders_max)
    : folders_max_(folders_max) {
  for (const SourceConfig& source : sources) {
    if (!source.git) paths_.push_back(absolute(source.path));
  }
  inotify_ = Fd(inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
  if (!inotify_.is_open()) {
    notice_ = notice_of(why_not(errno));
    return;
  }
  watch_all();
}

std::string SourceWatch::take_notice() {
  if (notice_ == told_) return "";
  told_ = notice_;
  return notice_;
}

// From the root on: whatever link is on the way may be exchanged, and so may the end of it. Where
// the way ends early, what is missing may come.
void SourceWatch::add_way_to(const std::string& path, Interests& out) {
  std::vector<std::string> left;
  push_parts(left, path);
  const std::string root(1, '/');
  std::string folder = root;
  for (int links = 0; !left.empty();) {
    const std::string name = std::move(left.back());
    left.pop_back();
    if (name == "..") {
      folder = std::filesystem::path(folder).parent_path().string();
      continue;
    }
    const std::string here = joined(folder, name);
    struct stat about {};
    const bool is_there = lstat(here.c_str(), &about) == 0;
    const bool links_on = is_there && S_ISLNK(about.st_mode);
    if (!is_there || links_on || left.empty()) out[folder].names.insert(name);
    if (!is_there || (links_on && ++links > kLinksMax)) return;
    if (links_on) {
      const std::string target = target_of(here);
      if (target.starts_with('/')) folder = root;
      push_parts(left, target);
    } else {
      folder = here;
    }
  }
}

SourceWatch::Interests SourceWatch::find_interests() const {
  Interests out;
  WalkVisitor visitor;
  visitor.folder = [&](const std::string& path) {
    out[path].all = true;
    if (is_link(path)) add_way_to(path, out);
  };
  visitor.file = [&](const std::string& path, bool) {
    if (is_link(path)) add_way_to(path, out);
    return true;
  };
  // A link that leads nowhere yet.
  visitor.problem = [&](const std::string& path, const std::string&, const std::string&) {
    if (is_link(path)) add_way_to(path, out);
  };
  for (const std::string& path : paths_) {
    add_way_to(path, out);
    walk_source(path, SourceLimits{}.depth, visitor);
  }
  return out;
}

void SourceWatch::set_watches(const Interests& interests) {
  std::map<int, Interest> now;
  notice_.clear();
  std::size_t count = 0;
  for (const auto& [path, interest] : interests) {
    if (++count > folders_max_) {
      notice_ = notice_of(fmt::format("there are more than {} of them", folders_max_));
      break;
    }
    const int watch = inotify_add_watch(inotify_.get(), path.c_str(), kMask);
    // One that went away meanwhile was told by the folder above it.
    if (watch < 0 && (errno == ENOENT || errno == ENOTDIR)) continue;
    if (watch < 0) {
      notice_ = notice_of(why_not(errno));
      if (errno == ENOSPC) break;
      continue;
    }
    Interest& known = now[watch];  // several paths may lead to one folder
    known.all = known.all || interest.all;
    known.names.insert(interest.names.begin(), interest.names.end());
  }
  for (const auto& [watch, interest] : watches_) {
    if (!now.contains(watch)) inotify_rm_watch(inotify_.get(), watch);
  }
  watches_ = std::move(now);
}

// A folder that comes before the one above it is watched would be missed: so they are looked for
// until nothing new is found.
void SourceWatch::watch_all() {
  Interests wanted = find_interests();
  for (int round = 0; round < 5; ++round) {
    set_watches(wanted);
    Interests again = find_interests();
    if (again == wanted) return;
    wanted = std::move(again);
  }
}

bool SourceWatch::matters(int watch, unsigned mask, const std::string& name) const {
  if ((mask & IN_Q_OVERFLOW) != 0) return true;
  const auto found = watches_.find(watch);
  if (found == watches_.end()) return false;  // one that we took away
  const Interest& interest = found->second;
  if (name.empty() || interest.names.contains(name)) return true;
  if (!interest.all || is_hidden_name(name)) return false;
  // Whatever comes or goes may be a folder, or a link to one; what is written has to be a manifest.
  return (mask & (kStructure | IN_ISDIR)) != 0 || is_manifest_name(name);
}

bool SourceWatch::take_changed() {
  if (!inotify_.is_open()) return false;
  bool has_changed = false;
  alignas(inotify_event) std::array<char, 16384> buffer{};
  while (true) {
    const ssize_t got = read(inotify_.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    for (std::size_t at = 0; at < static_cast<std::size_t>(got);) {
      inotify_event event{};
      std::memcpy(&event, buffer.data() + at, sizeof event);
      const char* name = buffer.data() + at + sizeof event;
      const std::string named(name, strnlen(name, event.len));
      has_changed = has_changed || matters(event.wd, event.mask, named);
      at += sizeof event + event.len;
    }
  }
  if (has_changed) watch_all();
  return has_changed;
}

}  // namespace keytide
