using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Agent.AppHost.Local.Processes;
using Agent.TestKit;

namespace Agent.Resp.Tests;

/// <summary>A real Redis with a certificate of an authority made for the test.</summary>
public sealed class When_the_server_speaks_TLS : IAsyncLifetime
{
    readonly string _directory = Directory.CreateTempSubdirectory("agent-tls-").FullName;
    readonly int _port = FreePorts.Take();
    RedisServer? _server;

    string Authority => Path.Combine(_directory, "ca.pem");

    public async ValueTask InitializeAsync()
    {
        Issue(Authority, Path.Combine(_directory, "server.pem"), Path.Combine(_directory, "server.key"));
        Issue(Path.Combine(_directory, "other.pem"), Path.Combine(_directory, "unused.pem"), Path.Combine(_directory, "unused.key"));
        _server = await RedisServer.TryStartRedisAsync(
        [
            "--tls-port", $"{_port}", "--tls-cert-file", Path.Combine(_directory, "server.pem"), "--tls-key-file", Path.Combine(_directory, "server.key"),
            "--tls-ca-cert-file", Authority, "--tls-auth-clients", "no",
        ]);
        Assert.SkipWhen(_server is null, SharedServers.Missing(ServerKind.Redis));
    }

    [Fact]
    public async Task Commands_watches_and_subscriptions_go_through_it()
    {
        var options = RespOptions.Parse($"127.0.0.1:{_port},trustIssuer={Authority}");
        await using var connection = new RespConnection(options);
        await using var subscriber = new RespSubscriber(options);
        var heard = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var subscription = await subscriber.SubscribeAsync("bell", _ => heard.TrySetResult());
        var large = new byte[2_000_000];

        await connection.ExecuteAsync(RespCommand.Of("SET", "large", large));
        (await connection.ExecuteAsync(RespCommand.Of("GET", "large"))).AsBytes()!.Length.ShouldBe(large.Length);
        (await connection.WatchAsync(["large"], _ => Task.FromResult<RespCommand[]?>([RespCommand.Of("DEL", "large")]))).ShouldNotBeNull();
        await connection.ExecuteAsync(RespCommand.Of("PUBLISH", "bell", "ding"));

        await heard.Task.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Theory]
    [InlineData("trustIssuer=ca.pem,sslHost=redis.elsewhere", "its certificate is for redis.test, 127.0.0.1, not for redis.elsewhere")]
    [InlineData("trustIssuer=other.pem", "is not trusted")]
    [InlineData("ssl=true", "trustIssuer=/path/ca.pem")]
    public async Task Another_host_and_an_unknown_authority_are_refused_with_the_cure(string settings, string named)
    {
        settings = settings.Replace("trustIssuer=", $"trustIssuer={_directory}/", StringComparison.Ordinal);
        await using var connection = new RespConnection(RespOptions.Parse($"127.0.0.1:{_port},{settings}"));

        var error = await Should.ThrowAsync<RespConnectionException>(async () => await connection.ExecuteAsync(RespCommand.Of("PING")));

        error.Message.ShouldContain(named);
        error.Message.ShouldContain($"127.0.0.1:{_port} (ConnectionStrings__redis)");
    }

    [Fact]
    public async Task The_name_in_the_certificate_can_be_given()
    {
        await using var connection = new RespConnection(RespOptions.Parse($"127.0.0.1:{_port},trustIssuer={Authority},sslHost=redis.test"));

        (await connection.ExecuteAsync(RespCommand.Of("PING"))).AsString().ShouldBe("PONG");
    }

    public async ValueTask DisposeAsync()
    {
        await (_server?.DisposeAsync() ?? ValueTask.CompletedTask);
        Directory.Delete(_directory, recursive: true);
    }

    /// <summary>An authority, and a server's certificate signed by it, for <c>redis.test</c> and <c>127.0.0.1</c>.</summary>
    static void Issue(string authorityFile, string certificateFile, string keyFile)
    {
        var (from, to) = (TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var authority = new CertificateRequest("CN=Test authority", authorityKey, HashAlgorithmName.SHA256);
        authority.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var signing = authority.CreateSelfSigned(from, to);

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=redis.test", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("redis.test");
        names.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.Create(signing, from, to, RandomNumberGenerator.GetBytes(8));

        File.WriteAllText(authorityFile, signing.ExportCertificatePem());
        File.WriteAllText(certificateFile, certificate.ExportCertificatePem());
        File.WriteAllText(keyFile, key.ExportPkcs8PrivateKeyPem());
    }
}
