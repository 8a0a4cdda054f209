// One SQLite connection with its prepared statements. Internal to store/: everybody else uses database.h.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

struct sqlite3;
struct sqlite3_stmt;

namespace hearth::store {

// A prepared statement; `inUse` from the moment when it is taken until its Rows are gone.
struct Statement {
  sqlite3_stmt* handle = nullptr;
  bool inUse = false;
};

// Belongs to one thread at a time. Every member throws DatabaseError on an SQLite error.
class SqliteConnection final {
 public:
  enum class Access : unsigned char { kReadOnly, kReadWrite };

  // The file exists already.
  SqliteConnection(const std::string& path, Access access);
  ~SqliteConnection();
  SqliteConnection(const SqliteConnection&) = delete;
  SqliteConnection& operator=(const SqliteConnection&) = delete;

  // An idle statement for `sql`, prepared when there is none yet, marked as used. The same SQL may be taken again
  // while it is in use; that gives a second statement. `sql` is one statement with `parameters` parameters.
  Statement& take(std::string_view sql, int parameters);

  // Runs a cached statement without parameters to its end.
  void run(std::string_view sql);
  // Runs any number of statements, not cached. For the schema and settings.
  void runScript(const std::string& sql);
  // The first column of the first row, for settings.
  std::string valueOf(std::string_view sql);

  bool inTransaction() const;
  // Whether the last step failed because reading, writing or syncing a file did; a full disk is not among that.
  bool ioFailed() const;
  sqlite3* handle() const { return handle_; }

 private:
  struct Hash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const { return std::hash<std::string_view>()(text); }
  };
  void dropIdleStatements();

  sqlite3* handle_ = nullptr;
  // By SQL. More than one where a statement is used within the loop over its own rows.
  std::unordered_map<std::string, std::vector<std::unique_ptr<Statement>>, Hash, std::equal_to<>> statements_;
};

// Throws DatabaseError with SQLite's words for what just failed.
[[noreturn]] void throwSqlite(sqlite3* handle, std::string_view step);

}  // namespace hearth::store
