// A data file (csv) of any bytes.
#include "fuzz_data.hpp"

using namespace holdout;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  return fuzz::load_any(bytes, size, "csv", [](data::DataSettings& settings, unsigned how) {
    settings.target = "y";
    settings.missing.usual = how & 4 ? (how & 8 ? "mean" : "drop_row") : "refuse";
    if (how & 64) settings.cells.decimal = ",", settings.cells.thousands = ".";
    if (how & 128)
      settings.cells.encoding = "windows-1252", settings.missing.columns = {{"a", "level"}, {"b", "indicator"}};
    settings.delimiter = how & 32 ? ";" : ",";
  });
}
