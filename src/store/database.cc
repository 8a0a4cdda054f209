#include "store/database.h"

#include <fcntl.h>
#include <sqlite3.h>
#include <sys/file.h>
#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <future>
#include <mutex>
#include <set>
#include <thread>

#include "base/fd.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/log.h"
#include "store/sqlite_connection.h"

namespace hearth::store {
namespace {

using base::logError;
using Access = SqliteConnection::Access;

constexpr std::size_t kMostPerGroup = 256;
constexpr std::string_view kApplicationId = "1213355080";  // "HRTH", in PRAGMA application_id.

// The Database whose writer thread this is.
thread_local const void* writerOf = nullptr;

Fault unavailable(std::string message) { return Fault("ServiceUnavailable", std::move(message), 503); }

// The read connections of one Database, shared with the threads that opened them, so that either side can go first.
class Readers final {
 public:
  struct Entry {
    std::shared_ptr<Readers> owner;
    std::unique_ptr<SqliteConnection> connection;  // Guarded by owner->mutex_ against closing, else its thread's.
    ~Entry() {
      if (owner) owner->forget(*this);
    }
  };

  explicit Readers(std::string path) : path_(std::move(path)) {}

  void open(Entry& entry) {
    const std::lock_guard lock(mutex_);
    if (closed_) throw DatabaseError("the database is closed");
    entry.connection = std::make_unique<SqliteConnection>(path_, Access::kReadOnly);
    entries_.insert(&entry);
  }

  void closeAll() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    for (Entry* entry : entries_) entry->connection.reset();
    entries_.clear();
  }

 private:
  void forget(Entry& entry) {
    const std::lock_guard lock(mutex_);
    entries_.erase(&entry);
    entry.connection.reset();
  }

  const std::string path_;
  std::mutex mutex_;
  bool closed_ = false;       // guarded by mutex_
  std::set<Entry*> entries_;  // guarded by mutex_
};

// This thread's read connections, a few at most: one per Database that is alive. Closed at the thread's end.
thread_local std::vector<std::unique_ptr<Readers::Entry>> readersOfThread;

SqliteConnection& readerOfThread(const std::shared_ptr<Readers>& readers) {
  for (const auto& entry : readersOfThread) {
    if (entry->owner == readers) {
      if (!entry->connection) throw DatabaseError("the database is closed");
      return *entry->connection;
    }
  }
  std::erase_if(readersOfThread, [](const auto& entry) { return entry->connection == nullptr; });
  auto entry = std::make_unique<Readers::Entry>();
  entry->owner = readers;
  readers->open(*entry);
  return *readersOfThread.emplace_back(std::move(entry))->connection;
}

// Held for as long as the Database lives, so that no second server works on the same file.
base::Fd lockFile(const std::string& path) {
  const std::string name = path + ".lock";
  base::Fd file(::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!file) base::throwErrno("open", name);
  if (::flock(file.get(), LOCK_EX | LOCK_NB) != 0)
    throw DatabaseError("already in use by another process: " + path);
  return file;
}

// SQLite would create it with the umask's mode; its WAL takes over the mode of the file.
void createFile(const std::string& path) {
  const base::Fd file(::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600));
  if (!file) {
    if (errno == EEXIST) return;
    base::throwErrno("create", path);
  }
  const std::size_t slash = path.find_last_of('/');
  base::syncDirectory(slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash));
}

std::unique_ptr<SqliteConnection> openWriter(const std::string& path) {
  auto connection = std::make_unique<SqliteConnection>(path, Access::kReadWrite);
  const std::string id = connection->valueOf("PRAGMA application_id");
  const bool isNew = connection->valueOf("SELECT count(*) FROM sqlite_schema") == "0";
  if (id != kApplicationId && !(id == "0" && isNew)) throw DatabaseError("not a database of Hearth: " + path);
  if (connection->valueOf("PRAGMA journal_mode = WAL") != "wal") {
    throw DatabaseError("the file system does not support write-ahead logging: " + path);
  }
  connection->runScript(
      "PRAGMA synchronous = FULL; PRAGMA cache_size = -16384; PRAGMA wal_autocheckpoint = 4000;"
      "PRAGMA secure_delete = ON;");
  connection->runScript(
      "BEGIN IMMEDIATE;"
      "PRAGMA application_id = " +
      std::string(kApplicationId) +
      ";"
      "CREATE TABLE IF NOT EXISTS migrations("
      "  name TEXT PRIMARY KEY, sha256 TEXT NOT NULL, applied_at INTEGER NOT NULL) STRICT;"
      "COMMIT;");
  return connection;
}

}  // namespace

struct Database::Impl {
  struct Job {
    std::function<Result<void>()> work;
    std::function<void(Result<void>)> done;  // Empty where nobody waits.
  };
  struct Outcome {
    std::function<void(Result<void>)> done;
    Result<void> result;
  };
  enum class State : unsigned char { kRunning, kStopping, kStopped };

  explicit Impl(const std::string& path)
      : lock(lockFile(path)),
        readers(std::make_shared<Readers>(path)),
        writer((createFile(path), openWriter(path))) {
    thread = std::thread([this] { loop(); });
  }

  // False when the database is stopped; the job is untouched then.
  bool enqueue(Job& job) {
    {
      const std::lock_guard guard(mutex);
      if (state != State::kRunning) return false;
      queue.push_back(std::move(job));
    }
    wake.notify_one();
    return true;
  }

  SqliteConnection& connectionOfThread() { return writerOf == this ? *writer : readerOfThread(readers); }

  // The writer thread.
  void loop();
  void runGroup();
  Result<void> runTopLevel(const std::function<Result<void>()>& work);
  Result<void> runInSavepoint(const std::function<Result<void>()>& work);
  bool attempt(std::string_view sql);
  std::optional<Fault> commitGroup();
  void runEffects();
  // Whether a statement now would run in a transaction of its own rather than in that of its write.
  bool isLost() const { return groupIsLost || ((inGroup || depth > 0) && !writer->inTransaction()); }
  void requireTransaction() const {
    if (isLost()) throw DatabaseError("the transaction of this write was rolled back");
  }

  base::Fd lock;
  // Shared with the threads that read.
  std::shared_ptr<Readers> readers;
  std::unique_ptr<SqliteConnection> writer;  // The writer thread's, from its start to its end.

  std::mutex mutex;
  std::condition_variable wake;
  std::deque<Job> queue;          // guarded by mutex
  State state = State::kRunning;  // guarded by mutex
  std::mutex stopMutex;           // held by stop(): the second caller waits for the first

  // Of the writer thread alone.
  std::vector<Outcome> group;
  std::vector<std::function<void()>> effects;
  int depth = 0;             // Of savepoints.
  bool inGroup = false;      // Between BEGIN and COMMIT; effects run after it.
  bool groupIsLost = false;  // Its transaction is gone, or cannot be brought back to a savepoint.

  std::thread thread;  // Last: it uses all of the above.
};

void Database::Impl::loop() {
  writerOf = this;
  std::unique_lock guard(mutex);
  while (true) {
    wake.wait(guard, [this] { return state != State::kRunning || !queue.empty(); });
    if (queue.empty()) return;
    guard.unlock();
    runGroup();
    guard.lock();
  }
}

// One transaction: what is queued now, and what arrives while it runs.
void Database::Impl::runGroup() {
  groupIsLost = !attempt("BEGIN IMMEDIATE");
  inGroup = true;
  std::deque<Job> jobs;
  while (group.size() < kMostPerGroup) {
    {
      const std::lock_guard guard(mutex);
      while (!queue.empty() && group.size() + jobs.size() < kMostPerGroup) {
        jobs.push_back(std::move(queue.front()));
        queue.pop_front();
      }
    }
    if (jobs.empty()) break;
    for (; !jobs.empty(); jobs.pop_front()) {
      Result<void> result = groupIsLost ? Result<void>() : runTopLevel(jobs.front().work);
      group.push_back({std::move(jobs.front().done), std::move(result)});
    }
  }
  inGroup = false;
  if (const auto fault = commitGroup()) {
    effects.clear();
    for (Outcome& outcome : group) outcome.result = *fault;
  }
  runEffects();
  for (Outcome& outcome : group) {
    if (outcome.done) outcome.done(std::move(outcome.result));
  }
  group.clear();
}

std::optional<Fault> Database::Impl::commitGroup() {
  const bool whole = !groupIsLost && writer->inTransaction();
  if (whole && attempt("COMMIT")) return std::nullopt;
  Fault fault = unavailable("The change could not be made durable.");
  // After a failed sync the group may stand in the log, where a start after a crash finds it. A log that had no room
  // for all of the group, and a commit that SQLite refuses (a constraint), leave nothing.
  fault.outcomeUnknown = whole && writer->ioFailed();
  if (writer->inTransaction()) attempt("ROLLBACK");
  return fault;
}

// An exception stops here: it is this closure's alone.
Result<void> Database::Impl::runTopLevel(const std::function<Result<void>()>& work) {
  try {
    return runInSavepoint(work);
  } catch (const std::exception& error) {
    logError("store", "a write threw and was rolled back", {{"cause", error.what()}});
  } catch (...) {
    logError("store", "a write threw and was rolled back", {{"cause", "unknown"}});
  }
  return Fault("InternalError", "An internal error occurred.", 500);
}

Result<void> Database::Impl::runInSavepoint(const std::function<Result<void>()>& work) {
  const std::size_t effectsBefore = effects.size();
  const auto rollBack = [&] {
    --depth;
    effects.resize(effectsBefore);
    // SQLite itself rolls the whole transaction back when the disk fails.
    if (!writer->inTransaction() || !attempt("ROLLBACK TO work") || !attempt("RELEASE work")) groupIsLost = true;
  };
  requireTransaction();
  writer->run("SAVEPOINT work");
  ++depth;
  try {
    Result<void> result = work();
    if (!result.ok()) {
      rollBack();
      return result;
    }
    writer->run("RELEASE work");
  } catch (...) {
    rollBack();
    throw;
  }
  --depth;
  return {};
}

bool Database::Impl::attempt(std::string_view sql) {
  try {
    writer->run(sql);
    return true;
  } catch (const DatabaseError& error) {
    logError("store", "the writer failed", {{"cause", error.what()}});
    return false;
  }
}

void Database::Impl::runEffects() {
  // By index: an effect may add others through transact().
  for (std::size_t i = 0; i < effects.size(); ++i) {
    groupIsLost = false;
    try {
      const auto effect = std::move(effects[i]);
      effect();
    } catch (const std::exception& error) {
      logError("store", "an effect after commit threw", {{"cause", error.what()}});
    }
  }
  effects.clear();
}

Database::Database(const std::string& path) : impl_(std::make_unique<Impl>(path)) {}

Database::~Database() { stop(); }

void Database::migrate(const std::vector<Migration>& steps) {
  const auto ownerOf = [](std::string_view name) { return name.substr(0, name.find('/')); };
  std::exception_ptr failure;
  const auto requireKnown = [&] {
    std::set<std::string_view> names;
    std::set<std::string_view> owners;
    for (const Migration& step : steps) {
      if (!names.insert(step.name).second) throw DatabaseError("two migrations named " + std::string(step.name));
      owners.insert(ownerOf(step.name));
    }
    for (auto rows = query("SELECT name FROM migrations"); rows.next();) {
      const std::string name = rows.text(0);
      if (owners.contains(ownerOf(name)) && !names.contains(name)) {
        throw DatabaseError("the database was written by a newer version: it has the migration " + name);
      }
    }
  };
  const auto apply = [&](const Migration& step) {
    const std::string digest = base::sha256Hex(step.sql);
    auto rows = query("SELECT sha256 FROM migrations WHERE name = ?", step.name);
    if (rows.next()) {
      if (rows.text(0) != digest) throw DatabaseError("migration was edited: " + std::string(step.name));
      return;
    }
    impl_->writer->runScript(std::string(step.sql));
    execute("INSERT INTO migrations(name, sha256, applied_at) VALUES (?, ?, unixepoch())", step.name, digest);
  };
  // The exception itself is for the caller, who starts the server.
  const auto run = [&](const std::function<void()>& work) {
    const auto result = transact([&]() -> Result<void> {
      try {
        work();
        return {};
      } catch (const DatabaseError&) {
        failure = std::current_exception();
        return Fault("InternalError", "migration failed", 500);
      }
    });
    if (failure) std::rethrow_exception(failure);
    if (!result.ok()) throw DatabaseError("migration failed: " + result.fault().message);
  };
  run(requireKnown);
  for (const Migration& step : steps) run([&] { apply(step); });
}

Task<Result<void>> Database::write(std::function<Result<void>()> work) {
  auto start = [this, &work](std::function<void(Result<void>)> done) {
    Impl::Job job{std::move(work), std::move(done)};
    if (!impl_->enqueue(job)) job.done(unavailable("The server is stopping."));
  };
  co_return co_await base::awaitCallback<Result<void>>(start);
}

Result<void> Database::writeAndWait(std::function<Result<void>()> work) {
  if (onWriterThread()) throw DatabaseError("writeAndWait on the writer thread would wait for itself");
  std::promise<Result<void>> answer;
  auto future = answer.get_future();
  Impl::Job job{std::move(work), [&answer](Result<void> result) { answer.set_value(std::move(result)); }};
  if (!impl_->enqueue(job)) return unavailable("The server is stopping.");
  return future.get();
}

void Database::post(std::function<void()> work) {
  Impl::Job job{[work = std::move(work)]() -> Result<void> {
                  work();
                  return {};
                },
                nullptr};
  impl_->enqueue(job);
}

void Database::post(std::function<Result<void>()> work, std::function<void(Result<void>)> done) {
  Impl::Job job{std::move(work), std::move(done)};
  if (!impl_->enqueue(job)) job.done(unavailable("The server is stopping."));
}

void Database::afterCommit(std::function<void()> effect) {
  if (!onWriterThread() || impl_->depth == 0) throw DatabaseError("afterCommit outside of a write");
  impl_->effects.push_back(std::move(effect));
}

Result<void> Database::transact(const std::function<Result<void>()>& work) {
  return onWriterThread() ? impl_->runInSavepoint(work) : writeAndWait(work);
}

bool Database::onWriterThread() const { return writerOf == impl_.get(); }

Statement& Database::prepare(std::string_view sql, int parameters) {
  if (onWriterThread()) impl_->requireTransaction();
  return impl_->connectionOfThread().take(sql, parameters);
}

// That its transaction stands is seen to by prepare().
void Database::requireWriter(std::string_view sql) const {
  if (!onWriterThread() || impl_->depth == 0) throw DatabaseError("not inside a write: " + std::string(sql));
}

std::int64_t Database::changes() const { return sqlite3_changes64(impl_->writer->handle()); }

Database::Snapshot::Snapshot(Database& database) : connection_(nullptr) {
  if (database.onWriterThread()) return;
  SqliteConnection& connection = database.impl_->connectionOfThread();
  if (connection.inTransaction()) return;
  connection.run("BEGIN");
  connection_ = &connection;
}

Database::Snapshot::~Snapshot() {
  if (connection_ == nullptr) return;
  try {
    connection_->run("COMMIT");
  } catch (const DatabaseError& error) {
    logError("store", "a snapshot did not end", {{"cause", error.what()}});
  }
}

void Database::stop() {
  const std::lock_guard stopping(impl_->stopMutex);
  {
    const std::lock_guard guard(impl_->mutex);
    if (impl_->state == Impl::State::kStopped) return;
    impl_->state = Impl::State::kStopping;
  }
  impl_->wake.notify_one();
  impl_->thread.join();
  impl_->readers->closeAll();
  try {
    impl_->writer->runScript("PRAGMA optimize; PRAGMA wal_checkpoint(TRUNCATE);");
  } catch (const DatabaseError& error) {
    logError("store", "the last checkpoint failed; the log is read at the next start", {{"cause", error.what()}});
  }
  impl_->writer.reset();
  impl_->lock.reset();
  const std::lock_guard guard(impl_->mutex);
  impl_->state = Impl::State::kStopped;
}

}  // namespace hearth::store
