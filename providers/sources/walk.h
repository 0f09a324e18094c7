// The walk through a path source: which folders and files of it count. Those who read the files and
// those who only watch them take the same way.
#pragma once

#include <functional>
#include <string>
#include <string_view>

namespace keytide {

struct WalkVisitor {
  std::function<void(const std::string& path)> folder = [](const std::string&) {};
  // False ends the walk.
  std::function<bool(const std::string& path, bool was_named)> file;
  std::function<void(const std::string& path, std::string problem, std::string way_out)> problem;
};

// One file, or a folder and all below it: see read_source. The order is that of the names in each
// folder. Blocks on the disk.
void walk_source(const std::string& path, int depth_max, const WalkVisitor& visitor);

// What to do about an errno value at a path of a source.
std::string way_out_of(int error);

}  // namespace keytide
