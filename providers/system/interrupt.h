// Interrupts: SIGINT, SIGTERM and SIGHUP ask keytide to stop at the next safe place. The handler
// sets a flag and writes one byte to a pipe, so that whoever sleeps or polls wakes up. A second
// signal ends the process at once: every step is safe to be killed in.
#pragma once

namespace keytide {

// Installs the handlers, once per process, right before the work that is to be ended well: until
// then a signal ends the process, as at a prompt. `first_word`, a literal, is written to stderr at
// the first signal. Threads: any.
void catch_interrupts(const char* first_word = nullptr);

// What a command says that has to bring something to its end.
inline constexpr const char* kStoppingWord =
    "\nStopping: what holds a new secret is brought to its end first. A second signal stops at "
    "once.\n";

// For a service: SIGHUP asks for its files to be read again instead, and each such signal writes to
// `wake_fd` (an eventfd). After catch_interrupts(), once per process.
void catch_reloads(int wake_fd);
// Whether a SIGHUP came since the last call. Threads: any.
bool take_reload_request();

// A closed pipe is an error of the write from then on, not the end of the process.
void ignore_broken_pipes();

// Whether one of the signals came. Threads: any.
bool interrupted();

// Becomes readable when interrupted, and stays so; -1 before catch_interrupts(). Never read it.
int interrupt_fd();

}  // namespace keytide
