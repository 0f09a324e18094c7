#include "providers/sinks/file_sink.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <climits>
#include <vector>

#include "core/base/check.h"
#include "providers/sinks/file_content.h"
#include "providers/sinks/formats.h"
#include "providers/system/atomic_file.h"
#include "providers/system/os_error.h"
#include "providers/system/safe_directory.h"

namespace keytide {
namespace {

// A checked place to write to. `place` refers to `folder`.
struct Target {
  Fd folder;
  FilePlace place;
  FileAttributes attributes;
};

std::string link_text(int folder, const std::string& name) {
  std::array<char, PATH_MAX> text{};
  const ssize_t length = readlinkat(folder, name.c_str(), text.data(), text.size());
  return length < 0 ? "?" : std::string(text.data(), static_cast<std::size_t>(length));
}

// What lies where the file is to be: nothing, or a regular file that may be replaced.
Result<void> check_occupant(const FilePlace& place) {
  struct stat status {};
  if (fstatat(place.folder, place.name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
    if (errno == ENOENT) return {};
    return os_fail("look at", place.path(), errno);
  }
  if (S_ISLNK(status.st_mode)) {
    return fail(ErrorKind::refused,
                fmt::format("{} is a symbolic link to {}: name the real path, or remove the link",
                            place.path(), link_text(place.folder, place.name)));
  }
  if (S_ISDIR(status.st_mode)) {
    return fail(ErrorKind::invalid, fmt::format("{} is a folder: name a file in it", place.path()));
  }
  if (!S_ISREG(status.st_mode)) {
    return fail(ErrorKind::invalid, fmt::format("{} is no regular file: remove it, or choose "
                                                "another path",
                                                place.path()));
  }
  return {};
}

Result<void> check_space(const Target& target) {
  struct statvfs space {};
  if (fstatvfs(target.folder.get(), &space) != 0) return {};  // then the write will tell
  const bool no_blocks =
      space.f_blocks > 0 && (geteuid() == 0 ? space.f_bfree : space.f_bavail) == 0;
  const bool no_files = space.f_files > 0 && space.f_ffree == 0;
  if (no_blocks || no_files) return os_fail("write", target.place.path(), ENOSPC);
  return {};
}

Result<void> check_writable(const Target& target) {
  if (faccessat(target.folder.get(), ".", W_OK | X_OK, AT_EACCESS) != 0) {
    return os_fail("write in the folder", target.place.folder_path, errno);
  }
  struct stat folder {};
  struct stat file {};
  const bool sticky = fstat(target.folder.get(), &folder) == 0 && (folder.st_mode & S_ISVTX) != 0;
  if (sticky && geteuid() != 0 && folder.st_uid != geteuid() &&
      fstatat(target.folder.get(), target.place.name.c_str(), &file, AT_SYMLINK_NOFOLLOW) == 0 &&
      file.st_uid != geteuid()) {
    return os_fail("replace", target.place.path(), EPERM);
  }
  return check_space(target);
}

Result<void> check_permitted(const FileSink& spec, const FileAttributes& attributes) {
  if (geteuid() == 0) return {};
  if (attributes.owner && *attributes.owner != geteuid()) {
    return fail(ErrorKind::denied,
                fmt::format("{} may not give {} to owner {}: run keytide as root, or drop the "
                            "sink's `owner`",
                            name_of_user(geteuid()), spec.path, spec.owner));
  }
  if (attributes.group && !is_in_group(*attributes.group)) {
    return fail(
        ErrorKind::denied,
        fmt::format("{} may not give {} to group {}: run keytide as root, add {} to the "
                    "group, or drop the sink's `group`",
                    name_of_user(geteuid()), spec.path, spec.group, name_of_user(geteuid())));
  }
  return {};
}

// All problems in one error, of the kind of the first.
Result<void> all_of(const std::vector<Error>& problems) {
  if (problems.empty()) return {};
  std::vector<std::string> messages;
  messages.reserve(problems.size());
  for (const Error& problem : problems) messages.push_back(problem.text());
  return fail(problems.front().kind, fmt::format("{}", fmt::join(messages, "; also: ")));
}

void collect(std::vector<Error>& problems, const Result<void>& result) {
  if (!result) problems.push_back(result.error());
}

class FileSinkOnDisk final : public Sink {
 public:
  FileSinkOnDisk(const FileSink& spec, std::shared_ptr<AccountNames> names)
      : spec_(spec), names_(std::move(names)) {}

  Result<void> preflight() override {
    std::vector<Error> problems;
    const FileAttributes attributes = resolve(problems);
    collect(problems, check_permitted(spec_, attributes));
    const auto target = open_target(attributes);
    if (target) {
      collect(problems, check_occupant(target->place));
      collect(problems, check_writable(*target));
    } else {
      problems.push_back(target.error());
    }
    return all_of(problems);
  }

  Result<void> write(const Payload& payload) override {
    auto target = checked_target();
    if (!target) return fail(std::move(target.error()));
    if (auto newer = check_generation(target->place, payload); !newer) return newer;
    auto content = render_content(spec_.format, payload);
    if (!content) return fail(std::move(content.error()).within(spec_.path));
    auto written = replace_file(target->place, *content, target->attributes);
    wipe(*content);
    return written;
  }

  Result<SinkReading> read(const FingerprintKey& key) override {
    FileContent content;
    if (auto done = content.read(AT_FDCWD, spec_.path.c_str(), spec_.path); !done) {
      return fail(std::move(done.error()));
    }
    SinkReading reading;
    reading.exists = content.exists();
    if (!reading.exists) return reading;
    const ParsedContent shown = content.parse(spec_.format);
    if (!shown.value.empty()) {
      reading.fingerprint = fingerprint_of(shown.value, key);
      reading.masked = masked(shown.value);
    }
    reading.generation = shown.generation;
    reading.client_id = shown.client_id;
    reading.attributes_match = attributes_match(content.status());
    return reading;
  }

  Result<SecretValue> take() override {
    FileContent content;
    if (auto done = content.read(AT_FDCWD, spec_.path.c_str(), spec_.path); !done) {
      return fail(std::move(done.error()));
    }
    const ParsedContent shown = content.parse(spec_.format);
    if (shown.value.empty()) {
      return fail(ErrorKind::not_found, fmt::format("{} holds no secret in format {}", spec_.path,
                                                    name_of(spec_.format)));
    }
    return SecretValue(shown.value);
  }

  Result<void> adjust() override {
    auto target = checked_target();
    if (!target) return fail(std::move(target.error()));
    const Fd file(openat(target->folder.get(), target->place.name.c_str(),
                         O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC));
    if (!file.is_open()) return os_fail("open", spec_.path, errno);
    struct stat status {};
    if (fstat(file.get(), &status) != 0) return os_fail("look at", spec_.path, errno);
    if (!S_ISREG(status.st_mode) || status.st_nlink != 1) {
      return fail(
          ErrorKind::refused,
          fmt::format("{} has {} names (hard links), and the change would reach all of them: "
                      "remove the others, or remove the file and it will be written anew",
                      spec_.path, status.st_nlink));
    }
    return set_attributes(file.get(), spec_.path, target->attributes);
  }

 private:
  // Numbers of owner and group, asked for anew; the runner's where none are named.
  FileAttributes resolve(std::vector<Error>& problems) {
    names_->forget(spec_.owner, spec_.group);
    FileAttributes attributes{static_cast<mode_t>(spec_.mode), geteuid(), getegid()};
    if (!spec_.owner.empty()) {
      auto owner = names_->user(spec_.owner);
      if (owner) attributes.owner = *owner;
      if (!owner) problems.push_back(std::move(owner.error()));
    }
    if (!spec_.group.empty()) {
      auto group = names_->group(spec_.group);
      if (group) attributes.group = *group;
      if (!group) problems.push_back(std::move(group.error()));
    }
    return attributes;
  }

  Result<Target> open_target(const FileAttributes& attributes) const {
    auto parts = split_path(spec_.path);
    if (!parts) return fail(std::move(parts.error()));
    auto folder = open_safe_directory(
        parts->first, spec_.owner.empty() ? std::optional<uid_t>() : attributes.owner);
    if (!folder) return fail(std::move(folder.error()).within("file sink " + spec_.path));
    Target target{std::move(*folder), {}, attributes};
    target.place = {target.folder.get(), std::move(parts->first), std::move(parts->second)};
    return target;
  }

  Result<Target> checked_target() {
    std::vector<Error> problems;
    const FileAttributes attributes = resolve(problems);
    if (auto resolved = all_of(problems); !resolved) return fail(std::move(resolved.error()));
    auto target = open_target(attributes);
    if (!target) return target;
    if (auto free = check_occupant(target->place); !free) return fail(std::move(free.error()));
    return target;
  }

  // The stamp of another account says nothing: its entry was moved or taken out.
  Result<void> check_generation(const FilePlace& place, const Payload& payload) const {
    FileContent content;
    // What can't be read can't be compared, and is replaced.
    if (auto done = content.read(place.folder, place.name.c_str(), spec_.path); !done) return {};
    const ParsedContent shown = content.parse(spec_.format);
    if (shown.client_id != payload.client_id.str() || !shown.generation) return {};
    if (*shown.generation <= payload.generation) return {};
    return fail(
        ErrorKind::conflict,
        fmt::format("{} already holds generation {} of {}, and {} would be a step back: "
                    "another keytide writes it, or the store is an old copy; run `keytide "
                    "apply -refresh-only`, or remove the file",
                    spec_.path, *shown.generation, payload.address.str(), payload.generation));
  }

  // A name that the host does not know is a difference: adjust() says what to do.
  bool attributes_match(const struct stat& status) {
    if ((status.st_mode & 07777) != spec_.mode) return false;
    const auto owner = spec_.owner.empty() ? Result<uid_t>(geteuid()) : names_->user(spec_.owner);
    const auto group = spec_.group.empty() ? Result<gid_t>(getegid()) : names_->group(spec_.group);
    return owner && group && *owner == status.st_uid && *group == status.st_gid;
  }

  const FileSink spec_;
  const std::shared_ptr<AccountNames> names_;
};

}  // namespace

std::unique_ptr<Sink> make_file_sink(const FileSink& spec, std::shared_ptr<AccountNames> names) {
  return std::make_unique<FileSinkOnDisk>(spec, std::move(names));
}

}  // namespace keytide
