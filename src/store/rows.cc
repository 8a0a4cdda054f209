// Rows of database.h: binding arguments, stepping, reading columns.
#include <sqlite3.h>

#include <utility>

#include "store/database.h"
#include "store/sqlite_connection.h"

namespace hearth::store {
namespace {

void require(sqlite3_stmt* statement, int status) {
  if (status != SQLITE_OK) throwSqlite(sqlite3_db_handle(statement), "bind");
}

}  // namespace

Rows::Rows(Rows&& other) noexcept
    : statement_(std::exchange(other.statement_, nullptr)), handle_(other.handle_), done_(other.done_) {}

Rows::~Rows() {
  if (statement_ == nullptr) return;
  sqlite3_reset(handle_);
  sqlite3_clear_bindings(handle_);
  statement_->inUse = false;
}

Rows::Rows(Statement& statement) : statement_(&statement), handle_(statement.handle) {}

bool Rows::next() {
  if (done_) return false;  // Stepping on would start again.
  const int status = sqlite3_step(handle_);
  if (status == SQLITE_ROW) return true;
  done_ = true;
  if (status != SQLITE_DONE) throwSqlite(sqlite3_db_handle(handle_), sqlite3_sql(handle_));
  return false;
}

std::string Rows::text(int column) const {
  const auto* bytes = reinterpret_cast<const char*>(sqlite3_column_text(handle_, column));
  if (bytes == nullptr) return {};
  return {bytes, static_cast<std::size_t>(sqlite3_column_bytes(handle_, column))};
}

std::int64_t Rows::integer(int column) const { return sqlite3_column_int64(handle_, column); }

double Rows::real(int column) const { return sqlite3_column_double(handle_, column); }

std::string Rows::blob(int column) const {
  const auto* bytes = static_cast<const char*>(sqlite3_column_blob(handle_, column));
  if (bytes == nullptr) return {};
  return {bytes, static_cast<std::size_t>(sqlite3_column_bytes(handle_, column))};
}

bool Rows::isNull(int column) const { return sqlite3_column_type(handle_, column) == SQLITE_NULL; }

std::optional<std::string> Rows::optionalText(int column) const {
  return isNull(column) ? std::nullopt : std::optional(text(column));
}

std::optional<std::int64_t> Rows::optionalInteger(int column) const {
  return isNull(column) ? std::nullopt : std::optional(integer(column));
}

// Arguments are copied: the rows may be read after the caller's temporaries are gone.
void Rows::bind(int at, std::string_view text) {
  const char* const bytes = text.data() == nullptr ? "" : text.data();
  require(handle_, sqlite3_bind_text64(handle_, at, bytes, text.size(), SQLITE_TRANSIENT, SQLITE_UTF8));
}

void Rows::bind(int at, const Blob& blob) {
  require(handle_, sqlite3_bind_blob64(handle_, at, blob.bytes.data(), blob.bytes.size(), SQLITE_TRANSIENT));
}

void Rows::bindInteger(int at, std::int64_t number) { require(handle_, sqlite3_bind_int64(handle_, at, number)); }

void Rows::bind(int at, double number) { require(handle_, sqlite3_bind_double(handle_, at, number)); }

void Rows::bind(int at, std::nullptr_t) { require(handle_, sqlite3_bind_null(handle_, at)); }

}  // namespace hearth::store
