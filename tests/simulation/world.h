// SimWorld: one seed: an organization with a few service accounts, their consumers, and a keytide
// that is started, killed and started again, tick after tick, until so many renewals are done; then
// a quiet time, at the end of which all must be in order.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/plan/input.h"
#include "core/ports/log.h"
#include "core/reconcile/run.h"
#include "providers/atlas/client.h"
#include "providers/atlas/issuer.h"
#include "state/memory_store.h"
#include "tests/simulation/ports.h"

namespace keytide::simulation {

struct Options {
  std::uint64_t seed = 1;
  int renewals = 40;                // per seed, all entries together
  std::set<std::int64_t> left_out;  // troubles that do not happen
  bool seeks_seldom = false;        // more trouble at steps that come seldom
  bool on_sqlite = false;           // the store: SQLite without fsync, else in memory
};

struct Verdict {
  std::string broken;  // the promise, and how; empty: all were kept
  std::int64_t renewals = 0;
  std::int64_t crashes = 0;
  std::int64_t creates = 0;                     // that Atlas carried out
  std::map<std::string, std::int64_t> excuses;  // by the exception of promise 1 that held
  Coverage coverage;
  std::int64_t troubles = 0;
  std::vector<std::string> trace;
};

Verdict simulate(const Options& options);

// What is known of one entry beside keytide's own record.
struct Subject {
  DesiredSecret desired;
  simulator::Account* account = nullptr;
  std::set<std::string> foreign;           // ids that people made, or that the store forgot
  std::set<std::string> lookalikes;        // of those: by chance they bear the tag of an attempt
  std::set<std::string> forgotten;         // of those: what a lost or restored store forgot
  std::map<std::string, Instant> expiry;   // of all that were listed before the last tick
  std::map<std::string, Instant> deleted;  // what keytide deleted, and when
  std::string excuse;  // why its consumers may be without a secret: until all is well
  std::vector<std::chrono::milliseconds> looks;  // when keytide was shown the account, this tick
  std::set<std::string> seen;                    // the ids that the last look showed alive
  std::string old_value;                         // what its consumers held before the last renewal
  bool is_own = false;                           // keytide signs in with it
  bool is_named = true;                          // by a manifest
  Instant named_again_at{};
  Instant calm_until{};  // people and disks leave it alone before that
};

inline constexpr int kMostHours = 8760;

// Of the mix of lives that is simulated.
Seconds lifetime_of(std::int64_t draw);

class SimWorld {
 public:
  explicit SimWorld(const Options& options);
  ~SimWorld();
  SimWorld(const SimWorld&) = delete;
  SimWorld& operator=(const SimWorld&) = delete;

  Verdict run();

 private:
  void make_entries();
  void add_own_entry(simulator::Account& own);
  std::string own_secret() const;  // that a new process signs in with
  void start();                    // a new process
  PlanInput gather();
  void tick();
  void work();  // plans and carries out; throws Crash
  void let_another_work();
  void follow_own_credential();
  bool reconcile(const PlanInput& input, const Plan& plan);  // false: an entry failed
  void let_store_be_replaced();
  void note_unknown_to_store(const std::vector<AccountRecord>& before);
  void note_imports();
  bool accepts_restored(PlanInput& input, const Plan& plan);
  void check_store_counts();
  void advance();
  Instant next_moment();
  void live();  // people, sinks and clocks have their own will
  bool is_due_for_trouble(Subject& subject, double Mood::*kind, std::string_view what);
  void let_people_act();
  void move_cap();
  void keep_slot_free(Subject& subject);
  void edit_manifest(Subject& subject);
  void edit_sinks(Subject& subject);
  void let_sinks_fail();
  Seconds shortest_life(const Subject& subject);
  void settle_down();
  bool holds_previous();
  void excuse(Subject& subject, const std::string& why);
  void note_excuses(const Plan& plan);
  void look_at_attempts();

  // The promises; each sets verdict_.broken.
  void check_consumers();
  void check_deletes();
  void check_nothing_unreported();
  void check_no_plaintext();
  void check_all_is_well();
  void check_second_apply();
  // No E without its W: asked by the ports, right before each E.
  void check_create_was_intended(const std::string& client_id);
  void check_delete_was_intended(const std::string& secret_id);
  void check_delete_harms_nobody(const std::string& secret_id);
  void check_delivery_was_begun(const SinkName& sink, const std::string& secret_id);
  void check_loop_guard();
  void check_settled_by_two_looks(const AccountKey& key);
  void check_roles();
  void check_half_delivered(const Plan& plan);
  Subject& subject_of(const AccountKey& key);
  void remember_old_value(Subject& subject);
  void set_propagation(Seconds length);
  void delete_one_by_hand(Subject& subject);
  void make_one_by_hand(Subject& subject);
  bool is_unknown(const Subject& subject);
  bool bears_a_tag(const Subject& subject, Seconds life);
  Instant due_at(const AccountRecord& record) const;
  bool dies_all_the_time(const Subject& subject) const;
  void check_delivered_signs_in(const std::string& secret_id);
  void fail(std::string what);

  bool is_alive(const Subject& subject, const std::string& value) const;
  bool is_broken() const { return !verdict_.broken.empty(); }
  std::vector<AccountRecord> records() { return store_->load().value(); }

  const Options options_;
  Chaos chaos_;
  Random random_;  // of the world's shape
  Trace trace_;
  SimClock clock_;
  std::unique_ptr<simulator::SimulatedAtlas> atlas_;
  simulator::Site* org_ = nullptr;
  Instant low_until_{};  // the cap of lives
  int new_files_ = 0;
  std::vector<Subject> subjects_;
  SimDisk disk_;
  SimEscrow escrow_;
  bool has_escrow_ = true;
  const bool is_unattended_;  // entries whose tries failed wait
  // Of the seed alone, whatever the store: lives and jitter are drawn from it.
  const StoreIdentity identity_;
  std::unique_ptr<StateStore> store_;
  std::unique_ptr<MemoryStore> backup_;
  std::string folder_;  // of the SQLite store

  struct Process;
  std::unique_ptr<Process> process_;
  bool is_another_ = false;  // the process is one that came while the first one was paused
  Verdict verdict_;
  std::vector<Instant> deaths_;  // of the process
};

}  // namespace keytide::simulation
