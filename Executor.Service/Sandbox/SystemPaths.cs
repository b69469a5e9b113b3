namespace Agent.Executor.Service.Sandbox;

/// <summary>What of the system every command may read.</summary>
static class SystemPaths
{
    // From /etc only what programs need to start; accounts' secrets and host keys stay out.
    static readonly string[] Settings =
    [
        "alternatives", "ca-certificates", "ca-certificates.conf", "dotnet", "environment", "group", "host.conf", "hosts", "java", "ld.so.cache", "ld.so.conf", "ld.so.conf.d",
        "localtime", "mime.types", "nsswitch.conf", "os-release", "debian_version", "passwd", "pki", "profile", "python3", "resolv.conf", "services", "protocols", "ssl", "timezone", "gai.conf",
    ];

    /// <summary>Programs and libraries; on merged-usr systems all but the first two are links.</summary>
    public static IReadOnlyList<string> Programs { get; } = ["/usr", "/opt", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"];

    public static IReadOnlyList<string> Etc { get; } = [.. Settings.Select(name => $"/etc/{name}")];

    public static IEnumerable<string> Readable => Programs.Concat(Etc);
}
