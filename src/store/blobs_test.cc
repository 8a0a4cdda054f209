#include "store/blobs.h"

#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <filesystem>
#include <fstream>
#include <set>
#include <stdexcept>
#include <thread>

#include "base/file.h"

namespace hearth::store {
namespace {

constexpr std::size_t kPackage = 64 * 1024;
constexpr std::size_t kHeader = 8 + Keyring::kOverhead + 32;
constexpr std::size_t kTag = 16;

std::string sampleBytes(std::size_t size) {
  std::string bytes(size, '\0');
  for (std::size_t i = 0; i < size; ++i) bytes[i] = static_cast<char>((i * 2654435761U) >> 13);
  return bytes;
}

class BlobsTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = ::testing::TempDir() + "hearth-blobs-XXXXXX";
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    root_ = pattern;
    auto keyring = Keyring::open(root_, random_);
    ASSERT_TRUE(keyring.ok());
    keyring_ = std::move(keyring).value();
    blobs_ = std::make_unique<Blobs>(directory(), *keyring_, random_);
  }
  void TearDown() override { base::removeTree(root_); }

  std::string directory() const { return root_ + "/blobs"; }
  std::string pathOf(const BlobId& id) const { return directory() + "/" + id.substr(0, 2) + "/" + id; }

  BlobId store(std::string_view bytes, std::size_t piece) {
    auto writer = std::move(blobs_->create()).value();
    for (std::size_t at = 0; at < bytes.size(); at += piece)
      EXPECT_TRUE(writer->append(bytes.substr(at, piece)).ok());
    EXPECT_EQ(writer->size(), bytes.size());
    auto id = writer->finish();
    EXPECT_TRUE(id.ok());
    return *id;
  }
  Result<std::string> load(const BlobId& id) {
    HEARTH_TRY(const auto reader, blobs_->open(id));
    std::string bytes;
    HEARTH_CHECK(reader->read(bytes, 0, reader->size()));
    return bytes;
  }
  // Replaces the file's content; true when reading it all is then refused.
  bool isRefused(const BlobId& id, const std::string& content) {
    std::ofstream(pathOf(id), std::ios::binary) << content;
    const auto loaded = load(id);
    return !loaded.ok() && loaded.fault().code == "InternalError";
  }
  std::size_t files() const {
    std::size_t count = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(directory())) {
      if (entry.is_regular_file()) ++count;
    }
    return count;
  }

  base::SystemRandom random_;
  std::string root_;
  std::unique_ptr<Keyring> keyring_;
  std::unique_ptr<Blobs> blobs_;
};

TEST_F(BlobsTest, BodiesOfAllSizesComeBack) {
  for (const std::size_t size :
       {std::size_t{0}, std::size_t{1}, kPackage - 1, kPackage, kPackage + 1, 3 * kPackage, 3 * kPackage + 77}) {
    const std::string bytes = sampleBytes(size);
    for (const std::size_t piece : {std::size_t{1000}, kPackage, 5 * kPackage}) {
      const BlobId id = store(bytes, piece);
      const auto loaded = load(id);
      ASSERT_TRUE(loaded.ok());
      ASSERT_EQ(*loaded, bytes) << size << " in pieces of " << piece;
      const std::size_t packages = size == 0 ? 1 : (size + kPackage - 1) / kPackage;
      EXPECT_EQ(std::filesystem::file_size(pathOf(id)), kHeader + size + packages * kTag);
    }
  }
}

TEST_F(BlobsTest, AnyRangeComesBack) {
  const std::string bytes = sampleBytes(2 * kPackage + 500);
  const auto reader = std::move(blobs_->open(store(bytes, 4096))).value();
  EXPECT_EQ(reader->size(), bytes.size());
  const std::pair<std::size_t, std::size_t> ranges[] = {{0, 1},
                                                        {kPackage - 1, 2},
                                                        {kPackage, kPackage},
                                                        {10, 2 * kPackage},
                                                        {2 * kPackage + 499, 1},
                                                        {bytes.size(), 0},
                                                        {5, 0}};
  for (const auto& [offset, length] : ranges) {
    std::string into = "before";
    ASSERT_TRUE(reader->read(into, offset, length).ok());
    EXPECT_EQ(into, "before" + bytes.substr(offset, length)) << offset << " " << length;
  }
  std::string into;
  EXPECT_THROW((void)reader->read(into, bytes.size(), 1), std::out_of_range);
  EXPECT_THROW((void)reader->read(into, 1, ~std::uint64_t{0}), std::out_of_range);
}

TEST_F(BlobsTest, NothingIsOnTheDiskInClear) {
  std::string bytes;
  while (bytes.size() < 2 * kPackage) bytes += "a very recognisable sentence. ";
  const BlobId id = store(bytes, 10000);
  EXPECT_EQ(base::readFile(pathOf(id), 1 << 20)->find("recognisable"), std::string::npos);
  struct stat status {};
  ASSERT_EQ(::stat(pathOf(id).c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600U);
  ASSERT_EQ(::stat(directory().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0700U);
}

TEST_F(BlobsTest, AChangeInAnyRegionIsSeen) {
  const BlobId id = store(sampleBytes(2 * kPackage + 300), kPackage);
  const std::string good = *base::readFile(pathOf(id), 1 << 20);
  std::set<std::size_t> places;
  for (std::size_t i = 0; i < kHeader; ++i) places.insert(i);
  for (std::size_t package = 0; package < 3; ++package) {
    const std::size_t start = kHeader + package * (kPackage + kTag);
    const std::size_t end = std::min(start + kPackage + kTag, good.size());
    for (const std::size_t place : {start, start + 1, start + 150, end - kTag - 1, end - kTag, end - 1}) {
      places.insert(place);
    }
  }
  for (const std::size_t place : places) {
    std::string changed = good;
    changed[place] = static_cast<char>(changed[place] ^ 1);
    EXPECT_TRUE(isRefused(id, changed)) << place;
  }
  EXPECT_FALSE(isRefused(id, good));
}

TEST_F(BlobsTest, CutsAdditionsAndReorderingAreSeen) {
  const BlobId id = store(sampleBytes(3 * kPackage), kPackage);
  const std::string good = *base::readFile(pathOf(id), 1 << 20);
  const std::size_t sealed = kPackage + kTag;
  for (const std::size_t cut : {std::size_t{1}, kTag, kTag + 1, sealed - 1, sealed, sealed + 1, 2 * sealed,
                                3 * sealed, 3 * sealed + 1, good.size() - 1, good.size()}) {
    EXPECT_TRUE(isRefused(id, good.substr(0, good.size() - cut))) << cut;
  }
  for (const std::size_t more : {std::size_t{1}, kTag, kTag + 1, sealed}) {
    EXPECT_TRUE(isRefused(id, good + std::string(more, 'x'))) << more;
  }
  const std::string header = good.substr(0, kHeader);
  const std::string a = good.substr(kHeader, sealed);
  const std::string b = good.substr(kHeader + sealed, sealed);
  const std::string c = good.substr(kHeader + 2 * sealed, sealed);
  EXPECT_TRUE(isRefused(id, header + b + a + c));
  EXPECT_TRUE(isRefused(id, header + a + a + c));
  EXPECT_TRUE(isRefused(id, header + a + c));
  EXPECT_TRUE(isRefused(id, header + a + b + c + c));
  EXPECT_FALSE(isRefused(id, header + a + b + c));
}

TEST_F(BlobsTest, ABodyUnderAnotherNameOrKeyIsRefused) {
  const BlobId first = store("first", 100);
  const BlobId second = store("second", 100);
  EXPECT_TRUE(isRefused(first, *base::readFile(pathOf(second), 1 << 20)));
  std::filesystem::remove(root_ + "/master.key");
  const auto other = std::move(Keyring::open(root_, random_)).value();
  EXPECT_EQ(Blobs(directory(), *other, random_).open(second).fault().code, "InternalError");
}

TEST_F(BlobsTest, NamesThatAreNoIdsOpenNothing) {
  for (const char* name : {"", "x", "../../master.key", "tmp", "ABCDEF00112233445566778899AABBCC"}) {
    EXPECT_EQ(blobs_->open(name).fault().code, "NoSuchBlob") << name;
    blobs_->remove(name);
  }
  EXPECT_EQ(blobs_->open(std::string(32, '0')).fault().code, "NoSuchBlob");
  EXPECT_TRUE(std::filesystem::exists(root_ + "/master.key"));
}

TEST_F(BlobsTest, RemovedBodiesAreGoneButOpenReadersGoOn) {
  const std::string bytes = sampleBytes(2 * kPackage);
  const BlobId id = store(bytes, kPackage);
  const auto reader = std::move(blobs_->open(id)).value();
  blobs_->remove(id);
  blobs_->remove(id);
  EXPECT_EQ(blobs_->open(id).fault().code, "NoSuchBlob");
  std::string into;
  ASSERT_TRUE(reader->read(into, 0, reader->size()).ok());
  EXPECT_EQ(into, bytes);
}

TEST_F(BlobsTest, AnAbandonedWriterLeavesNothing) {
  {
    auto writer = std::move(blobs_->create()).value();
    ASSERT_TRUE(writer->append(sampleBytes(100000)).ok());
    EXPECT_EQ(files(), 1U);
  }
  EXPECT_EQ(files(), 0U);
}

TEST_F(BlobsTest, SweepRemovesWhatNobodyRefersTo) {
  const BlobId kept = store("kept", 100);
  const BlobId orphan = store("orphan", 100);
  base::writeFileAtomically(directory() + "/tmp/left", "x");
  std::set<BlobId> asked;
  blobs_->sweep([&](const BlobId& id) {
    asked.insert(id);
    return id == kept;
  });
  EXPECT_EQ(asked, (std::set<BlobId>{kept, orphan}));
  EXPECT_EQ(*load(kept), "kept");
  EXPECT_EQ(blobs_->open(orphan).fault().code, "NoSuchBlob");
  EXPECT_EQ(files(), 1U);
}

TEST_F(BlobsTest, AFullDiskIsAFault) {
  // A limit on the size of files stands for the full disk.
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  auto* const handler = std::signal(SIGXFSZ, SIG_IGN);
  rlimit limited = before;
  limited.rlim_cur = 100000;
  ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &limited), 0);
  std::string code;
  {
    auto writer = std::move(blobs_->create()).value();
    const auto result = writer->append(sampleBytes(300000));
    if (!result.ok()) code = result.fault().code;
    EXPECT_THROW((void)writer->finish(), std::logic_error);
  }
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, handler);
  EXPECT_EQ(code, "ServiceUnavailable");
  EXPECT_EQ(files(), 0U);
}

TEST_F(BlobsTest, ThreadsWorkSideBySide) {
  std::vector<std::thread> threads;
  for (std::size_t t = 0; t < 4; ++t) {
    threads.emplace_back([this, t] {
      for (std::size_t i = 0; i < 8; ++i) {
        const std::string bytes = sampleBytes(t * 30000 + i * 1000);
        EXPECT_EQ(*load(store(bytes, 8192)), bytes);
      }
    });
  }
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(files(), 32U);
}

TEST_F(BlobsTest, ABlobThatIsHeldGoesWithItsLastHold) {
  const BlobId id = store("bytes", 5);
  {
    const BlobHold first = blobs_->hold(id);
    {
      BlobHold second = blobs_->hold(id);
      const BlobHold moved = std::move(second);
      blobs_->remove(id);
      EXPECT_EQ(load(id).value(), "bytes");
    }
    EXPECT_EQ(load(id).value(), "bytes");
  }
  EXPECT_EQ(load(id).fault().code, "NoSuchBlob");
}

TEST_F(BlobsTest, AHoldAloneRemovesNothing) {
  const BlobId id = store("bytes", 5);
  { const BlobHold hold = blobs_->hold(id); }
  EXPECT_EQ(load(id).value(), "bytes");
  blobs_->remove(id);
  EXPECT_EQ(load(id).fault().code, "NoSuchBlob");
}

TEST_F(BlobsTest, AHoldMayOutliveItsBlobs) {
  const BlobId id = store("bytes", 5);
  auto hold = std::make_unique<BlobHold>(blobs_->hold(id));
  blobs_->remove(id);
  blobs_.reset();
  EXPECT_TRUE(std::filesystem::exists(pathOf(id)));
  hold.reset();
  EXPECT_FALSE(std::filesystem::exists(pathOf(id)));
}

}  // namespace
}  // namespace hearth::store
