#include "core/base/check.h"

#include <cstdio>
#include <cstdlib>

namespace keytide {

void check_failed(const char* condition, const char* file, int line, const char* why) noexcept {
  std::fprintf(stderr, "keytide: internal error: %s (%s) at %s:%d\n", why, condition, file, line);
  std::abort();
}

}  // namespace keytide
