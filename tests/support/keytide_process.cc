#include "tests/support/keytide_process.h"

#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "core/base/check.h"
#include "providers/system/child_process.h"

namespace keytide::testing {
namespace {

std::string with_folder(std::string text, const std::string& folder) {
  constexpr std::string_view kHere = "${HERE}";
  for (std::size_t at = text.find(kHere); at != std::string::npos; at = text.find(kHere)) {
    text.replace(at, kHere.size(), folder);
  }
  return text;
}

}  // namespace

KeytideFolder::KeytideFolder() {
  std::string name = std::filesystem::temp_directory_path() / "keytide-e2e-XXXXXX";
  CHECK(mkdtemp(name.data()) != nullptr, "a temporary folder can be made");
  path_ = name;
}

KeytideFolder::~KeytideFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

void KeytideFolder::write(const std::string& name, const std::string& text) const {
  const std::filesystem::path file = std::filesystem::path(path_) / name;
  std::filesystem::create_directories(file.parent_path());
  std::ofstream(file, std::ios::binary | std::ios::trunc) << with_folder(text, path_);
  std::filesystem::permissions(
      file, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

std::string KeytideFolder::read(const std::string& name) const {
  std::ifstream in(std::filesystem::path(path_) / name, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

void KeytideFolder::remove(const std::string& name) const {
  std::filesystem::remove_all(std::filesystem::path(path_) / name);
}

bool KeytideFolder::exists(const std::string& name) const {
  return std::filesystem::exists(std::filesystem::path(path_) / name);
}

std::vector<std::string> KeytideFolder::command(const std::vector<std::string>& arguments) const {
  std::vector<std::string> words{KEYTIDE_PROGRAM};
  words.insert(words.end(), arguments.begin(), arguments.end());
  return words;
}

std::map<std::string, std::string> KeytideFolder::environment() const {
  std::map<std::string, std::string> all{{"PATH", "/usr/bin:/bin"}, {"HOME", path_}};
  all.insert(variables_.begin(), variables_.end());
  return all;
}

BackgroundRun KeytideFolder::start(const std::vector<std::string>& arguments,
                                   const RunStreams& streams) const {
  return BackgroundRun(command(arguments), environment(), path_, streams);
}

RunResult KeytideFolder::keytide(const std::vector<std::string>& arguments) const {
  ChildRequest request;
  request.command = command(arguments);
  request.environment = environment();
  request.directory = path_;
  request.time_limit = std::chrono::minutes(5);
  request.output_bytes_max = std::size_t{16} << 20;
  const auto done = run_child(request);
  CHECK(done.has_value(), "keytide can be started");
  CHECK(!done->timed_out, "keytide ends within five minutes");
  return {done->signal != 0 ? 128 + done->signal : done->exit_status, done->output, done->errors};
}

}  // namespace keytide::testing
