namespace Agent.AppHost.Suite;

/// <summary>Says where things are.</summary>
static class Banner
{
    public static void Write(TextWriter output, SuiteSettings settings, TimeSpan startedIn)
    {
        output.WriteLine($"""
            The agent suite is running (all healthy after {startedIn.TotalSeconds:0.0} s). Ctrl+C ends it.

              Console   {settings.DoorUrl}/login?token={settings.LoginToken}   (this link works once)
              API       {settings.DoorUrl}/runs   (key: door.json in the state directory)
              Store     {(settings.EmbeddedRedis is null ? "ConnectionStrings__redis" : "embedded, append-only file under the state directory")}
              Bus       {(Variable("Bus__Transport") is "rabbitmq" ? "RabbitMQ (ConnectionStrings__rabbitmq)" : "in the store")}
              Model     {Variable("OPENAI_BASE_URL") ?? (Variable("OPENAI_API_KEY") is null ? "offline model (set OPENAI_BASE_URL, OPENAI_API_KEY and AGENT_MODEL for another)" : "https://api.openai.com/v1")}
              OTLP      {Variable("OTEL_EXPORTER_OTLP_ENDPOINT") ?? "not exported (set OTEL_EXPORTER_OTLP_ENDPOINT)"}
              State     {settings.State.Path}   (logs in logs/)
            """);
    }

    static string? Variable(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
