#include "providers/system/process_stats.h"

#include <fcntl.h>
#include <gtest/gtest.h>

#include "core/base/secret_value.h"
#include "providers/system/fd.h"

namespace keytide {
namespace {

TEST(ProcessStats, AreOfThisProcess) {
  const auto before = read_process_stats();
  ASSERT_TRUE(before.has_value());
  EXPECT_GT(before->resident_bytes, 1 << 20);
  EXPECT_GE(before->virtual_bytes, before->resident_bytes);
  EXPECT_GT(before->cpu_seconds, 0);
  EXPECT_GE(before->open_files, 3);
  const Fd file(open("/dev/null", O_RDONLY | O_CLOEXEC));
  const SecretValue secret("a secret in locked memory");
  const auto after = read_process_stats();
  ASSERT_TRUE(after.has_value());
  EXPECT_EQ(after->open_files, before->open_files + 1);
  // The address sanitizer locks nothing.
  EXPECT_GE(after->locked_bytes, before->locked_bytes);
}

}  // namespace
}  // namespace keytide
