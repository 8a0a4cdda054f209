#include "store/erasing_vfs.h"

#include <gtest/gtest.h>

#include <numeric>
#include <vector>

namespace hearth::store {
namespace {

// A page of 4096 bytes, none of them zero, that says of itself what it is.
std::vector<unsigned char> pageOf(unsigned char kind, unsigned cells, unsigned content, std::size_t header = 0) {
  std::vector<unsigned char> page(4096, 0xAB);
  page[header] = kind;
  page[header + 3] = static_cast<unsigned char>(cells >> 8);
  page[header + 4] = static_cast<unsigned char>(cells);
  page[header + 5] = static_cast<unsigned char>(content >> 8);
  page[header + 6] = static_cast<unsigned char>(content);
  return page;
}

// Where the zeros begin and end; {0, 0} without any.
std::pair<std::size_t, std::size_t> zerosOf(const std::vector<unsigned char>& page, std::size_t from) {
  std::size_t begin = from;
  while (begin < page.size() && page[begin] != 0) ++begin;
  if (begin == page.size()) return {0, 0};
  std::size_t end = begin;
  while (end < page.size() && page[end] == 0) ++end;
  return {begin, end};
}

using Range = std::pair<std::size_t, std::size_t>;

TEST(ErasingVfs, TheSpaceBetweenTheCellsAndTheirListIsZeroed) {
  for (const unsigned char leaf : {10, 13}) {
    auto page = pageOf(leaf, 300, 3000);
    EXPECT_TRUE(zeroUnused(page, false));
    EXPECT_EQ(zerosOf(page, 8), Range(8 + 2 * 300, 3000));
    EXPECT_FALSE(zeroUnused(page, false)) << "once is enough";
  }
  for (const unsigned char interior : {2, 5}) {
    auto page = pageOf(interior, 300, 3000);
    EXPECT_TRUE(zeroUnused(page, false));
    EXPECT_EQ(zerosOf(page, 8), Range(12 + 2 * 300, 3000));
  }
}

TEST(ErasingVfs, TheFirstPageBeginsWithTheFilesHeader) {
  auto page = pageOf(13, 1, 4000, 100);
  EXPECT_TRUE(zeroUnused(page, true));
  EXPECT_EQ(zerosOf(page, 107), Range(110, 4000));
  EXPECT_EQ(page[99], 0xAB);
}

TEST(ErasingVfs, PagesWithoutCellsAndFullOnes) {
  auto empty = pageOf(13, 0, 4096);
  EXPECT_TRUE(zeroUnused(empty, false));
  EXPECT_EQ(zerosOf(empty, 7), Range(8, 4096));
  auto full = pageOf(13, 10, 28);
  EXPECT_FALSE(zeroUnused(full, false));
}

TEST(ErasingVfs, OtherPagesAreLeftAlone) {
  for (const unsigned char kind : {0, 1, 3, 4, 6, 0xAB}) {
    auto page = pageOf(kind, 1, 4000);
    const auto before = page;
    EXPECT_FALSE(zeroUnused(page, false));
    EXPECT_EQ(page, before);
  }
  for (auto broken : {pageOf(13, 3000, 4000), pageOf(13, 1, 5000), pageOf(13, 1, 5)}) {
    const auto before = broken;
    EXPECT_FALSE(zeroUnused(broken, false));
    EXPECT_EQ(broken, before);
  }
}

}  // namespace
}  // namespace hearth::store
