// A listener for work that tells nobody how it goes.
#pragma once

#include "core/reconcile/progress.h"

namespace keytide {

class QuietProgress : public ProgressListener {
 public:
  void on(const Progress&) override {}
};

}  // namespace keytide
