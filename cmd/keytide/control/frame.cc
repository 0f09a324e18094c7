#include "cmd/keytide/control/frame.h"

#include <nlohmann/json.hpp>

#include "cmd/keytide/views/json_object.h"

namespace keytide {
namespace {

using nlohmann::json;

std::optional<std::string> text_of(const json& object, const char* name) {
  const auto at = object.find(name);
  if (at == object.end() || !at->is_string()) return std::nullopt;
  return at->get<std::string>();
}

json parse(std::string_view line) {
  json parsed = json::parse(line, nullptr, false);
  return parsed.is_object() ? parsed : json();
}

}  // namespace

std::string encode(const ControlRequest& request) {
  JsonObject object;
  object.texts("argv", request.arguments).text("user", request.user).flag("color", request.color);
  if (request.plan) object.text("plan", *request.plan);
  return object.str();
}

Result<ControlRequest> decode_request(std::string_view line) {
  const json object = parse(line);
  const auto argv = object.find("argv");
  if (argv == object.end() || !argv->is_array()) {
    return fail(ErrorKind::invalid, "this is no request of keytide");
  }
  ControlRequest request;
  for (const json& word : *argv) {
    if (word.is_string()) request.arguments.push_back(word.get<std::string>());
  }
  request.user = text_of(object, "user").value_or("");
  const auto color = object.find("color");
  request.color = color != object.end() && color->is_boolean() && color->get<bool>();
  request.plan = text_of(object, "plan");
  return request;
}

std::string encode(const ControlFrame& frame) {
  JsonObject object;
  if (frame.out) object.text("out", *frame.out);
  if (frame.err) object.text("err", *frame.err);
  if (frame.ask) object.text("ask", *frame.ask);
  if (frame.answer) object.text("answer", *frame.answer);
  if (frame.exit) object.number("exit", *frame.exit);
  if (frame.stop) object.flag("stop", true);
  return object.str();
}

Result<ControlFrame> decode_frame(std::string_view line) {
  const json object = parse(line);
  if (object.is_null()) return fail(ErrorKind::invalid, "this is no frame of keytide");
  ControlFrame frame;
  frame.out = text_of(object, "out");
  frame.err = text_of(object, "err");
  frame.ask = text_of(object, "ask");
  frame.answer = text_of(object, "answer");
  const auto exit = object.find("exit");
  if (exit != object.end() && exit->is_number_integer()) frame.exit = exit->get<int>();
  frame.stop = object.contains("stop");
  return frame;
}

}  // namespace keytide
