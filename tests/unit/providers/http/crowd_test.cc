#include "providers/http/crowd.h"

#include <gtest/gtest.h>
#include <sys/socket.h>

#include <array>

#include "providers/system/fd.h"

namespace keytide {
namespace {

// Two ends of a connection: the server's, which a Crowd is given, and the caller's.
struct Connection {
  Fd server;
  Fd caller;

  Connection() {
    std::array<int, 2> ends{};
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, ends.data()), 0);
    server = Fd(ends[0]);
    caller = Fd(ends[1]);
  }
  bool is_shut() const {
    char byte = 0;
    return recv(caller.get(), &byte, 1, 0) == 0;
  }
};

TEST(Crowd, TheOldestGoesWhenThereAreTooMany) {
  Crowd crowd(2);
  std::array<Connection, 4> all;
  for (const Connection& one : all) crowd.joined(&one, one.server.get());
  EXPECT_TRUE(all[0].is_shut());
  EXPECT_TRUE(all[1].is_shut());
  EXPECT_FALSE(all[2].is_shut());
  EXPECT_FALSE(all[3].is_shut());
}

TEST(Crowd, OneThatWasServedIsYoungAgain) {
  Crowd crowd(2);
  std::array<Connection, 3> all;
  crowd.joined(&all[0], all[0].server.get());
  crowd.joined(&all[1], all[1].server.get());
  crowd.served(&all[0]);
  crowd.joined(&all[2], all[2].server.get());
  EXPECT_FALSE(all[0].is_shut());
  EXPECT_TRUE(all[1].is_shut());
}

TEST(Crowd, OneThatWasClosedLeavesItsPlace) {
  Crowd crowd(1);
  std::array<Connection, 2> all;
  crowd.joined(&all[0], all[0].server.get());
  crowd.closed(&all[0]);
  crowd.served(&all[0]);
  crowd.joined(&all[1], all[1].server.get());
  EXPECT_FALSE(all[0].is_shut());
  EXPECT_FALSE(all[1].is_shut());
}

TEST(Crowd, WithoutALimitNobodyGoes) {
  Crowd crowd(0);
  std::array<Connection, 3> all;
  for (const Connection& one : all) crowd.joined(&one, one.server.get());
  for (const Connection& one : all) EXPECT_FALSE(one.is_shut());
}

}  // namespace
}  // namespace keytide
