// A data file (libsvm) of any bytes.
#include "fuzz_data.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  return holdout::fuzz::load_any(bytes, size, "libsvm", [](holdout::data::DataSettings&, unsigned) {});
}
