#include "commands.hpp"
#include "common.hpp"

namespace tcpcraft::cli {
int check(const CheckCommand& command) {
  const report::Style style = style_for(command.color);
  std::size_t wrong = 0;
  const std::vector<std::string> files = scenario_files(command.paths);
  for (const std::string& file : files) {
    scenario::Source source;
    std::string complaints;
    if (!read_scenario(file, source, complaints, style)) ++wrong;
    print(complaints);
  }
  const std::string count = std::to_string(files.size()) + (files.size() == 1 ? " scenario" : " scenarios");
  print(wrong == 0 ? count + ": " + style.green("valid") + "\n"
                   : count + ": " + style.red(std::to_string(wrong) + " invalid") + "\n");
  return wrong == 0 ? ok : invalid;
}

}  // namespace tcpcraft::cli
