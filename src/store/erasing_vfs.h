// A file system for SQLite that writes no leftovers of deleted rows.
//
// PRAGMA secure_delete zeroes the cells that are deleted, but where SQLite distributes the rows of a page over
// others it leaves copies of them in the unused space between a page's list of cells and its cells. This writes
// zeros there, as long as the first byte of a page tells what it is: in databases without auto_vacuum, which has
// pages of another kind, and below kPagesThatTell pages; above, pages are written as they are.
// https://www.sqlite.org/fileformat2.html#b_tree_pages
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

namespace hearth::store {

// From this number on the number of a page begins with a byte that may also begin a page of rows.
inline constexpr std::int64_t kPagesThatTell = 0x2000000;

// The name for sqlite3_open_v2(); registered at the first call. Throws std::runtime_error when SQLite has no room.
// All but the pages of database files is the default file system's business.
const char* erasingVfs();

// Zeroes what no row of the page uses; pages of other kinds are left alone. `isFirst`: it begins with the file's
// header. Whether there was anything but zeros.
bool zeroUnused(std::span<unsigned char> page, bool isFirst);

}  // namespace hearth::store
