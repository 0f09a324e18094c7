// MD5 (RFC 1321), which HTTP digest authentication asks for. For nothing else.
#pragma once

#include <string>
#include <string_view>

namespace keytide::simulator {

// 32 hex characters.
std::string md5_hex(std::string_view bytes);

}  // namespace keytide::simulator
