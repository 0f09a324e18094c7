#include "cmd/keytide/api_command.h"

#include <fmt/format.h>

namespace keytide {

Result<bool> run_api_create(AtlasClient& client, const RawCreate& create,
                            const std::function<bool(std::string_view)>& print) {
  auto reply = create_raw(client, create);
  if (!reply) return fail(std::move(reply.error()));
  if (reply->body.empty()) {
    return fail(ErrorKind::unavailable,
                fmt::format("Atlas answered {} without a body", reply->status));
  }
  bool was_printed = print(reply->body);
  if (!reply->body.ends_with('\n')) was_printed = print("\n") && was_printed;
  const bool created = reply->status == 201;
  wipe(reply->body);
  if (was_printed || !created) return created;
  return fail(ErrorKind::io,
              "Atlas made a secret, and its reply could not be written to the output: nobody has "
              "its value; delete the newest secret of the account in Atlas");
}

}  // namespace keytide
