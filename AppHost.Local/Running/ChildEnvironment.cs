namespace Agent.AppHost.Local.Running;

/// <summary>What a child is told: the names Aspire uses.</summary>
static class ChildEnvironment
{
    public static Dictionary<string, string> Of(ProcessResource resource, int replica)
    {
        var environment = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            // Nobody edits settings files under a running suite, and watching them costs start-up time.
            ["DOTNET_hostBuilder__reloadConfigOnChange"] = "false",

            // 2 MiB. Left alone, the collector waits for as much garbage as the processor has cache, which on a server is more than all services together need.
            ["DOTNET_GCgen0size"] = "0x200000",
            ["DOTNET_GCgen0MaxBudget"] = "0x200000",
            ["OTEL_SERVICE_NAME"] = resource.Name,
            ["OTEL_RESOURCE_ATTRIBUTES"] = $"service.instance.id={resource.Name}-{replica}",
        };
        if (resource is ProjectResource && resource.Endpoint is { } endpoint)
        {
            environment["ASPNETCORE_URLS"] = endpoint.UrlOf(replica);
        }

        foreach (var reference in resource.References)
        {
            if (reference is ConnectionStringResource connection)
            {
                environment[$"ConnectionStrings__{connection.Name}"] = connection.Value;
            }
            else if (reference is ProcessResource { Endpoint: { } other })
            {
                for (var i = 0; i < other.Ports.Length; i++)
                {
                    environment[$"services__{reference.Name}__http__{i}"] = other.UrlOf(i);
                }
            }
        }

        foreach (var (name, value) in resource.Environment)
        {
            if (value() is { } text)
            {
                environment[name] = text;
            }
        }

        return environment;
    }
}
