#include "providers/system/hardening.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include <cerrno>

#include "providers/system/os_error.h"

namespace keytide {

Result<void> harden_process() {
  const rlimit none{0, 0};
  if (setrlimit(RLIMIT_CORE, &none) != 0) return os_fail("switch off", "core dumps", errno);
  if (prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0) return os_fail("switch off", "dumping", errno);
  // A parent may have left this ignored, and children would then vanish before they are waited for.
  signal(SIGCHLD, SIG_DFL);
  return {};
}

}  // namespace keytide
