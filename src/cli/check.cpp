#include "commands.hpp"
#include "common.hpp"

namespace tcpcraft::cli {
namespace {

struct CheckOptions {
  std::vector<std::string> paths;
  std::string color = "auto";
};

int check(const CheckOptions& options) {
  const report::Style style = style_for(options.color);
  std::size_t wrong = 0;
  const std::vector<std::string> files = scenario_files(options.paths);
  for (const std::string& file : files) {
    scenario::Source source;
    if (!read_scenario(file, source, style)) ++wrong;
  }
  const std::string count = std::to_string(files.size()) + (files.size() == 1 ? " scenario" : " scenarios");
  print(wrong == 0 ? count + ": " + style.green("valid") + "\n"
                   : count + ": " + style.red(std::to_string(wrong) + " invalid") + "\n");
  return wrong == 0 ? ok : invalid;
}

}  // namespace

void add_check(CLI::App& app, int& exit_code) {
  auto options = std::make_shared<CheckOptions>();
  CLI::App* command =
      app.add_subcommand("check", "Read scenarios and report what is wrong with them; nothing is sent.");
  command->add_option("path", options->paths, "scenario files, or folders of them")->required();
  add_color_option(*command, options->color);
  command->footer("Example:\n  tcpcraft check scenarios/");
  command->callback([options, &exit_code] { exit_code = check(*options); });
}

}  // namespace tcpcraft::cli
