// SinkRegistry: which sinks there are. One table, type name → factory; a new sink is one file and
// one line of it. The objects it makes share the look-ups of users and groups.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "core/ports/sink.h"
#include "providers/sinks/account_names.h"
#include "providers/system/environment.h"

namespace keytide {

class SinkRegistry : public SinkFactory {
 public:
  // `for_hooks`: what hooks find in their environment, see inherited_by_hooks().
  explicit SinkRegistry(Environment for_hooks);

  // Threads: any.
  std::unique_ptr<Sink> make(const SinkSpec& spec) override;

  // "file", "notify"
  static std::vector<std::string_view> types();

 private:
  const Environment for_hooks_;
  const std::shared_ptr<AccountNames> names_;
};

}  // namespace keytide
