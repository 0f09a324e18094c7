#include "core/base/diagnostic.h"

#include <gtest/gtest.h>

namespace keytide {
namespace {

TEST(Diagnostic, ShowsThePlaceTheLineACaretAndTheWayOut) {
  const Diagnostic one{Diagnostic::Severity::error,
                       {"a.yaml", 7, 15},
                       "lifetime 5h is out of range",
                       "write 8h to 365d",
                       "    lifetime: 5h"};
  EXPECT_EQ(render(one),
            "error: a.yaml:7:15: lifetime 5h is out of range\n"
            "    7 |     lifetime: 5h\n"
            "      |               ^\n"
            "      = write 8h to 365d\n");
}

TEST(Diagnostic, ListsAllProblemsInTheOrderOfTheFile) {
  const Diagnostics all{{Diagnostic::Severity::error, {"b.yaml", 1, 1}, "second", "", ""},
                        {Diagnostic::Severity::warning, {"a.yaml", 0, 0}, "first", "", ""}};
  EXPECT_EQ(render(all), "warning: a.yaml: first\nerror: b.yaml:1:1: second\n");
  EXPECT_TRUE(has_errors(all));
}

}  // namespace
}  // namespace keytide
