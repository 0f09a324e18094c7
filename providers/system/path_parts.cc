#include "providers/system/path_parts.h"

#include <filesystem>

namespace keytide {

void push_parts(std::vector<std::string>& left, std::string_view path) {
  std::vector<std::string> parts;
  while (!path.empty()) {
    const std::size_t slash = path.find('/');
    const std::string_view part = path.substr(0, slash);
    if (!part.empty() && part != ".") parts.emplace_back(part);
    path.remove_prefix(slash == std::string_view::npos ? path.size() : slash + 1);
  }
  left.insert(left.end(), parts.rbegin(), parts.rend());
}

std::string joined(const std::string& folder, const std::string& name) {
  return folder == "/" ? "/" + name : folder + "/" + name;
}

bool is_same_file(const std::string& a, const std::string& b) {
  std::error_code problem;
  return a == b || (std::filesystem::equivalent(a, b, problem) && !problem);
}

}  // namespace keytide
