// Manual pages, in man(7).

#include <algorithm>
#include <cctype>
#include <sstream>

#include "help.hpp"

namespace tcpcraft::cli {
namespace {

/// As it stands, character by character: code.
std::string literal(const std::string& text) {
  std::string result;
  for (const char c : text) {
    switch (c) {
      case '\\':
        result += "\\e";
        break;
      case '-':
        result += "\\-";
        break;
      case '\'':
        result += "\\(aq";
        break;
      case '`':
        result += "\\(ga";
        break;
      case '^':
        result += "\\(ha";
        break;
      case '~':
        result += "\\(ti";
        break;
      default:
        result += c;
    }
  }
  return result.starts_with('.') ? "\\&" + result : result;
}

/// Running text, in which only what looks like an option is code.
std::string prose(const std::string& text) {
  std::string result;
  std::istringstream words(text);
  for (std::string word; words >> word;) {
    const bool code = word.find_first_of("-'") <= 1 || word.find('\\') != word.npos;
    result += (result.empty() ? "" : " ") + (code ? literal(word) : word);
  }
  return result.starts_with('.') ? "\\&" + result : result;
}

std::string bold(const std::string& text) {
  return "\\fB" + literal(text) + "\\fR";
}

std::string italic(const std::string& text) {
  return "\\fI" + literal(text) + "\\fR";
}

std::string value_of(const OptionHelp& option) {
  return option.choices.empty() ? italic(option.value) : bold(joined(option.choices, "|"));
}

std::string upper(std::string text) {
  for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

std::string title(const ProgramHelp& help, const std::string& page, const std::string& about) {
  return ".TH " + literal(upper(page)) + " 1 \"\" \"" + literal(help.program.name + " " + help.version) +
         "\" \"" + literal(help.program.name) + "\"\n.SH NAME\n" + literal(page) + " \\- " +
         prose(first_clause(about)) + "\n";
}

std::string synopsis(const std::string& command, const CommandHelp& help) {
  std::string text = ".SH SYNOPSIS\n" + bold(command) + " [" + italic("option") + "]...";
  for (const OptionHelp& option : help.options) {
    if (!option.names.empty()) continue;
    const std::string name = italic(option.value) + (option.repeated ? "..." : "");
    text += " " + (option.required ? name : "[" + name + "]");
  }
  return text + "\n";
}

std::string entry(const OptionHelp& option) {
  std::vector<std::string> names;
  for (const std::string& name : option.names) names.push_back(bold(name));
  std::string text = ".TP\n" + joined(names, ", ");
  if (names.empty())
    text += italic(option.value);
  else if (!option.value.empty())
    text += " " + value_of(option);
  text += "\n" + prose(option.about);
  if (!option.fallback.empty())
    text += (option.about.empty() ? "" : "\n") + prose("(default: " + option.fallback + ")");
  return text + "\n";
}

std::string options(const std::vector<OptionHelp>& options) {
  std::string text = ".SH OPTIONS\n";
  for (const bool positional : {true, false})
    for (const OptionHelp& option : options)
      if (option.names.empty() == positional) text += entry(option);
  return text;
}

std::vector<std::string> paragraphs(const std::string& text) {
  std::vector<std::string> result;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find("\n\n", at), text.size());
    result.push_back(text.substr(at, end - at));
    at = end + 2;
  }
  return result;
}

/// `0 all passed; 1 one failed`: a list. A part without a number goes on with the one before.
std::string exit_codes(const std::string& text) {
  std::string result = ".SH EXIT STATUS\n";
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find("; ", at), text.size());
    std::istringstream part(text.substr(at, end - at));
    std::string code, rest;
    part >> std::ws;
    if (std::isdigit(part.peek())) {
      part >> code;
      result += ".TP\n" + bold(code) + "\n";
    }
    std::getline(part, rest, '\0');
    result += prose(rest) + "\n";
    at = end + 2;
  }
  return result;
}

/// `Examples:` or `Example, while ...:`, and the lines behind it as they stand.
std::string examples(const std::string& head, const std::string& lines) {
  std::string result = ".SH EXAMPLES\n";
  if (head != "Example" && head != "Examples") result += prose(head) + ":\n.PP\n";
  result += ".EX\n";
  std::istringstream text(lines);
  for (std::string line; std::getline(text >> std::ws, line);) result += literal(line) + "\n";
  return result + ".EE\n";
}

/// The footer's paragraphs, each under its heading; what has none describes the command.
std::string footer(const std::string& text) {
  std::string description, rest;
  for (const std::string& paragraph : paragraphs(text)) {
    const std::size_t colon = std::min(paragraph.find(':'), paragraph.size());
    const std::string head = paragraph.substr(0, colon);
    const std::string body = paragraph.substr(std::min(colon + 1, paragraph.size()));
    if (head == "Exit codes")
      rest += exit_codes(body);
    else if (head.starts_with("Example"))
      rest += examples(head, body);
    else
      description += ".PP\n" + prose(paragraph) + "\n";
  }
  return description + rest;
}

/// What a page has besides the options: `after` stands behind the description.
struct Frame {
  std::string name, synopsis, after, end;
};

std::string page(const Frame& frame, const CommandHelp& command, const ProgramHelp& help) {
  const std::string foot = footer(command.footer);
  const std::size_t headings = std::min(foot.find(".SH "), foot.size());
  return title(help, frame.name, command.about) + frame.synopsis + ".SH DESCRIPTION\n" +
         prose(command.about) + "\n" + foot.substr(0, headings) + frame.after + options(command.options) +
         foot.substr(headings) + frame.end;
}

}  // namespace

std::string manual_page(const ProgramHelp& help) {
  const std::string& name = help.program.name;
  Frame frame{name,
              ".SH SYNOPSIS\n" + bold(name) + " " + italic("command") + " [" + italic("argument") + "]...\n",
              ".SH COMMANDS\n", ".SH FILES\n.TP\n.I share/tcpcraft/scenarios\n"};
  frame.end +=
      "The scenarios that come along, by topic, under the prefix of the installation.\n.SH SEE ALSO\n";
  for (const CommandHelp& command : help.commands) {
    const std::string reference = ".BR " + literal(name + "-" + command.name) + " (1)";
    frame.after += ".TP\n" + reference + "\n" + prose(command.about) + "\n";
    frame.end += reference + (&command == &help.commands.back() ? "\n" : " ,\n");
  }
  return page(frame, help.program, help);
}

std::string manual_page(const ProgramHelp& help, const CommandHelp& command) {
  const std::string& name = help.program.name;
  return page({name + "-" + command.name, synopsis(name + " " + command.name, command), "",
               ".SH SEE ALSO\n.BR " + literal(name) + " (1)\n"},
              command, help);
}

}  // namespace tcpcraft::cli
