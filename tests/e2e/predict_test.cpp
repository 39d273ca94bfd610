// Rows through the program: pipes, large files, readers that go away.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <fstream>
#include <string>
#include <vector>

#include "support/process.hpp"
#include "support/temporary_folder.hpp"

namespace pelton {
namespace {

using testing::HasSubstr;

/// Sanitizers keep a shadow of all memory beside it.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr long kMostKilobytes = 400 * 1024;
#else
constexpr long kMostKilobytes = 40 * 1024;
#endif

class PredictPipes : public testing::Test {
 protected:
  PredictPipes() {
    std::ofstream(path("data.csv")) << "a,b,y\n1,0,3\n0,1,1\n0,0,2\n2,1,3\n";
    shell("$PELTON fit data.csv --target y --kind linear -o line.onnx");
  }

  std::string path(const std::string& name) const { return (folder_.path() / name).string(); }

  /// Runs a line of bash in the test's folder.
  int shell(const std::string& line) {
    const std::vector<std::string> environment{"PELTON=" PELTON_BINARY};
    test::Process process({"/bin/bash", "-c", "cd " + folder_.path().string() + " && " + line}, environment);
    out_ = process.rest_of_stdout();
    err_ = process.rest_of_stderr();
    return process.wait();
  }

  test::TemporaryFolder folder_;
  std::string out_;
  std::string err_;
};

TEST_F(PredictPipes, ReadsStdinAndNamesItsLines) {
  EXPECT_EQ(shell("printf 'b,a\\n1,0\\n2,3\\n' | $PELTON predict line.onnx"), 0) << err_;
  EXPECT_EQ(out_, "prediction\n1.0\n3.0\n");
  EXPECT_EQ(shell("printf '[0,1]\\n[1]\\n' | $PELTON predict line.onnx -"), 1);
  EXPECT_EQ(out_, "{\"result\":1.0}\n");
  EXPECT_EQ(err_, "pelton predict: stdin:2: expected 2 values, got 1\n");
}

TEST_F(PredictPipes, AnswersRowsAsTheyCome) {
  // The second row is written only once the first has been answered.
  EXPECT_EQ(shell("mkfifo rows answers; $PELTON predict line.onnx < rows > answers & exec 3> rows 4< answers;"
                  "echo '[0,1]' >&3; read -r first <&4; echo '[3,2]' >&3; read -r second <&4; exec 3>&-; wait $!;"
                  "echo $first $second"),
            0)
      << err_;
  EXPECT_EQ(out_, "{\"result\":1.0} {\"result\":3.0}\n");
}

TEST_F(PredictPipes, AReaderThatGoesAwayEndsItQuietly) {
  EXPECT_EQ(shell("(yes 1,2 | head -n 1000000 | $PELTON predict line.onnx; echo code $? >&2) | head -n 1"), 0);
  EXPECT_EQ(out_, "prediction\n");
  EXPECT_EQ(err_, "code 0\n");
}

TEST_F(PredictPipes, HoldsLittleOfALargeDocument) {
  // One line of 60 MB, which no reader of whole lines or documents could hold so cheaply.
  EXPECT_EQ(shell("(printf '{\"x\":[[0,1]'; yes ,[1.2345678,-2.3456789] | head -n 2500000 | tr -d '\\n'; printf ']}') |"
                  "$PELTON predict line.onnx --format csv | tail -n +2 | sort -u | wc -l"),
            0)
      << err_;
  EXPECT_EQ(out_, "2\n");
  shell("yes '1,2' | head -n 2000000 | $PELTON predict line.onnx > /dev/null");
  rusage used{};
  ASSERT_EQ(::getrusage(RUSAGE_CHILDREN, &used), 0);
  EXPECT_LT(used.ru_maxrss, kMostKilobytes);
}

}  // namespace
}  // namespace pelton
