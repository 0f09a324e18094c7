// Paths: their parts, for who walks along one link by link, and what they name.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace keytide {

// Adds the parts of `path` behind those that are left, the next one to be taken last: so the target
// of a link comes before what follows the link. "." is no part.
void push_parts(std::vector<std::string>& left, std::string_view path);

// Whether two paths name one file that is there, by whatever links; equal paths always do. Blocks
// on the disk.
bool is_same_file(const std::string& a, const std::string& b);

// "/" and "a" give "/a".
std::string joined(const std::string& folder, const std::string& name);

}  // namespace keytide
