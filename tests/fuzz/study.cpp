// A study file of any bytes; and what is understood is written so that it reads as the same again.
#include <holdout/study/reader.hpp>

#include "fuzz.hpp"

using namespace holdout;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  const std::string text(reinterpret_cast<const char*>(bytes), size);
  fuzz::understood_or_refused([&] {
    const study::StudyFile file = study::read_study_text("study.yaml", text, ".");
    const std::string normal = study::to_yaml(file.study);
    std::string again;
    try {
      again = study::to_yaml(study::read_study_text("normal.yaml", normal, ".").study);
    } catch (const Error& error) {
      fuzz::find("the normal form is refused: " + std::string(error.what()) + "\n" + normal);
    }
    if (again != normal) fuzz::find("the normal form reads as another study:\n" + normal + "\n" + again);
  });
  return 0;
}
