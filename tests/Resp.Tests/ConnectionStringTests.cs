namespace Agent.Resp.Tests;

public class ConnectionStringTests
{
    [Fact]
    public void Parse_AsAspireWritesIt_ReadsAllOfIt()
    {
        var options = RespOptions.Parse("localhost:6390,password=p=a/ss+,user=agent,ssl=true,name=planner,defaultDatabase=3,connectTimeout=1500,syncTimeout=2500,abortConnect=false,sslHost=redis.local");

        options.Endpoints.ShouldHaveSingleItem().Host.ShouldBe("localhost");
        options.Endpoints[0].Port.ShouldBe(6390);
        options.Password.ShouldBe("p=a/ss+");
        options.User.ShouldBe("agent");
        options.Tls.ShouldBeTrue();
        options.TlsHost.ShouldBe("redis.local");
        options.ClientName.ShouldBe("planner");
        options.Database.ShouldBe(3);
        options.ConnectTimeout.ShouldBe(TimeSpan.FromMilliseconds(1500));
        options.CommandTimeout.ShouldBe(TimeSpan.FromMilliseconds(2500));
    }

    [Theory]
    [InlineData("redis", "redis", 6379)]
    [InlineData("redis,ssl=true", "redis", 6380)]
    [InlineData("127.0.0.1:7000", "127.0.0.1", 7000)]
    [InlineData("[::1]:7000", "::1", 7000)]
    [InlineData("::1", "::1", 6379)]
    [InlineData("sentinel,serviceName=primary", "sentinel", 26379)]
    public void Parse_Endpoint_GivesHostAndPort(string text, string host, int port)
    {
        var endpoint = RespOptions.Parse(text).Endpoints.ShouldHaveSingleItem();

        endpoint.Host.ShouldBe(host);
        endpoint.Port.ShouldBe(port);
    }

    [Fact]
    public void Parse_SeveralEndpoints_KeepsTheirOrder() =>
        RespOptions.Parse("a:1,b:2,password=x").ToString().ShouldBe("a:1,b:2");

    [Theory]
    [InlineData("", "names no server")]
    [InlineData("password=x", "names no server")]
    [InlineData("host:99999", "host:99999")]
    [InlineData("host:abc", "host:abc")]
    [InlineData("host,ssl=maybe", "ssl=maybe")]
    [InlineData("host,passwort=x", "passwort")]
    [InlineData("host,connectTimeout=soon", "connectTimeout=soon")]
    [InlineData("host,serviceName=", "serviceName=")]
    [InlineData("host,trustIssuer=/no/such/ca.pem", "/no/such/ca.pem")]
    public void Parse_Wrong_NamesThePartAndTheSetting(string text, string named)
    {
        var error = Should.Throw<FormatException>(() => RespOptions.Parse(text));

        error.Message.ShouldContain(named);
        error.Message.ShouldContain("ConnectionStrings__redis");
    }

    [Fact]
    public void ToString_NeverShowsThePassword() =>
        RespOptions.Parse("host:1,password=secret").ToString().ShouldNotContain("secret");
}
