// A folder of its own for each test, gone with it.
#pragma once

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

namespace keytide {

class WithTempFolder : public testing::Test {
 protected:
  WithTempFolder() {
    std::string name = (std::filesystem::temp_directory_path() / "keytide-sources-XXXXXX").string();
    EXPECT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  ~WithTempFolder() override { std::filesystem::remove_all(folder_); }

  void write(const std::string& name, const std::string& text) {
    const std::filesystem::path path = folder_ / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
  }
  std::string at(const std::string& name) const { return (folder_ / name).string(); }

  // One right entry.
  static std::string manifest(const std::string& address, char last) {
    return "keytide: 1\nsecrets:\n  " + address +
           ": {org: 32b6e34b3d91647abb20e7b8, client_id: mdb_sa_id_1234567890abcdef1234567" + last +
           ",\n    lifetime: 90d, deliver: [{file: {path: \"/run/{{name}}\"}}]}\n";
  }

  std::filesystem::path folder_;
};

}  // namespace keytide
