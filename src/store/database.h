// Database: all of Hearth's metadata in one SQLite file, written by one thread with group commit.
//
// Writes are closures. They run one after the other on the writer thread, each in its own savepoint, many in
// one transaction; when the transaction is on the disk (WAL, synchronous=FULL), every one of them is told. So a
// closure is atomic and isolated, never sees another's half, and "acknowledged" means durable.
// Reads run on the calling thread, on a connection of its own, and see what was committed.
//
// SQL errors are bugs or a broken disk and throw DatabaseError. A closure that returns a Fault is rolled back.
#pragma once

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

struct sqlite3;
struct sqlite3_stmt;

namespace hearth::store {

class DatabaseError final : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

// Bytes that are bound and read as BLOB rather than TEXT.
struct Blob {
  std::string bytes;
};

// A statement of one thread, reset when it goes out of scope.
//   for (auto rows = db.query("SELECT name FROM buckets WHERE account = ?", account); rows.next();) ...
class Rows final {
 public:
  Rows(Rows&& other) noexcept;
  Rows(const Rows&) = delete;
  ~Rows();

  // Steps to the next row; false at the end.
  bool next();
  std::string text(int column) const;
  std::int64_t integer(int column) const;
  double real(int column) const;
  std::string blob(int column) const;
  bool isNull(int column) const;
  std::optional<std::string> optionalText(int column) const;
  std::optional<std::int64_t> optionalInteger(int column) const;

 private:
  friend class Database;
  explicit Rows(sqlite3_stmt* statement) : statement_(statement) {}
  void bind(int at, std::string_view text);
  void bind(int at, const std::string& text) { bind(at, std::string_view(text)); }
  void bind(int at, const char* text) { bind(at, std::string_view(text)); }
  void bind(int at, const Blob& blob);
  void bind(int at, std::int64_t number);
  void bind(int at, int number) { bind(at, static_cast<std::int64_t>(number)); }
  void bind(int at, std::uint64_t number) { bind(at, static_cast<std::int64_t>(number)); }
  void bind(int at, bool flag) { bind(at, static_cast<std::int64_t>(flag)); }
  void bind(int at, double number);
  void bind(int at, std::nullptr_t);
  template <class T>
  void bind(int at, const std::optional<T>& value) {
    if (value) bind(at, *value);
    else bind(at, nullptr);
  }
  sqlite3_stmt* statement_;
};

// One step of the schema. Names are unique across the product ("s3/001 buckets"); a step runs once, in the
// order in which the parts are registered, and is never edited after it was released.
struct Migration {
  std::string_view name;
  std::string_view sql;
};

class Database final {
 public:
  // Opens or creates the file, and starts the writer thread. Throws DatabaseError.
  explicit Database(const std::string& path);
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  // Applies the steps that have not run yet. Before any traffic.
  void migrate(const std::vector<Migration>& steps);

  // Runs `work` on the writer thread; completes when it is durable, or rolled back with its Fault. For
  // coroutines on the loop. A commit that fails gives ServiceUnavailable 503 to everyone in the group.
  Task<Result<void>> write(std::function<Result<void>()> work);
  // The same, blocking the calling thread. Never on the loop, never on the writer thread itself.
  Result<void> writeAndWait(std::function<Result<void>()> work);
  // The same without waiting. `work` must not fail in ways that somebody needs to know.
  void post(std::function<void()> work);
  // On the writer thread: runs `effect` after the current group is durable (on the writer thread, outside of any
  // transaction), or not at all when the work is rolled back. For waking others.
  void afterCommit(std::function<void()> effect);

  // Like writeAndWait, but on the writer thread runs `work` at once, in a savepoint of its own.
  Result<void> transact(std::function<Result<void>()> work);

  // A statement on this thread's connection: the writer's own inside write(), else a read connection.
  template <class... Args>
  Rows query(std::string_view sql, const Args&... args) {
    Rows rows(prepare(sql));
    int at = 0;
    (rows.bind(++at, args), ...);
    return rows;
  }
  // Runs a statement that returns nothing; the number of rows changed. Only on the writer thread.
  template <class... Args>
  std::int64_t execute(std::string_view sql, const Args&... args) {
    requireWriter(sql);
    Rows rows = query(sql, args...);
    while (rows.next()) {
    }
    return changes();
  }

  bool onWriterThread() const;

  // A consistent view over several reads on this thread, until it goes out of scope. Nothing on the writer.
  class Snapshot final {
   public:
    explicit Snapshot(Database& database);
    ~Snapshot();
    Snapshot(const Snapshot&) = delete;
    Snapshot& operator=(const Snapshot&) = delete;

   private:
    Database& database_;
    bool owner_;
  };

  // Finishes queued writes, checkpoints, closes. Idempotent.
  void stop();

 private:
  struct Impl;
  sqlite3_stmt* prepare(std::string_view sql);
  void requireWriter(std::string_view sql) const;
  std::int64_t changes() const;
  std::unique_ptr<Impl> impl_;
};

}  // namespace hearth::store
