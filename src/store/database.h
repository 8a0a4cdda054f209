// Database: all of Hearth's metadata in one SQLite file, written by one thread with group commit.
//
// Writes are closures. They run one after the other on the writer thread, each in its own savepoint, many in
// one transaction; when the transaction is on the disk (WAL, synchronous=FULL), every one of them is told. So a
// closure is atomic and isolated, never sees another's half, and "acknowledged" means durable.
// Reads run on the calling thread, on a connection of its own, and see what was committed.
//
// SQL errors are bugs or a broken disk and throw DatabaseError. A closure that returns a Fault is rolled back.
// Where SQLite gives up the whole transaction (disk full, read or write error, no memory), every further statement
// of the closure throws too: a closure that catches what it threw cannot go on outside of its transaction.
#pragma once

#include <concepts>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "base/task.h"

struct sqlite3_stmt;

namespace hearth::store {

struct Statement;
class SqliteConnection;

class DatabaseError final : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Bytes that are bound and read as BLOB rather than TEXT.
struct Blob {
  std::string bytes;
};

// A statement of one thread, reset when it goes out of scope. It holds a read transaction open between its first
// row and its end or destruction: never keep it across a co_await, nor beyond stop().
//   for (auto rows = db.query("SELECT name FROM buckets WHERE account = ?", account); rows.next();) ...
class Rows final {
 public:
  Rows(Rows&& other) noexcept;
  Rows(const Rows&) = delete;
  ~Rows();

  // Steps to the next row; false at the end.
  bool next();
  // Columns count from 0. NULL reads as empty text and as 0.
  std::string text(int column) const;
  std::int64_t integer(int column) const;
  double real(int column) const;
  std::string blob(int column) const;
  bool isNull(int column) const;
  std::optional<std::string> optionalText(int column) const;
  std::optional<std::int64_t> optionalInteger(int column) const;

 private:
  friend class Database;
  explicit Rows(Statement& statement);
  void bind(int at, std::string_view text);
  void bind(int at, const std::string& text) { bind(at, std::string_view(text)); }
  void bind(int at, const char* text) { bind(at, std::string_view(text)); }
  void bind(int at, const Blob& blob);
  template <std::integral T>
  void bind(int at, T number) {
    bindInteger(at, static_cast<std::int64_t>(number));
  }
  void bind(int at, double number);
  void bind(int at, std::nullptr_t);
  template <class T>
  void bind(int at, const std::optional<T>& value) {
    if (value) {
      bind(at, *value);
    } else {
      bind(at, nullptr);
    }
  }
  void bindInteger(int at, std::int64_t number);

  Statement* statement_;  // Null after a move.
  sqlite3_stmt* handle_;
  bool done_ = false;
};

// One step of the schema. Names are unique across the product ("s3/001 buckets": the part before the slash is the
// owner); a step runs once, in the order in which the parts are registered, and is never edited after it was
// released.
struct Migration {
  std::string_view name;
  std::string_view sql;
};

class Database final {
 public:
  // Opens or creates the file (mode 0600), and starts the writer thread. Throws DatabaseError, also when another
  // Database holds the file, and when it is not Hearth's; std::system_error when the file cannot be made.
  explicit Database(const std::string& path);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  // Applies the steps that have not run yet, each in a transaction of its own. Before any traffic. Throws
  // DatabaseError when a step fails, when one that ran has been edited since, and when the file knows steps of one
  // of these owners that are not among `steps`: it was written by a newer version. `steps` has all of an owner's.
  void migrate(const std::vector<Migration>& steps);

  // Runs `work` on the writer thread; completes when it is durable, or rolled back with its Fault. For
  // coroutines on the loop. A commit that fails gives ServiceUnavailable 503 to everyone in the group (with
  // Fault::outcomeUnknown where the disk failed during it: the log may hold the group after a crash); an exception
  // from `work` rolls it back, is logged, and gives InternalError 500 to its caller alone. After stop():
  // ServiceUnavailable. Stop the database before the loop is destroyed.
  Task<Result<void>> write(std::function<Result<void>()> work);
  // The same, blocking the calling thread. Never on the loop, never on the writer thread itself.
  Result<void> writeAndWait(std::function<Result<void>()> work);
  // The same without waiting; what throws is logged. `work` must not fail in ways that somebody needs to know.
  void post(std::function<void()> work);
  // The same, for work that is to be repeated when it was not kept: `done` is given what write() would give. It
  // runs on the writer thread, outside of any transaction, and must not throw; after stop() on the calling thread.
  void post(std::function<Result<void>()> work, std::function<void(Result<void>)> done);
  // On the writer thread: runs `effect` after the current group is durable (on the writer thread, outside of any
  // transaction, before anybody in the group is answered), or not at all when the work is rolled back. For waking
  // others and for caches. What it throws is logged. An effect may transact().
  void afterCommit(std::function<void()> effect);

  // Like writeAndWait, but on the writer thread runs `work` at once, in a savepoint of its own.
  // Exceptions of `work` pass through there.
  Result<void> transact(const std::function<Result<void>()>& work);

  // A statement on this thread's connection: the writer's own inside write(), else a read connection, which is
  // opened at the thread's first query and refuses to write. One statement per call, one argument per parameter.
  template <class... Args>
  Rows query(std::string_view sql, const Args&... args) {
    Rows rows(prepare(sql, static_cast<int>(sizeof...(args))));
    int at = 0;
    (rows.bind(++at, args), ...);
    return rows;
  }
  // Runs a statement that returns nothing; the number of rows changed. Only inside write() or transact().
  template <class... Args>
  std::int64_t execute(std::string_view sql, const Args&... args) {
    requireWriter(sql);
    Rows rows = query(sql, args...);
    while (rows.next()) {
    }
    return changes();
  }

  bool onWriterThread() const;

  // A consistent view over several reads on this thread, until it goes out of scope; never across a co_await. The
  // view is that of its first read. Snapshots nest. Nothing on the writer, whose view is consistent anyway.
  class Snapshot final {
   public:
    explicit Snapshot(Database& database);
    ~Snapshot();
    Snapshot(const Snapshot&) = delete;
    Snapshot& operator=(const Snapshot&) = delete;

   private:
    SqliteConnection* connection_;  // Null where there is nothing to end.
  };

  // Finishes queued writes, checkpoints, closes. Idempotent. No other thread is inside a read then, and it is not
  // called on the writer thread.
  void stop();

 private:
  struct Impl;
  Statement& prepare(std::string_view sql, int parameters);
  void requireWriter(std::string_view sql) const;
  std::int64_t changes() const;
  std::unique_ptr<Impl> impl_;
};

}  // namespace hearth::store
