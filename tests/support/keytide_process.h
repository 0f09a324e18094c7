// KeytideProcess: the real keytide in a folder of its own, as a person or a script runs it.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "tests/support/background_run.h"

namespace keytide::testing {

class KeytideFolder {
 public:
  KeytideFolder();
  ~KeytideFolder();
  KeytideFolder(const KeytideFolder&) = delete;
  KeytideFolder& operator=(const KeytideFolder&) = delete;

  const std::string& path() const { return path_; }
  // Mode 0600; folders on the way are made. "${HERE}" in the text becomes the folder's path.
  void write(const std::string& name, const std::string& text) const;
  std::string read(const std::string& name) const;  // empty when it is not there
  void remove(const std::string& name) const;
  bool exists(const std::string& name) const;

  // Variables for every run; PATH and HOME are there already.
  void set(const std::string& name, const std::string& value) { variables_[name] = value; }
  // Runs `keytide ARGUMENTS` in the folder with nothing on stdin.
  RunResult keytide(const std::vector<std::string>& arguments) const;
  // The same, but does not wait for its end.
  BackgroundRun start(const std::vector<std::string>& arguments,
                      const RunStreams& streams = {}) const;

 private:
  std::vector<std::string> command(const std::vector<std::string>& arguments) const;
  std::map<std::string, std::string> environment() const;

  std::string path_;
  std::map<std::string, std::string> variables_;
};

}  // namespace keytide::testing
