// The parts of a path, for who walks along it link by link.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace keytide {

// Adds the parts of `path` behind those that are left, the next one to be taken last: so the target
// of a link comes before what follows the link. "." is no part.
void push_parts(std::vector<std::string>& left, std::string_view path);

// "/" and "a" give "/a".
std::string joined(const std::string& folder, const std::string& name);

}  // namespace keytide
