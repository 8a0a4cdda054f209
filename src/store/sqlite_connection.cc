#include "store/sqlite_connection.h"

#include <sqlite3.h>

#include <limits>

#include "store/database.h"
#include "store/erasing_vfs.h"

namespace hearth::store {
namespace {

// More statements than the product has; SQL put together at run time could exceed it.
constexpr std::size_t kMostCachedStatements = 1024;

// Once per process, before SQLite starts: its allocation statistics would take a global lock in every malloc.
void configureOnce() {
  static const int kDone = sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  (void)kDone;
}

bool isBlank(const char* begin, const char* end) {
  for (; begin != end; ++begin) {
    if (*begin != ' ' && *begin != '\n' && *begin != '\t' && *begin != ';') return false;
  }
  return true;
}

// What erasing_vfs.h takes for granted.
void requireNoAutoVacuum(sqlite3* handle, const std::string& path) {
  sqlite3_stmt* asked = nullptr;
  if (sqlite3_prepare_v2(handle, "PRAGMA auto_vacuum", -1, &asked, nullptr) != SQLITE_OK)
    throwSqlite(handle, "open " + path);
  const bool answered = sqlite3_step(asked) == SQLITE_ROW;
  const bool automatic = answered && sqlite3_column_int(asked, 0) != 0;
  if (sqlite3_finalize(asked) != SQLITE_OK) throwSqlite(handle, "open " + path);
  if (automatic)
    throw DatabaseError("SQLite: the database has auto_vacuum, which no database of Hearth has: " + path);
}

}  // namespace

void throwSqlite(sqlite3* handle, std::string_view step) {
  std::string what = "SQLite: ";
  what.append(handle == nullptr ? "out of memory" : sqlite3_errmsg(handle));
  if (handle != nullptr) what.append(" (").append(std::to_string(sqlite3_extended_errcode(handle))).append(")");
  throw DatabaseError(what.append(" in: ").append(step));
}

SqliteConnection::SqliteConnection(const std::string& path, Access access) {
  configureOnce();
  // Also readers open for writing, as the shared memory of the WAL asks for it; query_only keeps them from it.
  constexpr int kFlags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  if (sqlite3_open_v2(path.c_str(), &handle_, kFlags, erasingVfs()) != SQLITE_OK) {
    const std::string reason = handle_ == nullptr ? "out of memory" : sqlite3_errmsg(handle_);
    sqlite3_close_v2(handle_);
    throw DatabaseError("SQLite: " + reason + " in: open " + path);
  }
  try {
    sqlite3_busy_timeout(handle_, 10000);
    sqlite3_db_config(handle_, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
    sqlite3_db_config(handle_, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
    // "x" is a column, never by mistake a text.
    sqlite3_db_config(handle_, SQLITE_DBCONFIG_DQS_DML, 0, nullptr);
    sqlite3_db_config(handle_, SQLITE_DBCONFIG_DQS_DDL, 0, nullptr);
    runScript("PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY;");
    if (access == Access::kReadOnly) runScript("PRAGMA query_only = ON;");
    requireNoAutoVacuum(handle_, path);
  } catch (...) {
    sqlite3_close_v2(handle_);
    throw;
  }
}

SqliteConnection::~SqliteConnection() {
  for (auto& [sql, prepared] : statements_) {
    for (auto& statement : prepared) sqlite3_finalize(statement->handle);
  }
  sqlite3_close_v2(handle_);
}

Statement& SqliteConnection::take(std::string_view sql, int parameters) {
  auto found = statements_.find(sql);
  if (found == statements_.end()) {
    if (statements_.size() >= kMostCachedStatements) dropIdleStatements();
    found = statements_.try_emplace(std::string(sql)).first;
  }
  for (auto& statement : found->second) {
    if (!statement->inUse) {
      if (sqlite3_bind_parameter_count(statement->handle) != parameters) {
        throw DatabaseError("wrong number of arguments for: " + std::string(sql));
      }
      statement->inUse = true;
      return *statement;
    }
  }
  auto fresh = std::make_unique<Statement>();
  const char* tail = nullptr;
  if (sql.size() > static_cast<std::size_t>(std::numeric_limits<int>::max()) ||
      sqlite3_prepare_v3(handle_, sql.data(), static_cast<int>(sql.size()), SQLITE_PREPARE_PERSISTENT,
                         &fresh->handle, &tail) != SQLITE_OK) {
    throwSqlite(handle_, sql);
  }
  const bool single = fresh->handle != nullptr && isBlank(tail, sql.data() + sql.size());
  if (!single || sqlite3_bind_parameter_count(fresh->handle) != parameters) {
    sqlite3_finalize(fresh->handle);
    throw DatabaseError((single ? "wrong number of arguments for: " : "not exactly one statement: ") +
                        std::string(sql));
  }
  fresh->inUse = true;
  return *found->second.emplace_back(std::move(fresh));
}

void SqliteConnection::dropIdleStatements() {
  for (auto entry = statements_.begin(); entry != statements_.end();) {
    std::erase_if(entry->second, [](const std::unique_ptr<Statement>& statement) {
      if (statement->inUse) return false;
      sqlite3_finalize(statement->handle);
      return true;
    });
    entry = entry->second.empty() ? statements_.erase(entry) : std::next(entry);
  }
}

void SqliteConnection::run(std::string_view sql) {
  Statement& statement = take(sql, 0);
  int status = SQLITE_ROW;
  while (status == SQLITE_ROW) status = sqlite3_step(statement.handle);
  sqlite3_reset(statement.handle);
  statement.inUse = false;
  if (status != SQLITE_DONE) throwSqlite(handle_, sql);
}

void SqliteConnection::runScript(const std::string& sql) {
  if (sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) throwSqlite(handle_, sql);
}

std::string SqliteConnection::valueOf(std::string_view sql) {
  Statement& statement = take(sql, 0);
  std::string value;
  const int status = sqlite3_step(statement.handle);
  if (status == SQLITE_ROW) {
    const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement.handle, 0));
    if (text != nullptr) value = text;
  }
  sqlite3_reset(statement.handle);
  statement.inUse = false;
  if (status != SQLITE_ROW && status != SQLITE_DONE) throwSqlite(handle_, sql);
  return value;
}

bool SqliteConnection::ioFailed() const { return (sqlite3_extended_errcode(handle_) & 0xff) == SQLITE_IOERR; }

bool SqliteConnection::inTransaction() const { return sqlite3_get_autocommit(handle_) == 0; }

}  // namespace hearth::store
