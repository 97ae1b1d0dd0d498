# What perl's TAP::Parser makes of a file, as JSON: perl tap.pl FILE
use strict;
use warnings;
use JSON::PP;
use TAP::Parser;

open(my $file, '<:encoding(UTF-8)', $ARGV[0]) or die "$ARGV[0]: $!";
my $parser = TAP::Parser->new({ tap => do { local $/; <$file> } });
my (@tests, @bailouts, @unknown);
while (my $result = $parser->next) {
    push @tests, { ok => $result->is_ok ? JSON::PP::true : JSON::PP::false, number => $result->number,
                   description => $result->description, directive => $result->directive,
                   explanation => $result->explanation } if $result->is_test;
    $tests[-1]{yaml} = $result->data if $result->is_yaml;
    push @bailouts, $result->explanation if $result->is_bailout;
    push @unknown, $result->as_string if $result->is_unknown;
}
print JSON::PP->new->utf8->encode({ tests => \@tests, bailouts => \@bailouts, unknown => \@unknown,
                                    plan => $parser->tests_planned, errors => [ $parser->parse_errors ],
                                    good => $parser->is_good_plan ? JSON::PP::true : JSON::PP::false });
