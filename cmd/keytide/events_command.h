// `events [ADDR]`: who did what, when and why, oldest first.
#pragma once

#include <optional>
#include <string>

#include "cmd/keytide/state_commands.h"

namespace keytide {

struct EventsView {
  std::optional<std::string> address;
  std::size_t limit = 0;  // the newest so many; 0: all
  bool json = false;      // one object a line
  Style style;
};

// An address without an event is an error only where no record has it either. Errors: not_found
// with the nearest address, the store's.
Result<void> list_events(StateStore& store, const EventsView& view, const Output& out);

}  // namespace keytide
