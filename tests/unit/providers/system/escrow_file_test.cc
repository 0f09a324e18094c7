#include "providers/system/escrow_file.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <thread>
#include <vector>

#include "tests/support/temp_folder.h"

namespace keytide {
namespace {

TEST(EscrowFile, MakesItsKeyAtFirstNeedForItsOwnerAlone) {
  const TempFolder folder;
  EscrowFile escrow(folder.file("key"), true);
  EXPECT_EQ(escrow.key_id().value(), "");
  EXPECT_TRUE(folder.names().empty());  // looking makes nothing
  ASSERT_TRUE(escrow.prepare().has_value());
  struct stat status {};
  ASSERT_EQ(stat(folder.file("key").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0600U);
  EXPECT_EQ(folder.read("key").size(), 64U);
}

TEST(EscrowFile, OpensWhatAnEarlierProcessSealed) {
  const TempFolder folder;
  std::string sealed;
  {
    EscrowFile before(folder.file("key"), true);
    ASSERT_TRUE(before.prepare().has_value());
    sealed = before.seal(SecretValue("mdb_sa_sk_value")).value();
  }
  EscrowFile after(folder.file("key"), true);
  EXPECT_EQ(after.open(sealed).value().reveal(), "mdb_sa_sk_value");
}

TEST(EscrowFile, AKeyThatWasNamedIsNeverMade) {
  const TempFolder folder;
  EscrowFile escrow(folder.file("key"), false);
  EXPECT_EQ(escrow.prepare().error().kind, ErrorKind::not_found);
  EXPECT_EQ(escrow.key_id().error().kind, ErrorKind::not_found);  // not "there is none"
  EXPECT_TRUE(folder.names().empty());
  folder.write("key", "too short");
  EscrowFile short_key(folder.file("key"), false);
  EXPECT_EQ(short_key.prepare().error().kind, ErrorKind::invalid);
}

TEST(EscrowFile, SeveralThreadsAtFirstNeedMakeOneKey) {
  const TempFolder folder;
  EscrowFile escrow(folder.file("key"), true);
  std::vector<std::thread> threads;
  std::vector<std::string> ids(8);
  for (std::string& id : ids) {
    threads.emplace_back([&] { id = escrow.prepare() ? escrow.key_id().value() : "failed"; });
  }
  for (std::thread& thread : threads) thread.join();
  for (const std::string& id : ids) EXPECT_EQ(id, ids.front());
  EXPECT_EQ(EscrowFile(folder.file("key"), false).key_id().value(), ids.front());
}

}  // namespace
}  // namespace keytide
