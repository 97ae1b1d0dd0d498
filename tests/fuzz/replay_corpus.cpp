// Plays the files of a corpus, and mutations of each, through a fuzz target that was built without a fuzzer.
// The mutations depend on the file alone, so that a failure comes back. What a fuzzer has found (-merge=1) is
// in the folder `found`, and is played as it is.

#include <cstddef>
#include <cstdint>
#include <exception>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <random>
#include <set>
#include <string>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using Input = std::vector<std::uint8_t>;

constexpr int mutations_of_each = 500;

Input read(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot read " + path.string());
  return Input(std::istreambuf_iterator<char>(file), {});
}

void play(const Input& input) {
  // A buffer of the exact size, so that a sanitizer sees a read beyond the end.
  const std::vector<std::uint8_t> exact(input.begin(), input.end());
  LLVMFuzzerTestOneInput(exact.data(), exact.size());
}

/// One change: a byte set, a bit flipped, a stretch left out or written twice, or the end cut off.
void mutate(Input& input, std::mt19937& random) {
  const auto below = [&](std::size_t bound) { return static_cast<std::ptrdiff_t>(random() % bound); };
  const auto byte = static_cast<std::uint8_t>(random());
  if (input.empty()) return input.push_back(byte);
  const auto at = input.begin() + below(input.size());
  const auto until = at + 1 + below(static_cast<std::size_t>(input.end() - at));
  switch (random() % 6) {
    case 0:
      *at = byte;
      break;
    case 1:
      *at = static_cast<std::uint8_t>(*at ^ (1u << byte % 8));
      break;
    case 2:
      input.insert(at, byte);
      break;
    case 3:
      input.erase(at, until);
      break;
    case 4: {
      const Input copy(at, until);
      input.insert(input.begin() + below(input.size()), copy.begin(), copy.end());
      break;
    }
    default:
      input.erase(until, input.end());
      break;
  }
}

std::size_t play_mutations(const Input& seed) {
  std::mt19937 random(1);
  for (int i = 0; i < mutations_of_each; ++i) {
    Input input = seed;
    for (unsigned changes = 1 + random() % 4; changes != 0; --changes) mutate(input, random);
    play(input);
  }
  return mutations_of_each;
}

int replay(const std::string& corpus) {
  std::set<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(corpus))
    if (entry.is_regular_file()) files.insert(entry.path());
  if (files.empty()) throw std::runtime_error("no corpus in " + corpus);
  std::size_t inputs = 0;
  for (const auto& file : files) {
    std::cout << file.filename().string() << std::endl;  // flushed: the last line names what crashes
    const Input seed = read(file);
    play(seed);
    ++inputs;
    if (file.parent_path().filename() != "found") inputs += play_mutations(seed);
  }
  std::cout << inputs << " inputs from " << files.size() << " files\n";
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) {
    std::cerr << "usage: " << argv[0] << " CORPUS\n";
    return 2;
  }
  try {
    return replay(argv[1]);
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return 1;
  }
}
