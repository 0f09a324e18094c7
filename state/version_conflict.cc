#include "state/version_conflict.h"

#include <fmt/format.h>

namespace keytide {
namespace {

std::string version_text(std::int64_t version) {
  return version == 0 ? "no record" : fmt::format("version {}", version);
}

}  // namespace

tl::unexpected<Error> version_conflict(const AccountKey& key, std::int64_t expected,
                                       std::int64_t stored) {
  return fail(ErrorKind::conflict,
              fmt::format("somebody else changed the record of {} meanwhile: expected {}, the "
                          "state store has {}; run the command again",
                          describe(key), version_text(expected), version_text(stored)));
}

}  // namespace keytide
