#include "providers/sources/cache.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstring>

#include "core/manifest/codec.h"
#include "providers/sources/own_file.h"

namespace keytide {
namespace {

constexpr std::string_view kMagic = "keytide manifest cache 1\n";
constexpr std::size_t kDigestSize = 64;  // SHA-256 in hex
constexpr std::size_t kLengthSize = sizeof(std::uint64_t);
constexpr std::size_t kLargest = std::size_t{1} << 30;

bool write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t done = ::write(fd, bytes.data(), bytes.size());
    if (done <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(done));
  }
  return true;
}

// No fsync: a file that a power cut damages is a miss.
void replace_file(const std::string& path, std::string_view bytes) {
  std::string part = path + ".XXXXXX";
  const int fd = ::mkostemp(part.data(), O_CLOEXEC);  // made with mode 0600
  if (fd < 0) return;
  const bool is_whole = write_all(fd, bytes);
  const bool is_closed = ::close(fd) == 0;
  if (!is_whole || !is_closed || ::rename(part.c_str(), path.c_str()) != 0) ::unlink(part.c_str());
}

}  // namespace

ManifestCache::ManifestCache(std::string path) : path_(std::move(path)) {
  if (path_.empty()) return;
  bytes_ = read_own_file(path_, kLargest);
  index();
}

void ManifestCache::index() {
  std::string_view rest = bytes_;
  if (rest.substr(0, kMagic.size()) != kMagic) return;
  rest.remove_prefix(kMagic.size());
  while (rest.size() >= kDigestSize + kLengthSize) {
    const std::string_view digest = rest.substr(0, kDigestSize);
    std::uint64_t size = 0;
    std::memcpy(&size, rest.data() + kDigestSize, kLengthSize);
    rest.remove_prefix(kDigestSize + kLengthSize);
    if (size > rest.size()) return;
    found_.emplace(digest, rest.substr(0, size));
    rest.remove_prefix(size);
  }
}

std::optional<ManifestFile> ManifestCache::find(const std::string& digest) const {
  const auto found = found_.find(digest);
  if (found == found_.end()) return std::nullopt;
  return decode_cached_manifest(found->second);
}

void ManifestCache::save(const std::map<std::string, std::string>& items) const {
  if (path_.empty()) return;
  const bool is_same = items.size() == found_.size() &&
                       std::all_of(items.begin(), items.end(), [&](const auto& item) {
                         return item.second.empty() && found_.count(item.first) > 0;
                       });
  if (is_same) return;
  std::string out(kMagic);
  for (const auto& [digest, bytes] : items) {
    std::string_view encoded = bytes;
    if (encoded.empty()) {
      const auto found = found_.find(digest);
      if (found == found_.end()) continue;
      encoded = found->second;
    }
    const std::uint64_t size = encoded.size();
    out += digest;
    out.append(reinterpret_cast<const char*>(&size), kLengthSize);
    out += encoded;
  }
  if (out.size() <= kLargest) replace_file(path_, out);
}

}  // namespace keytide
