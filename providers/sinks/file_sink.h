// The file sink: a file that always holds a whole secret, the old one or the new one, with exactly
// the mode, owner and group that were asked for.
//
// - Folders are never created: their owner and mode are the host's business, and a mistyped path
//   should not get a secret.
// - Before anything is written or adjusted, the folders on the way are checked one by one (see
//   open_safe_directory); a folder of the sink's own `owner` is trusted.
// - A target that is a link, a folder or a pipe is refused. A hard-linked file is replaced by a new
//   one, so its other names keep the old content; adjusting one is refused.
// - A file whose stamp shows a higher generation of the same account is never overwritten. `raw`
//   has no stamp.
#pragma once

#include <memory>

#include "core/ports/sink.h"
#include "providers/sinks/account_names.h"

namespace keytide {

std::unique_ptr<Sink> make_file_sink(const FileSink& spec, std::shared_ptr<AccountNames> names);

}  // namespace keytide
