// Reads what -json writes: each line has to be one whole object.
#pragma once

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <vector>

namespace keytide {

inline std::vector<nlohmann::json> lines_of(const std::string& text) {
  EXPECT_TRUE(text.empty() || text.back() == '\n') << text;
  std::vector<nlohmann::json> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) {
    lines.push_back(nlohmann::json::parse(line, nullptr, false));
    EXPECT_TRUE(lines.back().is_object()) << line;
    for (const char* member : {"@level", "@message", "@module", "@timestamp", "type"}) {
      EXPECT_TRUE(lines.back().contains(member)) << member << " is missing in " << line;
    }
  }
  return lines;
}

}  // namespace keytide
