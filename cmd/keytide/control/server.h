// The far end of the control socket: takes the commands of people while the service runs. What
// needs the store is done alone, when no pass is under way; while a person is asked, passes go on.
// Threads: accept() by the loop's thread.
#pragma once

#include <functional>
#include <memory>

#include "cmd/keytide/app.h"
#include "cmd/keytide/control/frame.h"
#include "cmd/keytide/daemon/job_threads.h"
#include "cmd/keytide/daemon/loop.h"
#include "cmd/keytide/workspace.h"
#include "providers/system/unix_socket.h"

namespace keytide {

class ControlServer {
 public:
  // All must outlive it. `reload` reads the manifests again and says on the console what came of
  // it; it blocks, and gives the exit code.
  ControlServer(const App& app, Workspace& workspace, Loop& loop,
                std::unique_ptr<UnixListener> listener, std::function<int(const App&)> reload);

  int fd() const { return listener_->fd(); }
  // Takes everybody who waits. Does not block.
  void accept();
  // Somebody is served; until then the loop has to go on answering.
  bool is_serving() const { return served_ > 0; }
  // Blocks until nobody is served any more.
  void join() { jobs_.join(); }

 private:
  void serve(const std::shared_ptr<UnixStream>& stream);
  int carry_out(const ControlRequest& request, Console& console);
  int run_alone(const App& app, const std::function<int()>& work, Alone kind);

  const App& app_;
  Workspace& workspace_;
  Loop& loop_;
  const std::unique_ptr<UnixListener> listener_;
  const std::function<int(const App&)> reload_;
  std::atomic<int> served_{0};
  JobThreads jobs_;
};

}  // namespace keytide
