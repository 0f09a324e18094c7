// A bounded wait for something that another process does.
#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <functional>
#include <string>
#include <thread>

namespace keytide::testing {

// Fails the test where it does not come true within a minute.
inline void wait_until(const std::string& what, const std::function<bool()>& is_true) {
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::minutes(1);
  while (std::chrono::steady_clock::now() < give_up) {
    if (is_true()) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
  ADD_FAILURE() << "waited a minute in vain: " << what;
}

}  // namespace keytide::testing
