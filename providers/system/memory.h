// What a process that runs for months does about its memory.
#pragma once

namespace keytide {

// A pool of memory for each of many threads that come and go keeps what they once needed: two for
// all. Before the first thread is made.
void share_memory_pools();

// What is free goes back to the system. Takes a few milliseconds; threads: any.
void give_memory_back();

}  // namespace keytide
