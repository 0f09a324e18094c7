// The version of this build, from CMakeLists.txt.
#pragma once

#include <string_view>

namespace keytide {

inline constexpr std::string_view kVersion = KEYTIDE_VERSION;

}  // namespace keytide
