#include "state/epoch_file.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <string_view>

namespace keytide {
namespace {

constexpr std::size_t kSizeMost = 256;
constexpr std::string_view kBegin = "keytide epoch ";

std::string path_of(const std::string& store_path) { return store_path + ".epoch"; }

// One line of a fixed length, so that one write replaces it as a whole.
std::string line_of(std::string_view lineage, std::int64_t epoch) {
  return fmt::format("{}{} {:020}\n", kBegin, lineage, epoch);
}

}  // namespace

EpochMark read_epoch_file(const std::string& store_path) {
  const int fd = open(path_of(store_path).c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0) return {};
  std::array<char, kSizeMost> buffer{};
  const ssize_t size = read(fd, buffer.data(), buffer.size());
  close(fd);
  std::string_view text(buffer.data(), size < 0 ? 0 : static_cast<std::size_t>(size));
  if (!text.starts_with(kBegin)) return {};
  text.remove_prefix(kBegin.size());
  const std::size_t space = text.find(' ');
  if (space == std::string_view::npos) return {};
  EpochMark mark{std::string(text.substr(0, space)), 0};
  const auto parsed =
      std::from_chars(text.data() + space + 1, text.data() + text.size(), mark.epoch);
  return parsed.ec == std::errc() ? mark : EpochMark();
}

EpochFile::EpochFile(const std::string& store_path, std::string lineage)
    : fd_(open(path_of(store_path).c_str(), O_WRONLY | O_CREAT | O_NOFOLLOW | O_CLOEXEC, 0600)),
      lineage_(std::move(lineage)) {}

EpochFile::~EpochFile() {
  if (fd_ >= 0) close(fd_);
}

void EpochFile::write(std::int64_t epoch) {
  if (fd_ < 0) return;
  const std::string line = line_of(lineage_, epoch);
  if (pwrite(fd_, line.data(), line.size(), 0) < 0) return;
}

}  // namespace keytide
