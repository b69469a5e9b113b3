using System.CommandLine;
using System.Text.Json;
using Agent.Contracts;

namespace Agent.Cli.Output;

/// <summary>Where a command's answer and its talk go.</summary>
sealed class Talk(TextWriter answer, TextWriter error, bool errorIsTerminal)
{
    static readonly JsonSerializerOptions Indented = new(ContractJson.Options) { WriteIndented = true };

    public TextWriter Error => error;

    /// <summary>Somebody looks at stderr as it is written.</summary>
    public bool ErrorIsTerminal => errorIsTerminal;

    public static Talk Of(ParseResult parsed)
    {
        var configuration = parsed.InvocationConfiguration;
        return new Talk(configuration.Output, configuration.Error, ReferenceEquals(configuration.Error, Console.Error) && !Console.IsErrorRedirected);
    }

    public void Answer(string text) => answer.WriteLine(text.TrimEnd());

    public void AnswerJson<T>(T value) => answer.WriteLine(JsonSerializer.Serialize(value, Indented));

    public void Say(string text) => error.WriteLine(text);
}
