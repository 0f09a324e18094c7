#include "core/model/token_bucket.h"

#include <gtest/gtest.h>

namespace keytide {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr milliseconds kStart{1000000};
constexpr milliseconds kNoWait{0};

RateReply headers(int limit, int remaining) {
  RateReply reply;
  reply.limit = limit;
  reply.remaining = remaining;
  return reply;
}

// One call whose reply said so.
void call(TokenBucket& bucket, milliseconds now, const RateReply& reply) {
  bucket.sent(now);
  bucket.answered(now, reply);
}

// 500 calls, 250 a minute, so many of them left at kStart.
TokenBucket with_left(int left) {
  TokenBucket bucket({500, 250});
  call(bucket, kStart, headers(500, left));
  return bucket;
}

TEST(TokenBucket, HoldsNothingBackBeforeAnythingWasLearned) {
  TokenBucket bucket({500, 250});
  EXPECT_EQ(bucket.wait_for(kStart, 100000, 0, false), kNoWait);
  EXPECT_FALSE(bucket.learned(kStart).has_value());
  call(bucket, kStart, RateReply{});
  EXPECT_EQ(bucket.wait_for(kStart, 100000, 0, false), kNoWait);
  EXPECT_FALSE(bucket.learned(kStart).has_value());
}

TEST(TokenBucket, LearnsFromHeadersAndTakesTheRefillInProportion) {
  TokenBucket bucket({500, 250});
  call(bucket, kStart, headers(100, 42));
  const auto learned = bucket.learned(kStart);
  ASSERT_TRUE(learned.has_value());
  EXPECT_EQ(learned->size.capacity, 100);
  EXPECT_EQ(learned->size.refill_per_minute, 50);
  EXPECT_EQ(learned->left, 42);
}

TEST(TokenBucket, FillsUpWithTimeAndNoHigherThanItsCapacity) {
  const TokenBucket bucket = with_left(100);
  EXPECT_EQ(bucket.learned(kStart + seconds(12))->left, 150);
  EXPECT_EQ(bucket.learned(kStart + minutes(60))->left, 500);
}

TEST(TokenBucket, KeepsThreeTenthsForWhatCannotWait) {
  const TokenBucket bucket = with_left(153);
  EXPECT_EQ(bucket.wait_for(kStart, 3, 0, false), kNoWait);
  // 5 and the 150 that are kept are 2 more than there are: at 250 a minute half a second.
  EXPECT_EQ(bucket.wait_for(kStart, 5, 0, false), milliseconds(480));
  EXPECT_EQ(bucket.wait_for(kStart, 5, 0, true), kNoWait);
  EXPECT_EQ(bucket.wait_for(kStart, 153, 0, true), kNoWait);
  EXPECT_GT(bucket.wait_for(kStart, 154, 0, true), kNoWait);
}

TEST(TokenBucket, CountsWhatIsSetAsideForOthers) {
  const TokenBucket bucket = with_left(20);
  EXPECT_EQ(bucket.wait_for(kStart, 5, 15, true), kNoWait);
  EXPECT_GT(bucket.wait_for(kStart, 5, 16, true), kNoWait);
}

TEST(TokenBucket, CountsCallsThatAreStillOnTheirWay) {
  TokenBucket bucket = with_left(20);
  for (int i = 0; i < 4; ++i) bucket.sent(kStart);
  EXPECT_EQ(bucket.learned(kStart)->left, 16);
  // One reply came; Atlas had not seen the other three when it counted.
  bucket.answered(kStart, headers(500, 19));
  EXPECT_EQ(bucket.learned(kStart)->left, 16);
}

TEST(TokenBucket, AReplyPutsRightWhatOthersTook) {
  TokenBucket bucket = with_left(400);
  call(bucket, kStart + seconds(1), headers(500, 7));
  EXPECT_EQ(bucket.learned(kStart + seconds(1))->left, 7);
}

TEST(TokenBucket, ARefusalEmptiesItAndClosesItForAsLongAsItSays) {
  TokenBucket bucket = with_left(400);
  RateReply refused;
  refused.refused = true;
  refused.retry_after = seconds(90);
  call(bucket, kStart, refused);
  EXPECT_EQ(bucket.learned(kStart)->left, 0);
  EXPECT_EQ(bucket.closed_for(kStart), seconds(90));
  EXPECT_EQ(bucket.wait_for(kStart, 1, 0, true), seconds(90));
  EXPECT_EQ(bucket.wait_for(kStart + seconds(90), 1, 0, true), kNoWait);
}

TEST(TokenBucket, ARefusalThatSaysNothingOfTheBucketClosesItAndNoMore) {
  TokenBucket bucket({500, 250});
  RateReply refused;
  refused.refused = true;
  refused.retry_after = seconds(2);
  call(bucket, kStart, refused);
  EXPECT_EQ(bucket.wait_for(kStart, 5, 0, false), seconds(2));
  EXPECT_EQ(bucket.wait_for(kStart + seconds(2), 100000, 0, false), kNoWait);
}

TEST(TokenBucket, TheRefillThatARefusalNamesCountsFromThenOn) {
  TokenBucket bucket({500, 250});
  RateReply refused;
  refused.refused = true;
  refused.said = BucketSize{60, 600};
  call(bucket, kStart, refused);
  EXPECT_EQ(bucket.learned(kStart + seconds(3))->left, 30);
  call(bucket, kStart + seconds(3), headers(60, 10));
  EXPECT_EQ(bucket.learned(kStart + seconds(4))->left, 20);
}

TEST(TokenBucket, AChainOverTheWholeCapacityFitsOnceItIsFull) {
  TokenBucket bucket({500, 250});
  call(bucket, kStart, headers(6, 0));
  EXPECT_EQ(bucket.wait_for(kStart, 9, 0, false), minutes(2));
  EXPECT_EQ(bucket.wait_for(kStart + minutes(2), 9, 0, false), kNoWait);
}

}  // namespace
}  // namespace keytide
