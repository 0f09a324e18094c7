// Interrupts: SIGINT and SIGTERM ask keytide to stop at the next safe place. The handler sets a
// flag and writes one byte to a pipe, so that whoever sleeps or polls wakes up. A second signal
// ends the process at once: every step is safe to be killed in.
#pragma once

namespace keytide {

// Installs the handlers, once per process, right before the work that is to be ended well: until
// then a signal ends the process, as at a prompt. Threads: any.
void catch_interrupts();

// A closed pipe is an error of the write from then on, not the end of the process.
void ignore_broken_pipes();

// Whether one of the signals came. Threads: any.
bool interrupted();

// Becomes readable when interrupted, and stays so; -1 before catch_interrupts(). Never read it.
int interrupt_fd();

}  // namespace keytide
