// What the operating system refused, as an Error: the act, the path, the system's own words and,
// for the common ones, the way out.
#pragma once

#include <string>
#include <string_view>

#include "core/base/result.h"

namespace keytide {

// "can't write /etc/billing/atlas.env: Permission denied; run keytide as a user who may, …".
// `act` is "write", "open"; `number` an errno value. EACCES and EPERM are denied, ENOENT and
// ENOTDIR not_found, all others io.
Error os_error(std::string_view act, std::string_view path, int number);

inline tl::unexpected<Error> os_fail(std::string_view act, std::string_view path, int number) {
  return fail(os_error(act, path, number));
}

// The system's words for an errno value. Threads: any.
std::string os_reason(int number);

}  // namespace keytide
