// Replies of the Admin API in its error shape (schema ApiError): plain application/json, with the
// code once more in the header X-Error-Code.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "providers/http/message.h"

namespace keytide::simulator {

struct Violation {  // schema FieldViolation
  std::string field;
  std::string description;
};

struct ErrorExtras {
  std::string parameters = "[]";  // a JSON array
  std::vector<Violation> violations;
};

HttpResponse api_error(int status, std::string_view code, std::string_view detail,
                       const ErrorExtras& extras = {});

// The standard phrase of a status, which ApiError repeats as `reason`.
std::string_view reason_of(int status);

// What Atlas would most likely say with that status when nobody said which error: for faults.
std::string_view usual_code_of(int status);

// A plain JSON reply.
HttpResponse json_response(int status, std::string body);

}  // namespace keytide::simulator
