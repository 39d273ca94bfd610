// Arrows between rooms only point down: which room may include which is what CMakeLists.txt says
// (pelton_room … USES …), and this reads every include to see that it is so.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;
const fs::path kRoot = PELTON_SOURCE_DIR;

std::string read(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

/// Room → the rooms it may include, in the order they are declared.
struct Rooms {
  std::vector<std::string> order;
  std::map<std::string, std::set<std::string>> uses;
};

Rooms declared_rooms() {
  Rooms rooms;
  const std::string cmake = read(kRoot / "CMakeLists.txt");
  const std::regex declaration(R"(\npelton_room\((\w+)([^)]*)\))");
  for (std::sregex_iterator at(cmake.begin(), cmake.end(), declaration), end; at != end; ++at) {
    std::set<std::string> uses;
    std::istringstream words((*at)[2]);
    bool listing = false;
    for (std::string word; words >> word;) {
      if (word == "USES" || word == "LIBS") {
        listing = word == "USES";
      } else if (listing) {
        uses.insert(word);
      }
    }
    rooms.order.push_back((*at)[1]);
    rooms.uses[(*at)[1]] = uses;
  }
  return rooms;
}

std::vector<fs::path> sources_of(const std::string& room) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(kRoot / "src" / room)) {
    if (entry.path().extension() == ".hpp" || entry.path().extension() == ".cpp") files.push_back(entry.path());
  }
  return files;
}

std::vector<std::string> included(const fs::path& file) {
  const std::string text = read(file);
  const std::regex include(R"re(#include ["<]([^">]+)[">])re");
  std::vector<std::string> names;
  for (std::sregex_iterator at(text.begin(), text.end(), include), end; at != end; ++at) names.push_back((*at)[1]);
  return names;
}

TEST(Architecture, EveryFolderIsARoom) {
  const Rooms rooms = declared_rooms();
  ASSERT_GE(rooms.order.size(), 10U);
  for (const auto& entry : fs::directory_iterator(kRoot / "src")) {
    EXPECT_TRUE(rooms.uses.contains(entry.path().filename().string())) << entry.path();
  }
}

TEST(Architecture, RoomsUseOnlyRoomsDeclaredBeforeThem) {
  const Rooms rooms = declared_rooms();
  for (std::size_t i = 0; i < rooms.order.size(); ++i) {
    for (const std::string& used : rooms.uses.at(rooms.order[i])) {
      const auto before = rooms.order.begin() + static_cast<std::ptrdiff_t>(i);
      EXPECT_NE(std::find(rooms.order.begin(), before, used), before) << rooms.order[i] << " uses " << used;
    }
  }
}

TEST(Architecture, IncludesFollowTheArrows) {
  const Rooms rooms = declared_rooms();
  for (const std::string& room : rooms.order) {
    for (const fs::path& file : sources_of(room)) {
      for (const std::string& name : included(file)) {
        const std::string target = name.substr(0, name.find('/'));
        if (!rooms.uses.contains(target) || target == room) continue;
        EXPECT_TRUE(rooms.uses.at(room).contains(target)) << file << " includes " << name;
      }
    }
  }
}

TEST(Architecture, ThirdPartyIdiomsStayInTheirRooms) {
  const std::map<std::string, std::set<std::string>> homes{
      {"boost/", {"http", "load"}}, {"Eigen/", {"math", "train"}},
      {"simdjson", {"formats"}},    {"CLI/", {"app"}},
      {"toml++/", {"app"}},         {"spdlog/", {"app"}},
      {"zlib.h", {"http"}},         {"immintrin.h", {"math", "trees"}},
      {"omp.h", {"math"}}};
  for (const std::string& room : declared_rooms().order) {
    for (const fs::path& file : sources_of(room)) {
      for (const std::string& name : included(file)) {
        for (const auto& [prefix, allowed] : homes) {
          if (name.starts_with(prefix)) {
            EXPECT_TRUE(allowed.contains(room)) << file << " includes " << name;
          }
        }
      }
    }
  }
}

TEST(Architecture, OpenMpStandsInOnePlace) {
  std::vector<std::string> places;
  for (const std::string& room : declared_rooms().order) {
    for (const fs::path& file : sources_of(room)) {
      if (read(file).find("#pragma omp") != std::string::npos) places.push_back(file.filename().string());
    }
  }
  EXPECT_EQ(places, std::vector<std::string>{"parallel_for.cpp"});
}

TEST(Architecture, PublicHeadersShowNoThirdPartyType) {
  for (const auto& entry : fs::recursive_directory_iterator(kRoot / "include")) {
    if (!entry.is_regular_file()) continue;
    for (const std::string& name : included(entry.path())) {
      EXPECT_TRUE(name.find('/') == std::string::npos || name.starts_with("pelton/"))
          << entry.path() << " includes " << name;
    }
  }
}

}  // namespace
