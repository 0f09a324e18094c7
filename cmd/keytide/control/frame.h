// Frames: what goes over the control socket, one JSON object a line.
//   to the service:   {"argv": [...], "user": "root@host", "color": true, "plan": "..."} first,
//                     then {"answer": "yes"} to each question, {"stop": true} at any time
//   from the service: {"out": "..."} {"err": "..."} {"ask": "..."} …, and last {"exit": 0}
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace keytide {

struct ControlRequest {
  std::vector<std::string> arguments;  // of the command line, without the program's name
  std::string user;                    // who asks, for the event log
  bool color = false;
  std::optional<std::string> plan;  // the text of the plan file that is to be applied

  friend bool operator==(const ControlRequest&, const ControlRequest&) = default;
};
std::string encode(const ControlRequest& request);
// Errors: invalid.
Result<ControlRequest> decode_request(std::string_view line);

// All other frames, in both directions. One of these is there.
struct ControlFrame {
  std::optional<std::string> out;
  std::optional<std::string> err;
  std::optional<std::string> ask;
  std::optional<std::string> answer;
  std::optional<int> exit;
  bool stop = false;
};
std::string encode(const ControlFrame& frame);
Result<ControlFrame> decode_frame(std::string_view line);

}  // namespace keytide
