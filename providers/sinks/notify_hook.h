// The notify hook: a program that runs after the data sinks of an entry were written, to make a
// consumer read its new secret. It is never given the value: not in its arguments, its environment
// or its input. It finds
//   KEYTIDE_ADDRESS KEYTIDE_CLIENT_ID KEYTIDE_SECRET_ID KEYTIDE_GENERATION KEYTIDE_EXPIRES_AT
// and of keytide's own environment only what `inherited_by_hooks()` lists.
#pragma once

#include <memory>

#include "core/ports/sink.h"
#include "providers/system/environment.h"

namespace keytide {

// Of this process: PATH (a usual one where there is none), HOME, USER, LOGNAME, LANG, LC_ALL, TZ,
// TMPDIR, XDG_RUNTIME_DIR and DBUS_SESSION_BUS_ADDRESS (for `systemctl --user`).
Environment inherited_by_hooks();

// `inherited` is the environment to which the KEYTIDE_ variables are added; its PATH finds the
// program. Beyond its time limit the program and all of its process group are ended.
std::unique_ptr<Sink> make_notify_hook(const NotifyHook& spec, Environment inherited);

}  // namespace keytide
