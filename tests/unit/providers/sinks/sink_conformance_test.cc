// What every data sink promises, whatever its format. A new sink joins by a line at the bottom.
#include <gtest/gtest.h>

#include "tests/unit/providers/sinks/sink_fixture.h"

namespace keytide {
namespace {

struct Candidate {
  const char* name;
  FileFormat format;
  bool stamped;
};

class DataSink : public testing::TestWithParam<Candidate> {
 protected:
  Result<SinkReading> read() { return sink_->read(test_key()); }
  static Fingerprint print_of(const char* value) { return fingerprint_of(value, test_key()); }

  TempFolder folder_;
  FileSink spec_{folder_.file("secret"), GetParam().format, 0600, "", ""};
  std::unique_ptr<Sink> sink_ = make_sink(spec_);
};

TEST_P(DataSink, IsEmptyBeforeTheFirstWrite) {
  const SinkReading reading = read().value();
  EXPECT_FALSE(reading.exists);
  EXPECT_TRUE(reading.fingerprint.empty());
  EXPECT_EQ(sink_->take().error().kind, ErrorKind::not_found);
}

TEST_P(DataSink, PreflightChangesNothing) {
  ASSERT_TRUE(sink_->preflight().has_value());
  EXPECT_TRUE(folder_.names().empty());
}

TEST_P(DataSink, ReadsBackWhatWasWritten) {
  ASSERT_TRUE(deliver(*sink_, kNewValue, 3).has_value());
  const SinkReading reading = read().value();
  EXPECT_TRUE(reading.exists);
  EXPECT_EQ(reading.fingerprint, print_of(kNewValue));
  EXPECT_EQ(reading.generation, GetParam().stamped ? std::optional<std::int64_t>(3) : std::nullopt);
  EXPECT_TRUE(reading.attributes_match);
}

TEST_P(DataSink, GivesTheValueItHolds) {
  ASSERT_TRUE(deliver(*sink_, kNewValue, 3).has_value());
  EXPECT_EQ(sink_->take().value().reveal(), kNewValue);
}

TEST_P(DataSink, TakesTheSameWriteTwice) {
  ASSERT_TRUE(deliver(*sink_, kNewValue, 3).has_value());
  const std::string first = folder_.read("secret");
  ASSERT_TRUE(deliver(*sink_, kNewValue, 3).has_value());
  EXPECT_EQ(folder_.read("secret"), first);
}

TEST_P(DataSink, ReplacesAnOlderGenerationAndLeavesNothingBeside) {
  ASSERT_TRUE(deliver(*sink_, kOldValue, 3).has_value());
  ASSERT_TRUE(deliver(*sink_, kNewValue, 4).has_value());
  EXPECT_EQ(read().value().fingerprint, print_of(kNewValue));
  EXPECT_EQ(folder_.read("secret").find(kOldValue), std::string::npos);
  EXPECT_EQ(folder_.names(), std::vector<std::string>{"secret"});
}

TEST_P(DataSink, NeverReplacesAHigherGenerationThatItCanRead) {
  ASSERT_TRUE(deliver(*sink_, kNewValue, 4).has_value());
  const auto back = deliver(*sink_, kOldValue, 3);
  if (!GetParam().stamped) {
    EXPECT_TRUE(back.has_value());
    return;
  }
  ASSERT_FALSE(back.has_value());
  EXPECT_EQ(back.error().kind, ErrorKind::conflict);
  EXPECT_NE(back.error().message.find("holds generation 4 of billing-exporter"), std::string::npos);
  EXPECT_EQ(read().value().fingerprint, print_of(kNewValue));
}

TEST_P(DataSink, ShowsAnotherValueAsAnotherFingerprint) {
  ASSERT_TRUE(deliver(*sink_, kNewValue, 3).has_value());
  std::string content = folder_.read("secret");
  content.replace(content.find("mdb_sa_sk_NEW"), 13, "mdb_sa_sk_BAD");
  folder_.write("secret", content);
  EXPECT_TRUE(read().value().exists);
  EXPECT_NE(read().value().fingerprint, print_of(kNewValue));
}

TEST_P(DataSink, ShowsAnEmptiedFileAsHoldingNothing) {
  ASSERT_TRUE(deliver(*sink_, kNewValue, 3).has_value());
  folder_.write("secret", "");
  EXPECT_TRUE(read().value().exists);
  EXPECT_TRUE(read().value().fingerprint.empty());
  EXPECT_EQ(sink_->take().error().kind, ErrorKind::not_found);
}

TEST_P(DataSink, ShowsAnOverlongFileAsHoldingNothing) {
  folder_.write("secret", std::string(100000, 'x'));
  EXPECT_TRUE(read().value().exists);
  EXPECT_TRUE(read().value().fingerprint.empty());
}

TEST_P(DataSink, NeverPutsTheValueIntoAnError) {
  const SecretValue value{std::string_view("mdb_sa_sk_with\na newline 'and' \"quotes\"")};
  spec_.path = "/proc/keytide";
  const auto written = make_sink(spec_)->write(payload_of(value, 1));
  ASSERT_FALSE(written.has_value());
  EXPECT_EQ(written.error().text().find("newline"), std::string::npos);
}

INSTANTIATE_TEST_SUITE_P(Files, DataSink,
                         testing::Values(Candidate{"raw", FileFormat::raw, false},
                                         Candidate{"env", FileFormat::env, true},
                                         Candidate{"json", FileFormat::json, true}),
                         [](const auto& one) { return std::string(one.param.name); });

}  // namespace
}  // namespace keytide
