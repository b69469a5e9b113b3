using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Agent.TestKit;

namespace Agent.Resp.Tests;

public class When_the_server_wants_to_know_who_asks
{
    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_user_with_a_password_is_let_in_and_another_is_named(int protocol)
    {
        await using var server = await OnServer.OwnAsync(ServerKind.Redis);
        await using var first = new RespConnection(RespOptions.Parse(server.ConnectionString));
        await first.ExecuteAsync(RespCommand.Of("ACL", "SETUSER", "planner", "on", ">secret", "~*", "&*", "+@all"));
        await first.ExecuteAsync(RespCommand.Of("ACL", "SETUSER", "default", "off"));

        await using var planner = new RespConnection(RespOptions.Parse($"{server.ConnectionString},user=planner,password=secret") with { Protocol = protocol });
        (await planner.ExecuteAsync(RespCommand.Of("ACL", "WHOAMI"))).AsString().ShouldBe("planner");
        await using var stranger = new RespConnection(RespOptions.Parse($"{server.ConnectionString},user=stranger,password=secret") with { Protocol = protocol });
        var error = await Should.ThrowAsync<RespConnectionException>(async () => await stranger.ExecuteAsync(RespCommand.Of("PING")));

        error.Message.ShouldContain("the password (or user) was not accepted");
        error.Message.ShouldNotContain("secret");
    }

    [Fact]
    public async Task A_certificate_that_is_not_trusted_is_named()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=localhost", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var certificate = request.CreateSelfSigned(TimeProvider.System.GetUtcNow().AddDays(-1), TimeProvider.System.GetUtcNow().AddDays(1));
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var serving = Task.Run(async () =>
        {
            using var client = await listener.AcceptTcpClientAsync();
            await using var tls = new SslStream(client.GetStream());
            await Should.ThrowAsync<Exception>(async () =>
            {
                await tls.AuthenticateAsServerAsync(certificate);
                await tls.ReadExactlyAsync(new byte[1]);
            });
        });
        await using var connection = new RespConnection(RespOptions.Parse($"127.0.0.1:{((IPEndPoint)listener.LocalEndpoint).Port},ssl=true,sslHost=localhost,connectTimeout=5000"));

        var error = await Should.ThrowAsync<RespConnectionException>(async () => await connection.ExecuteAsync(RespCommand.Of("PING")));

        error.Message.ShouldContain("no TLS");
        error.Message.ShouldContain("ConnectionStrings__redis");
        await serving;
    }
}
