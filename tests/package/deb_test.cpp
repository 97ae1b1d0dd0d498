#include "shell.hpp"

namespace tcpcraft::package_test {
namespace {

TEST(Deb, is_packed_and_its_program_runs) {
  for (const char* program : {"dpkg-shlibdeps", "file", "gzip"})
    if (!is_installed(program)) GTEST_SKIP() << program << " is not installed";
  const TemporaryFolder folder;
  const Ran pack =
      shell(folder.path(), "'" CPACK_PROGRAM "' -G DEB --config '" TCPCRAFT_BUILD_DIR
                           "/CPackConfig.cmake' -B \"$PWD\" -D CPACK_DEBIAN_COMPRESSION_TYPE=gzip");
  ASSERT_EQ(pack.exit_code, 0) << pack.output;
  const Ran info = shell(folder.path(), "dpkg-deb -f tcpcraft_" VERSION "_*.deb Package Version Depends");
  EXPECT_NE(info.output.find("Package: tcpcraft\nVersion: " VERSION "\n"), std::string::npos) << info.output;
  for (const char* needed : {"libc6 (>=", "libpcap0.8", "libtins4", "libmnl0"})
    EXPECT_NE(info.output.find(needed), std::string::npos) << info.output;

  const Ran unpacked = shell(folder.path(), "mkdir root && dpkg-deb -x tcpcraft_" VERSION
                                            "_*.deb root && "
                                            "root/usr/bin/tcpcraft check root/usr/share/tcpcraft/scenarios");
  EXPECT_EQ(unpacked.exit_code, 0) << unpacked.output;
  const fs::path share = folder.path() / "root/usr/share";
  for (const char* file : {"man/man1/tcpcraft-run.1.gz", "doc/tcpcraft/copyright",
                           "doc/tcpcraft/changelog.gz", "zsh/vendor-completions/_tcpcraft"})
    EXPECT_TRUE(fs::exists(share / file)) << file;
  EXPECT_FALSE(fs::exists(folder.path() / "root/usr/include"));

  const Ran library =
      shell(folder.path(), "dpkg-deb -f libtcpcraft-dev_*.deb Depends && dpkg-deb -c libtcpcraft-dev_*.deb");
  EXPECT_NE(library.output.find("tcpcraft (= " VERSION ")"), std::string::npos) << library.output;
  EXPECT_NE(library.output.find("usr/lib/cmake/tcpcraft/tcpcraftConfig.cmake"), std::string::npos)
      << library.output;

  if (!is_installed("lintian")) return;
  const Ran lint = shell(folder.path(), "lintian --allow-root --fail-on error,warning tcpcraft_*.deb");
  EXPECT_EQ(lint.exit_code, 0) << lint.output;
}

}  // namespace
}  // namespace tcpcraft::package_test
