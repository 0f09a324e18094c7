// Users and groups of the host, by name or number. A look-up reads /etc/passwd or asks a directory
// server: it may block, and takes 20 µs at best. Threads: any.
#pragma once

#include <sys/types.h>

#include <string>

#include "core/base/result.h"

namespace keytide {

// "billing" or "1001"; a name wins over a number. Errors: not_found, with the way out.
Result<uid_t> find_user(const std::string& name_or_number);
Result<gid_t> find_group(const std::string& name_or_number);

// "billing", or "uid 1001" when the system knows no name.
std::string name_of_user(uid_t user);
std::string name_of_group(gid_t group);

// Whether this process belongs to the group: it may then give a file to it without being root.
bool is_in_group(gid_t group);

}  // namespace keytide
