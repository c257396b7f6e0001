// What most files include. Not nlohmann/json.hpp: its <iomanip> brings a std::quoted into sight of our own.
#include <algorithm>
#include <cmath>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <variant>
#include <vector>
