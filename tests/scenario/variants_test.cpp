#include "reading.hpp"

namespace tcpcraft::scenario {
namespace {

Strings names(const std::string& text) {
  Strings result;
  const Reading reading = read_text(text);
  for (const Diagnostic& diagnostic : reading.diagnostics) ADD_FAILURE() << diagnostic.message;
  for (const Scenario& scenario : reading.scenarios) result.push_back(variant_name(scenario.variant));
  return result;
}

const std::string steps = "steps:\n  - send: SYN\n";

TEST(Variants, there_is_one_for_each_combination) {
  EXPECT_EQ(names("scenario: t\n" + steps), (Strings{""}));
  EXPECT_EQ(names("scenario: t\nfor: {ip: [4, 6]}\n" + steps), (Strings{"[ip=4]", "[ip=6]"}));
  EXPECT_EQ(names("scenario: t\nfor: {a: [1, x y], b: [2, '3']}\n" + steps),
            (Strings{"[a=1,b=2]", "[a=1,b=3]", "[a=x y,b=2]", "[a=x y,b=3]"}));
}

TEST(Variants, one_can_be_read_alone) {
  const Source source{"test.scn", "scenario: t${a}\nfor: {a: [1, 2]}\n" + steps};
  const Reading second = read(source, {}, {{"a", "2"}});
  ASSERT_EQ(second.scenarios.size(), 1u);
  EXPECT_EQ(second.scenarios[0].title, "t2");
  EXPECT_EQ(variant_name(second.scenarios[0].variant), "[a=2]");
  const Reading none = read(source, {}, {{"a", "3"}});
  EXPECT_TRUE(none.scenarios.empty());
  EXPECT_TRUE(none.diagnostics.empty());
}

TEST(Variants, names_are_replaced_in_any_string) {
  const Reading good = read_text(R"(scenario: Over IPv${ip}
for: {ip: [4, 6], n: [1, 20]}
tags: [a, "v${ip}"]
kernel:
  address: "[::${ip}]:98${n}"
  sysctl: {"net.ipv${ip}.x": "${n}"}
peer: {window: "${n}", options: {mss: "1${n}"}}
steps:
  - send: SYN seq=${n}
)");
  for (const Diagnostic& diagnostic : good.diagnostics) ADD_FAILURE() << diagnostic.message;
  ASSERT_EQ(good.scenarios.size(), 4u);
  const Scenario& last = good.scenarios[3];
  EXPECT_EQ(last.title, "Over IPv6");
  EXPECT_EQ(last.tags, (Strings{"a", "v6"}));
  EXPECT_EQ(last.kernel.address.to_string(), "[::6]:9820");
  EXPECT_EQ(last.kernel.sysctls.at(0).name, "net.ipv6.x");
  EXPECT_EQ(last.peers.front().window, 20);
  EXPECT_EQ(last.peers.front().options.mss, 120);
  EXPECT_EQ(std::get<Send>(last.steps.at(0).action).segment.spec.seq->offset, 20);
}

TEST(Variants, a_dollar_is_a_dollar_unless_a_brace_follows) {
  const Scenario scenario = good(R"(scenario: $5, $$6, {}, $${name}, $$$${x}
steps:
  - send: SYN
)");
  EXPECT_EQ(scenario.title, "$5, $$6, {}, ${name}, $$${x}");
}

TEST(Variants, an_unknown_name_is_an_error_at_its_place) {
  EXPECT_EQ(wrong("scenario: t\nfor: {addr: [4, 6]}\nsteps:\n  - send: SYN win=${adr}\n  - note: ${}\n"),
            (Strings{"4:19-25 unknown name 'adr' | did you mean 'addr'?",
                     "5:11-14 unknown name '' | 'for' has 'addr'; '$${' stands for '${' itself"}));
  EXPECT_EQ(
      wrong("scenario: '${x} ${y'\n" + steps),
      (Strings{"1:12-16 unknown name 'x' | 'for' gives names their values; '$${' stands for '${' itself",
               "1:17-20 '${' without its '}' | '$${' stands for '${' itself"}));
}

TEST(Variants, an_error_of_every_variant_is_told_once) {
  EXPECT_EQ(wrong("scenario: t\nfor: {ip: [4, 6]}\nsteps:\n  - sned: SYN\n  - send: SYN ack=${ip}x\n"),
            (Strings{"4:5-9 unknown verb 'sned' | did you mean 'send'?",
                     "5:19-25 '4x' is not a number (in [ip=4])", "5:19-25 '6x' is not a number (in [ip=6])"}))
      << "what it says may depend on the variant";
}

TEST(Variants, an_error_of_some_variants_says_of_which) {
  EXPECT_EQ(wrong("scenario: t\nfor: {f: [SYN, SYM]}\nsteps:\n  - send: ACK-${f} win=1\n"),
            (Strings{"4:15-19 unknown flag 'SYM' (in [f=SYM]) | did you mean 'SYN'?"}));
}

TEST(Variants, lists_that_cannot_be_used) {
  const std::string top = "scenario: t\n";
  EXPECT_EQ(wrong(top + "for: 3\n" + steps),
            (Strings{"2:6-7 'for' is a map of names to lists | for: {ip: [4, 6]}"}));
  EXPECT_EQ(wrong(top + "for: {}\n" + steps),
            (Strings{"2:1-4 'for' is a map of names to lists | for: {ip: [4, 6]}"}));
  EXPECT_EQ(wrong(top + "for: {ip: 4}\n" + steps),
            (Strings{"2:11-12 'ip' wants a list of values | ip: [4, 6]"}));
  EXPECT_EQ(wrong(top + "for: {ip: []}\n" + steps),
            (Strings{"2:7-9 'ip' wants a list of values | ip: [4, 6]"}));
  EXPECT_EQ(wrong(top + "for: {ip: [4, 4]}\n" + steps), (Strings{"2:15-16 the value '4' is given twice"}));
  EXPECT_EQ(wrong(top + "for: {ip: [4, {a: 1}]}\n" + steps),
            (Strings{"2:16-20 'for.ip' wants text, not a map"}));
  EXPECT_EQ(wrong(top + "for: {ip: [4], ip: [6]}\n" + steps),
            (Strings{"2:16-18 the key 'ip' is given twice"}));
  EXPECT_EQ(wrong(top + "for: {'a b': [4]}\n" + steps),
            (Strings{"2:8-11 'a b' cannot be a name | letters, digits, '-' and '_'"}));
}

TEST(Variants, where_a_list_cannot_be_used_the_rest_is_read) {
  EXPECT_EQ(wrong("scenario: t${ip}\nfor: {ip: 4, b: [1, 2]}\nsteps:\n  - send: ${ip}\n  - sned: ${b}\n"),
            (Strings{"2:11-12 'ip' wants a list of values | ip: [4, 6]",
                     "5:5-9 unknown verb 'sned' | did you mean 'send'?"}));
}

TEST(Variants, a_value_of_several_words_has_parts) {
  const Reading good = read_text(R"(scenario: ${row.2}, ${row}
for: {row: [a b, "c  'd' e"]}
steps:
  - note: ${row.1}
)");
  for (const Diagnostic& diagnostic : good.diagnostics) ADD_FAILURE() << diagnostic.message;
  ASSERT_EQ(good.scenarios.size(), 2u);
  EXPECT_EQ(good.scenarios[0].title, "b, a b");
  EXPECT_EQ(good.scenarios[1].title, "'d', c  'd' e");
  EXPECT_EQ(std::get<Note>(good.scenarios[1].steps.at(0).action).text, "c");
  const std::string top = "scenario: t\nfor: {row: [a b, c]}\nsteps:\n";
  EXPECT_EQ(wrong(top + "  - note: ${row.2}\n"),
            (Strings{"4:11-19 unknown name 'row.2' (in [row=c]) | did you mean 'row'?"}));
  EXPECT_EQ(wrong(top + "  - note: ${row.0}\n"),
            (Strings{"4:11-19 unknown name 'row.0' | did you mean 'row'?"}));
}

TEST(Variants, a_value_may_be_no_text_at_all) {
  const Reading good = read_text("scenario: with${what}\nfor: {what: ['', \"out\"]}\n" + steps);
  for (const Diagnostic& diagnostic : good.diagnostics) ADD_FAILURE() << diagnostic.message;
  ASSERT_EQ(good.scenarios.size(), 2u);
  EXPECT_EQ(good.scenarios[0].title, "with");
  EXPECT_EQ(good.scenarios[1].title, "without");
  EXPECT_EQ(variant_name(good.scenarios[0].variant), "[what=]");
  EXPECT_EQ(wrong("scenario: t\nfor: {what: [x, ~, ]}\n" + steps), Strings{}) << "which is text for YAML";
  EXPECT_EQ(wrong("scenario: t\nfor:\n  what:\n    - x\n    -\n" + steps),
            (Strings{"3:3-7 'for.what' wants text, not nothing"}));
  EXPECT_EQ(wrong("scenario: ${what}\nfor: {what: ['', x]}\n" + steps),
            (Strings{"1:11-18 'scenario' wants text, not nothing (in [what=])"}));
}

TEST(Variants, permutations_are_all_orders) {
  EXPECT_EQ(names("scenario: t\nfor: {o: {permutations: [b, a]}, n: [1, 2]}\n" + steps),
            (Strings{"[o=a b,n=1]", "[o=a b,n=2]", "[o=b a,n=1]", "[o=b a,n=2]"}));
  EXPECT_EQ(names("scenario: t\nfor: {o: {permutations: [1, 2, 3, 4, 5]}}\n" + steps).size(), 120u);
  EXPECT_EQ(wrong("scenario: t\nfor: {o: {permutations: [1, 2, 3, 4, 5, 6, 7]}}\n" + steps),
            (Strings{"2:26-45 these have too many orders | at most 6 items"}));
  EXPECT_EQ(wrong("scenario: t\nfor: {o: {permutations: 3}}\n" + steps),
            (Strings{"2:25-26 'o' wants a list of values | o: [4, 6]"}));
  EXPECT_EQ(wrong("scenario: t\nfor: {o: {permutation: [1]}}\n" + steps),
            (Strings{"2:11-22 unknown key 'permutation' in 'o' | did you mean 'permutations'?"}));
}

TEST(Variants, there_is_an_end_to_combinations) {
  std::string list = "[0";
  for (int i = 1; i < 100; ++i) list += ", " + std::to_string(i);
  list += "]";
  EXPECT_EQ(wrong("scenario: t\nfor:\n  a: " + list + "\n  b: " + list + "\n" + steps),
            (Strings{"4:3-4 these are too many combinations | at most 1000"}));
}

}  // namespace
}  // namespace tcpcraft::scenario
