// SPDX-License-Identifier: Apache-2.0
// Feeds a fuzz target without a fuzzer: the files of a folder as they are, then as many mutated
// ones as asked, the same every time. What libFuzzer finds becomes a file there, and a test by
// that.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

#include <boost/random/mersenne_twister.hpp>
#include <boost/random/uniform_int_distribution.hpp>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

using Input = std::vector<std::uint8_t>;

std::vector<Input> read_folder(const char* folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  std::vector<Input> inputs;
  for (const auto& file : files) {
    std::ifstream stream(file, std::ios::binary);
    inputs.emplace_back(std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>());
  }
  return inputs;
}

class Mutator {
 public:
  Input mutate(Input input) {
    for (std::size_t changes = pick(1, 8); changes > 0; --changes) change(input);
    return input;
  }

 private:
  std::size_t pick(std::size_t least, std::size_t most) {
    return boost::random::uniform_int_distribution<std::size_t>(least, most)(random_);
  }
  void change(Input& input) {
    if (input.empty()) return input.push_back(static_cast<std::uint8_t>(pick(0, 255)));
    const std::size_t at = pick(0, input.size() - 1);
    const auto place = input.begin() + static_cast<std::ptrdiff_t>(at);
    switch (pick(0, 5)) {
      case 0:
        input[at] ^= static_cast<std::uint8_t>(1u << pick(0, 7));
        return;
      case 1:
        input[at] = static_cast<std::uint8_t>(pick(0, 255));
        return;
      case 2:
        input.resize(at);
        return;
      case 3:
        input.insert(place, pick(1, 64), static_cast<std::uint8_t>(pick(0, 255)));
        return;
      case 4:
        input.erase(place, place + static_cast<std::ptrdiff_t>(
                                       std::min<std::size_t>(pick(1, 16), input.size() - at)));
        return;
      default: {
        const Input tail(place, input.end());
        input.insert(input.end(), tail.begin(), tail.end());
      }
    }
  }

  boost::random::mt19937 random_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    std::fputs("usage: replay FOLDER MUTATIONS\n", stderr);
    return 2;
  }
  const std::vector<Input> inputs = read_folder(argv[1]);
  if (inputs.empty()) {
    std::fprintf(stderr, "%s: expected at least one input\n", argv[1]);
    return 2;
  }
  for (const Input& input : inputs) LLVMFuzzerTestOneInput(input.data(), input.size());
  Mutator mutator;
  const unsigned long mutations = std::strtoul(argv[2], nullptr, 10);
  for (unsigned long i = 0; i < mutations; ++i) {
    const Input input = mutator.mutate(inputs[i % inputs.size()]);
    LLVMFuzzerTestOneInput(input.data(), input.size());
  }
  std::printf("%zu inputs and %lu mutations\n", inputs.size(), mutations);
  return 0;
}
