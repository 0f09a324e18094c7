#include "state/spill.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>
#include <nlohmann/json.hpp>

#include "state/sqlite_file.h"

namespace keytide {
namespace {

using nlohmann::json;

constexpr off_t kRoom = 64 << 10;  // of some ten secrets, more than are under way at a time

std::string path_of(const std::string& store_path) { return store_path + ".spill"; }

std::int64_t seconds(Instant at) { return at.time_since_epoch().count(); }
Instant instant(const json& value) { return Instant(Seconds(value.get<std::int64_t>())); }

std::string line_of(const Spilled& one) {
  json line{{"lineage", one.lineage},
            {"scope", one.key.scope.kind == Scope::Kind::org ? "org" : "project"},
            {"scope_id", one.key.scope.id},
            {"client_id", one.key.client_id.str()},
            {"version", one.version},
            {"id", one.secret.id.str()},
            {"masked", one.secret.masked},
            {"created_at", seconds(one.secret.created_at)},
            {"expires_at", seconds(one.secret.expires_at)},
            {"generation", one.secret.generation},
            {"asked_hours", one.secret.asked_hours},
            {"fingerprint", one.secret.fingerprint.str()}};
  if (one.escrow) line["sealed"] = one.escrow->sealed;
  return line.dump() + "\n";
}

// Throws json::exception.
Spilled parse(const std::string& text) {
  const json line = json::parse(text);
  Spilled one;
  one.lineage = line.at("lineage");
  one.key.scope.kind = line.at("scope") == "org" ? Scope::Kind::org : Scope::Kind::project;
  one.key.scope.id = line.at("scope_id");
  one.key.client_id = ClientId(line.at("client_id").get<std::string>());
  one.version = line.at("version");
  one.secret.id = SecretId(line.at("id").get<std::string>());
  one.secret.role = Role::fresh;
  one.secret.masked = line.at("masked");
  one.secret.created_at = instant(line.at("created_at"));
  one.secret.expires_at = instant(line.at("expires_at"));
  one.secret.generation = line.at("generation");
  one.secret.asked_hours = line.at("asked_hours");
  one.secret.fingerprint = Fingerprint(line.at("fingerprint").get<std::string>());
  if (line.contains("sealed")) one.escrow = Escrowed{one.secret.id, line.at("sealed")};
  return one;
}

}  // namespace

std::vector<Spilled> read_spill(const std::string& store_path, const std::string& lineage) {
  std::vector<Spilled> found;
  std::ifstream file(path_of(store_path));
  for (std::string text; std::getline(file, text);) {
    try {
      Spilled one = parse(text);
      if (one.lineage == lineage) found.push_back(std::move(one));
    } catch (const json::exception&) {
      continue;
    }
  }
  return found;
}

std::optional<AccountRecord> with_spilled(const AccountRecord& record, const Spilled& spilled) {
  const bool is_its_attempt = record.key == spilled.key && record.version == spilled.version &&
                              record.attempt && record.attempt->phase == AttemptPhase::posting;
  if (!is_its_attempt) return std::nullopt;
  AccountRecord saved = record;
  saved.attempt->phase = AttemptPhase::created;
  saved.secrets.push_back(spilled.secret);
  saved.escrow = spilled.escrow;
  return saved;
}

SpillFile::SpillFile(const std::string& store_path)
    : path_(path_of(store_path)),
      fd_(open(path_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC, 0600)) {
  if (fd_ < 0) problem_ = errno;
  set_room_aside();
}

// Where the file system can't, the write has to do with what is free then.
void SpillFile::set_room_aside() {
  if (fd_ >= 0) (void)!fallocate(fd_, FALLOC_FL_KEEP_SIZE, 0, kRoom);
}

// Cutting a file gives its room back, that beyond its end too.
void SpillFile::cut_to(off_t size) {
  (void)!ftruncate(fd_, size);
  set_room_aside();
}

SpillFile::~SpillFile() {
  if (fd_ < 0) return;
  struct stat status {};
  if (fstat(fd_, &status) == 0 && status.st_size == 0) unlink(path_.c_str());
  close(fd_);
}

Result<void> SpillFile::add(const Spilled& spilled) {
  if (fd_ < 0) return fail(state_file_error("open the spill file", path_, problem_));
  // What a kill left of a line before it is ended by this one's first byte.
  const std::string line = "\n" + line_of(spilled);
  struct stat before {};
  if (fstat(fd_, &before) != 0) return fail(state_file_error("look at", path_, errno));
  const ssize_t written = write(fd_, line.data(), line.size());
  const bool is_whole = written == static_cast<ssize_t>(line.size());
  if (is_whole && fdatasync(fd_) == 0) return {};
  const int problem = is_whole || written < 0 ? errno : ENOSPC;
  cut_to(before.st_size);
  return fail(state_file_error("write the spill file", path_, problem));
}

bool SpillFile::set_aside() {
  if (link(path_.c_str(), (path_ + ".unmatched").c_str()) != 0) return false;
  unlink(path_.c_str());
  return true;
}

void SpillFile::empty() {
  if (fd_ >= 0) cut_to(0);
}

}  // namespace keytide
