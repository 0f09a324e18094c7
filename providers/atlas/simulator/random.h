// Random: everything that looks random in the simulator, from one seed, so that a run can be
// repeated. SplitMix64; no good for real secrets.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace keytide::simulator {

class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
    z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
    return z ^ (z >> 31);
  }

  std::string text(std::size_t length, std::string_view alphabet) {
    std::string out(length, ' ');
    for (char& c : out) c = alphabet[next() % alphabet.size()];
    return out;
  }

  std::string object_id() { return text(24, "0123456789abcdef"); }
  // "mdb_sa_sk_" and 40 characters, as Atlas's own look.
  std::string secret_value() {
    return "mdb_sa_sk_" +
           text(40, "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-");
  }

 private:
  std::uint64_t state_;
};

}  // namespace keytide::simulator
