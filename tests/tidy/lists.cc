// What is allowed where. A new wrapper of a library or a new caller of reveal() is a line here, and
// a reviewer's question: why not behind what there is?
#include "tests/tidy/rules.h"

namespace keytide::tidy {

const Lists& house_lists() {
  static const Lists lists{
      // Arrows.
      {
          {"core/base", {}},
          {"core/model", {"core/base/"}},
          {"core/ports", {"core/base/", "core/model/"}},
          {"core/plan", {"core/base/", "core/model/"}},
          {"core/manifest", {"core/base/", "core/model/"}},
          {"core/reconcile", {"core/"}},
          {"providers/system", {"core/base/", "core/model/", "core/ports/"}},
          {"providers/http", {"core/base/", "core/model/", "core/ports/", "providers/system/"}},
          {"providers/atlas",
           {"core/base/", "core/model/", "core/ports/", "providers/http/", "providers/system/"}},
          {"providers/atlas/simulator",
           {"core/base/", "core/model/", "core/ports/", "providers/atlas/", "providers/http/",
            "providers/system/"}},
          {"providers/sinks", {"core/base/", "core/model/", "core/ports/", "providers/system/"}},
          {"providers/sources",
           {"core/base/", "core/model/", "core/ports/", "core/manifest/", "providers/system/"}},
          {"state", {"core/base/", "core/model/", "core/ports/"}},
          {"cmd/keytide", {"core/", "providers/", "state/"}},
          {"cmd/atlas-sim", {"core/", "providers/"}},
          {"tests", {"core/", "providers/", "state/", "cmd/", "tests/"}},
      },
      // Third-party headers. A folder stands for its .cc files: so fmt is everybody's, but in no
      // header.
      {
          {"CLI/",
           {"cmd/atlas-sim/main.cc", "cmd/keytide/command_line.cc",
            "cmd/keytide/command_words.cc"}},
          {"curl/", {"providers/http/curl_transport.cc"}},
          {"date/", {"core/base/instant.cc"}},
          {"gmock/", {"tests/"}},
          {"gtest/", {"tests/"}},
          {"microhttpd.h", {"providers/http/server.cc"}},
          {"nlohmann/",
           {"cmd/keytide/control/frame.cc", "cmd/keytide/views/json_object.cc",
            "cmd/keytide/views/plan_file_parse.cc", "providers/atlas/simulator/bodies.cc",
            "providers/sources/accepted_codec.cc", "state/spill.cc"}},
          {"prometheus/", {"cmd/keytide/daemon/exposition.cc", "cmd/keytide/daemon/metrics.cc"}},
          {"yaml-cpp/", {"core/manifest/yaml_reader.cc", "providers/atlas/simulator/seed.cc"}},
          {"SQLiteCpp/", {"state/"}},
          {"sqlite3.h", {"state/"}},
          {"sodium.h",
           {"core/base/fingerprint.cc", "core/base/seal.cc", "core/base/secret_value.cc"}},
          {"tl/", {"core/base/result.h", "providers/http/transport.h"}},
          {"fmt/", {"core/", "providers/", "state/", "cmd/", "tests/"}},
      },
      // reveal(). Tests may, as they may include any library.
      {
          "core/base/fingerprint.cc",
          "core/base/seal.cc",
          "core/base/secret_value.cc",
          "core/base/secret_value.h",
          "providers/atlas/simulator/in_process_transport.cc",
          "providers/atlas/settings.cc",
          "providers/atlas/sign_in.cc",
          "providers/http/curl_transport.cc",
          "providers/sinks/formats.cc",
          "providers/system/child_process.cc",
          "providers/system/escrow_file.cc",
      },
  };
  return lists;
}

}  // namespace keytide::tidy
