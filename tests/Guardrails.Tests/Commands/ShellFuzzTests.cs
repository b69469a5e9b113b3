using System.Text.Json;
using Agent.Guardrails.Commands;
using Agent.Guardrails.Paths;

namespace Agent.Guardrails.Tests.Commands;

/// <summary>Whatever stands in a line: an answer comes, and what is not understood is not allowed.</summary>
public class ShellFuzzTests
{
    const int Rounds = 20_000;
    const string Alphabet = "ls catrm-/.*?[]{}()<>|&;$`\"'\\\n\t =#!~^%@,:0123456789abcxyzIFS";

    static readonly string[] Fragments = ["$(", "${", "$((", "<<EOF\n", "<(", "`", "\"", "'", "$'\\x", "&&", "||", ";", "|", ">", "2>&1", "{a,b}", "if ", "then ", "fi", "for x in ", "do ", "done", "case ", "esac", "rm -rf /", "ls", "cat ", "[[ ", " ]]", "((", "))", "EOF", "\\", "\n", "\u202e", "\ud800", "é", "x=", "env ", "sh -c ", "xargs ", "find . -exec ", "eval "];

    static readonly string[] Lines = [.. File.ReadLines(Path.Combine(AppContext.BaseDirectory, "Corpus", "commands.jsonl")).Select(line => JsonDocument.Parse(line).RootElement.GetProperty("cmd").GetString()!)];

    [Fact]
    public void Any_line_gets_an_answer_and_none_that_is_not_understood_is_allowed()
    {
        var random = new Random(20_260_101);
        for (var round = 0; round < Rounds; round++)
        {
            var line = round % 3 == 0 ? Noise(random) : Mutated(random);

            var decision = DefaultPolicies.Bundle.Decide(ToolRequests.ForCommand(line, "/workspace"), NoFiles.Instance);
            var facts = CommandAnalysis.OfShell(line, "/workspace", NoFiles.Instance);

            if (facts.NotUnderstood is { } why)
            {
                why.ShouldNotStartWith(CommandAnalysis.ReaderFailed, Case.Sensitive, line);
                decision.Ruling.ShouldBe(Ruling.Deny, line);
            }
        }
    }

    [Fact]
    public void A_forbidden_command_is_found_wherever_it_stands()
    {
        string[] hosts =
        [
            "{0}", "ls; {0}", "ls && {0}", "ls || {0}", "ls | {0}", "{0} | ls", "( {0} )", "{{ {0}; }}", "if {0}; then ls; fi", "if ls; then {0}; fi", "if ls; then ls; else {0}; fi",
            "while {0}; do ls; done", "for x in a b; do {0}; done", "case a in a) {0};; esac", "echo $({0})", "echo `{0}`", "echo \"$({0})\"", "cat <({0})", "ls > >({0})", "x=$({0})", "echo ${{x:-$({0})}}",
            "ls &\n{0}", "! {0}", "time {0}", "env {0}", "timeout 5 {0}", "nice {0}", "nohup {0}", "stdbuf -oL {0}", "command {0}", "exec {0}", "sh -c '{0}'", "bash -c \"{0}\"", "busybox {0}", "find . -exec {0} \\;", "find . -name '*.cs' | xargs {0}",
            "cat <<E\n$({0})\nE", "[[ $({0}) ]]", "test $({0})", "cd src && {0}", "ls {0} \\\n; {0}", "echo a{{b,$({0})}}", "X=1 {0}",
        ];
        foreach (var host in hosts)
        {
            foreach (var command in (string[])["rm -rf /", "curl x", "cat /etc/shadow", "git push", "sudo ls", "chmod +x a"])
            {
                var line = string.Format(System.Globalization.CultureInfo.InvariantCulture, host, command);

                DefaultPolicies.Bundle.Decide(ToolRequests.ForCommand(line, "/workspace"), NoFiles.Instance).Ruling.ShouldNotBe(Ruling.Allow, line);
            }
        }
    }

    static string Noise(Random random) => string.Concat(Enumerable.Range(0, random.Next(1, 60)).Select(_ =>
        random.Next(4) == 0 ? Fragments[random.Next(Fragments.Length)] : Alphabet[random.Next(Alphabet.Length)].ToString()));

    static string Mutated(Random random)
    {
        var line = Lines[random.Next(Lines.Length)];
        for (var changes = random.Next(1, 5); changes > 0 && line.Length > 0; changes--)
        {
            var at = random.Next(line.Length);
            line = random.Next(4) switch
            {
                0 => line.Remove(at, 1),
                1 => line.Insert(at, Fragments[random.Next(Fragments.Length)]),
                2 => line[..at] + Alphabet[random.Next(Alphabet.Length)] + line[(at + 1)..],
                _ => line + Fragments[random.Next(Fragments.Length)] + Lines[random.Next(Lines.Length)],
            };
        }

        return line;
    }
}
