#include <cstdio>
#include <exception>

#include "commands.hpp"

int main(int argc, char** argv) {
  using namespace tcpcraft::cli;
  CLI::App app("Crafts TCP segments, plays them against the real kernel, and checks every answer.",
               "tcpcraft");
  app.set_version_flag("--version", "tcpcraft " TCPCRAFT_VERSION);
  app.require_subcommand(1);
  app.footer("Example:\n  tcpcraft run scenarios/server_close.scn");
  int exit_code = ok;
  add_run(app, exit_code);
  add_check(app, exit_code);
  add_serve(app, exit_code);
  add_send(app, exit_code);
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return app.exit(error) == 0 ? ok : invalid;
  } catch (const std::exception& error) {
    std::fflush(stdout);
    std::fprintf(stderr, "tcpcraft: %s\n", error.what());
    return cannot_run;
  }
  std::fflush(stdout);
  return exit_code;
}
