#include "providers/system/log_writer.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <nlohmann/json.hpp>
#include <sstream>
#include <thread>

#include "providers/system/redact.h"
#include "tests/support/temp_folder.h"

namespace keytide {
namespace {

class StoppedClock : public Clock {
 public:
  Instant now() override { return parse_instant("2026-11-23T20:47:46Z").value(); }
  std::chrono::milliseconds since_boot() override { return {}; }
  void sleep(std::chrono::milliseconds /*length*/) override {}
};

class LogLines : public testing::Test {
 protected:
  ~LogLines() override { fclose(file_); }

  LogWriter writer(LogFormat format, LogLevel threshold = LogLevel::info) {
    return {fileno(file_), clock_, {format, {threshold, {}}}};
  }
  std::string text() const { return folder_.read("log"); }

  TempFolder folder_;
  StoppedClock clock_;
  FILE* file_ = fopen(folder_.file("log").c_str(), "ae");
};

TEST_F(LogLines, AreLogfmtWithTheConstantPairsFirst) {
  LogWriter log = writer(LogFormat::logfmt);
  log.set_field("reconcile_id", "7");
  log.set_field("reconcile_id", "8");
  log.info("secret created", {{"address", "billing"}, {"why", "expires in 6d"}});
  EXPECT_EQ(text(),
            "time=2026-11-23T20:47:46Z level=info msg=\"secret created\" reconcile_id=8 "
            "address=billing why=\"expires in 6d\"\n");
}

TEST_F(LogLines, AreJsonWithTheSamePairs) {
  LogWriter log = writer(LogFormat::json);
  log.set_field("reconcile_id", "8");
  log.warn("late", {{"path", "/etc/x"}});
  EXPECT_EQ(text(),
            "{\"time\":\"2026-11-23T20:47:46Z\",\"level\":\"warn\",\"msg\":\"late\","
            "\"reconcile_id\":\"8\",\"path\":\"/etc/x\"}\n");
}

TEST_F(LogLines, StayOneLineAndValidJsonWhateverTheValue) {
  const std::string nasty =
      "quote\" back\\slash\nnew\ttab \x01 \x7f \xff \xc3\xa4 \xed\xa0\x80 \xf0\x9f\x94\x91 "
      "\xe2\x82";
  LogWriter log = writer(LogFormat::json);
  log.error("m", {{"k", nasty}});
  const auto parsed = nlohmann::json::parse(text());
  EXPECT_EQ(parsed.at("k"),
            "quote\" back\\slash\nnew\ttab \x01 \x7f \xEF\xBF\xBD \xc3\xa4 "
            "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD \xf0\x9f\x94\x91 \xEF\xBF\xBD\xEF\xBF\xBD");
}

TEST_F(LogLines, CannotBeForgedInLogfmt) {
  LogWriter log = writer(LogFormat::logfmt);
  log.info("m", {{"k", "v\nlevel=error msg=forged"}, {"empty", ""}, {"pair", "a=b"}});
  EXPECT_EQ(text(),
            "time=2026-11-23T20:47:46Z level=info msg=m k=\"v\\nlevel=error msg=forged\" "
            "empty=\"\" pair=\"a=b\"\n");
}

TEST_F(LogLines, BelowTheThresholdAreDropped) {
  LogWriter log = writer(LogFormat::logfmt, LogLevel::warn);
  log.debug("a");
  log.info("b");
  log.warn("c");
  EXPECT_EQ(text(), "time=2026-11-23T20:47:46Z level=warn msg=c\n");
}

TEST_F(LogLines, HideWhatLooksLikeASecret) {
  LogWriter log = writer(LogFormat::logfmt);
  log.info("m", {{"reply", "got mdb_sa_sk_abcDEF-123_x, ok"}});
  EXPECT_EQ(text(),
            "time=2026-11-23T20:47:46Z level=info msg=m reply=\"got (sensitive value), ok\"\n");
}

TEST_F(LogLines, OfSeveralThreadsDoNotMix) {
  LogWriter log = writer(LogFormat::logfmt);
  const std::string wide(300, 'x');
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int line = 0; line < 100; ++line) log.info("m", {{"k", wide}});
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::istringstream lines(text());
  int count = 0;
  for (std::string line; std::getline(lines, line); ++count) {
    ASSERT_EQ(line, "time=2026-11-23T20:47:46Z level=info msg=m k=" + wide);
  }
  EXPECT_EQ(count, 400);
}

TEST(Log, LevelsAndFormatsAreReadByName) {
  EXPECT_EQ(log_level_from("debug"), LogLevel::debug);
  EXPECT_EQ(log_level_from("loud"), std::nullopt);
  EXPECT_EQ(log_format_from("json"), LogFormat::json);
  EXPECT_EQ(log_format_from("xml"), std::nullopt);
}

TEST(Redact, HidesSecretsAndLeavesMasksAndProse) {
  EXPECT_EQ(redact("secret=mdb_sa_sk_aB3-x_9."), "secret=(sensitive value)");
  EXPECT_EQ(redact("\"mdb_sa_sk_abc\",\"x\""), "\"(sensitive value)\",\"x\"");
  EXPECT_EQ(redact("Authorization: bearer eyJhbGciOi.J9.abc"), "Authorization: (sensitive value)");
  EXPECT_EQ(redact("mdb_sa_sk_...WXYZ"), "mdb_sa_sk_...WXYZ");
  EXPECT_EQ(redact("Basic idea: mdb_sa_id_1234"), "Basic idea: mdb_sa_id_1234");
  EXPECT_EQ(redact(""), "");
}

TEST_F(LogLines, HaveALevelOfItsOwnForAComponent) {
  const auto levels = log_thresholds_from("warn,atlas=debug", LogLevel::info);
  ASSERT_TRUE(levels);
  LogWriter log(fileno(file_), clock_, {LogFormat::logfmt, *levels});
  log.info("unseen", {{"component", "loop"}});
  log.debug("seen", {{"component", "atlas"}});
  EXPECT_EQ(text(), "time=2026-11-23T20:47:46Z level=debug msg=seen component=atlas\n");
}

TEST(LogThresholds, KeepTheRestWhereNoLevelForAllIsNamed) {
  EXPECT_EQ(log_thresholds_from("atlas=debug", LogLevel::warn)->all, LogLevel::warn);
  EXPECT_EQ(log_thresholds_from("", LogLevel::warn)->all, LogLevel::warn);
}

TEST(LogThresholds, RefuseWhatIsNoLevel) {
  for (const char* text : {"loud", "atlas=loud", "=debug", "info,"}) {
    const auto levels = log_thresholds_from(text, LogLevel::info);
    if (std::string_view(text) == "info,") {
      EXPECT_TRUE(levels);
    } else {
      ASSERT_FALSE(levels) << text;
      EXPECT_NE(levels.error().message.find("is no log level"), std::string::npos);
    }
  }
}

TEST_F(LogLines, TellJournaldTheLevelOfEachLine) {
  LogWriter log(fileno(file_), clock_, {LogFormat::logfmt, {}, true});
  log.error("bad", {});
  EXPECT_EQ(text(), "<3>time=2026-11-23T20:47:46Z level=error msg=bad\n");
}

}  // namespace
}  // namespace keytide
