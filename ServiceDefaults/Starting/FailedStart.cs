using System.Reflection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Agent.ServiceDefaults.Starting;

/// <summary>A start that can not go on says so once, for a person, on stderr: every mistake, no stack trace (that one is in the log).</summary>
static class FailedStart
{
    const int WrongSettings = 2;
    const int Infrastructure = 8;

    /// <summary>For the process this service is; a service inside a test's process leaves that process alone.</summary>
    public static void TellInOneMessage(IHostEnvironment environment)
    {
        if (Assembly.GetEntryAssembly()?.GetName().Name != environment.ApplicationName)
        {
            return;
        }

        AppDomain.CurrentDomain.UnhandledException += (_, failed) =>
        {
            var (code, message) = Describe(environment.ApplicationName, (Exception)failed.ExceptionObject);
            Console.Error.WriteLine(message);
            Environment.Exit(code);
        };
    }

    public static (int ExitCode, string Message) Describe(string service, Exception exception) => Unwrap(exception) switch
    {
        SettingsException wrong => (WrongSettings, wrong.Message),
        OptionsValidationException wrong => (WrongSettings, List(service, wrong.Failures)),
        AggregateException { InnerExceptions: var several } when several.All(one => one is OptionsValidationException) =>
            (WrongSettings, List(service, several.Cast<OptionsValidationException>().SelectMany(one => one.Failures))),
        var other => (Infrastructure, $"{service} can not start: {other.Message}"),
    };

    static Exception Unwrap(Exception exception) => exception switch
    {
        AggregateException { InnerExceptions: [var only] } => Unwrap(only),
        TargetInvocationException { InnerException: { } inner } => Unwrap(inner),
        TypeInitializationException { InnerException: { } inner } => Unwrap(inner),
        _ => exception,
    };

    static string List(string service, IEnumerable<string> mistakes) =>
        $"{service} can not start, its settings are wrong:{string.Concat(mistakes.Select(mistake => $"{Environment.NewLine}  - {mistake}"))}";
}
