#include "source.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <system_error>

#include <fcntl.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

namespace tcpcraft::capture {
namespace {

using Span = std::span<std::uint8_t>;

class File : public Source {
 public:
  explicit File(const std::filesystem::path& path)
      : fd_(path == "-" ? ::dup(STDIN_FILENO) : ::open(path.c_str(), O_RDONLY | O_CLOEXEC)) {
    if (fd_ < 0) throw std::system_error(errno, std::generic_category(), "read " + path.string());
  }
  ~File() override { ::close(fd_); }
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  std::size_t read(Span into) override {
    for (;;) {
      const ssize_t got = ::read(fd_, into.data(), into.size());
      if (got >= 0) {
        position_ += static_cast<std::uint64_t>(got);
        return static_cast<std::size_t>(got);
      }
      if (errno == EINTR) continue;
      error_ = std::strerror(errno);
      return 0;
    }
  }
  std::uint64_t position() const override { return position_; }

 private:
  int fd_;
  std::uint64_t position_ = 0;
};

class Memory : public Source {
 public:
  explicit Memory(wire::Bytes bytes) : bytes_(std::move(bytes)) {}
  std::size_t read(Span into) override {
    const std::size_t size = std::min(into.size(), bytes_.size() - at_);
    std::copy_n(bytes_.begin() + static_cast<std::ptrdiff_t>(at_), size, into.begin());
    at_ += size;
    return size;
  }
  std::uint64_t position() const override { return at_; }

 private:
  wire::Bytes bytes_;
  std::size_t at_ = 0;
};

/// A source with what was read ahead of it.
class Input {
 public:
  explicit Input(std::unique_ptr<Source> source) : source_(std::move(source)) {
    while (end_ < 4)  // as long as the longest magic number; a pipe may hand it over in pieces
      if (const std::size_t got = source_->read(Span(buffer_).subspan(end_)); got > 0)
        end_ += got;
      else
        break;
  }
  bool begins_with(std::initializer_list<std::uint8_t> magic) const {
    return end_ - at_ >= magic.size() && std::equal(magic.begin(), magic.end(), &buffer_[at_]);
  }
  /// What is there, read on where it is used up; empty at the end.
  Span rest() {
    if (at_ == end_) {
      at_ = 0;
      end_ = source_->read(buffer_);
    }
    return Span(buffer_).subspan(at_, end_ - at_);
  }
  void skip(std::size_t size) { at_ += size; }
  std::uint64_t position() const { return source_->position(); }
  const std::string& error() const { return source_->error(); }

 private:
  std::unique_ptr<Source> source_;
  std::vector<std::uint8_t> buffer_ = std::vector<std::uint8_t>(1 << 16);
  std::size_t at_ = 0, end_ = 0;
};

class Plain : public Source {
 public:
  explicit Plain(Input input) : input_(std::move(input)) {}
  std::size_t read(Span into) override {
    const Span rest = input_.rest();
    const std::size_t size = std::min(rest.size(), into.size());
    std::copy_n(rest.begin(), size, into.begin());
    input_.skip(size);
    error_ = input_.error();
    return size;
  }
  std::uint64_t position() const override { return input_.position(); }

 private:
  Input input_;
};

/// What gzip and zstd have in common: `step` decompresses some of `input_`.
class Compressed : public Source {
 public:
  explicit Compressed(Input input) : input_(std::move(input)) {}

  std::size_t read(Span into) override {
    std::size_t made = 0;
    while (made == 0 && error_.empty() && !into.empty()) {
      const Span rest = input_.rest();
      if (rest.empty() && !has_more_) {
        if (inside_) error_ = input_.error().empty() ? "the compressed data ends too early" : input_.error();
        break;
      }
      const Step step = decompress(rest, into);
      input_.skip(step.used);
      made = step.made;
      // At the end of the input what is left inside is asked for until nothing comes.
      has_more_ = step.made == into.size();
    }
    return made;
  }
  std::uint64_t position() const override { return input_.position(); }

 protected:
  struct Step {
    std::size_t used = 0, made = 0;
  };
  /// Sets `inside_` to whether more must follow, and `error_` where it cannot go on.
  virtual Step decompress(Span from, Span into) = 0;
  bool inside_ = true;

 private:
  Input input_;
  bool has_more_ = false;
};

class Gzip : public Compressed {
 public:
  explicit Gzip(Input input) : Compressed(std::move(input)) {
    if (inflateInit2(&stream_, 15 + 16) != Z_OK) throw std::bad_alloc();  // 16: gzip, not zlib
  }
  ~Gzip() override { inflateEnd(&stream_); }
  Gzip(const Gzip&) = delete;
  Gzip& operator=(const Gzip&) = delete;

 protected:
  Step decompress(Span from, Span into) override {
    if (!inside_ && !from.empty()) inflateReset(&stream_);  // another member (RFC 1952, section 2.2)
    stream_.next_in = from.data();
    stream_.avail_in = static_cast<uInt>(from.size());
    stream_.next_out = into.data();
    stream_.avail_out = static_cast<uInt>(std::min<std::size_t>(into.size(), 1 << 30));
    const uInt room = stream_.avail_out;
    const int result = inflate(&stream_, Z_NO_FLUSH);
    inside_ = result != Z_STREAM_END;
    if (inside_ && result != Z_OK && result != Z_BUF_ERROR)
      error_ = std::string("the gzip data is damaged: ") + (stream_.msg ? stream_.msg : "no reason known");
    return {from.size() - stream_.avail_in, room - stream_.avail_out};
  }

 private:
  z_stream stream_{};
};

class Zstd : public Compressed {
 public:
  explicit Zstd(Input input) : Compressed(std::move(input)), stream_(ZSTD_createDStream()) {
    if (stream_ == nullptr) throw std::bad_alloc();
  }
  ~Zstd() override { ZSTD_freeDStream(stream_); }
  Zstd(const Zstd&) = delete;
  Zstd& operator=(const Zstd&) = delete;

 protected:
  Step decompress(Span from, Span into) override {
    ZSTD_inBuffer in{from.data(), from.size(), 0};
    ZSTD_outBuffer out{into.data(), into.size(), 0};
    const std::size_t result = ZSTD_decompressStream(stream_, &out, &in);
    inside_ = result != 0;
    if (ZSTD_isError(result)) error_ = std::string("the zstd data is damaged: ") + ZSTD_getErrorName(result);
    return {in.pos, out.pos};
  }

 private:
  ZSTD_DStream* stream_;
};

}  // namespace

std::unique_ptr<Source> open_file(const std::filesystem::path& path) {
  return std::make_unique<File>(path);
}

std::unique_ptr<Source> in_memory(wire::Bytes bytes) {
  return std::make_unique<Memory>(std::move(bytes));
}

std::unique_ptr<Source> decompressed(std::unique_ptr<Source> source) {
  Input input(std::move(source));
  if (input.begins_with({0x1f, 0x8b})) return std::make_unique<Gzip>(std::move(input));
  if (input.begins_with({0x28, 0xb5, 0x2f, 0xfd})) return std::make_unique<Zstd>(std::move(input));
  return std::make_unique<Plain>(std::move(input));
}

std::FILE* Stream::open() {
  const cookie_io_functions_t functions{&Stream::read, nullptr, &Stream::seek, nullptr};
  std::FILE* const file = ::fopencookie(this, "rb", functions);
  if (file == nullptr) throw std::bad_alloc();
  return file;
}

ssize_t Stream::read(void* self, char* into, std::size_t size) {
  auto& stream = *static_cast<Stream*>(self);
  const std::size_t got = stream.source_->read({reinterpret_cast<std::uint8_t*>(into), size});
  stream.position_ += static_cast<off64_t>(got);
  return static_cast<ssize_t>(got);
}

int Stream::seek(void* self, off64_t* position, int whence) {
  if (whence != SEEK_CUR || *position != 0) {
    errno = ESPIPE;
    return -1;
  }
  *position = static_cast<Stream*>(self)->position_;
  return 0;
}

}  // namespace tcpcraft::capture
