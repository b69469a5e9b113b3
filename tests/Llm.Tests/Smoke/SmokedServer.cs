using Agent.TestKit.Models;
using Microsoft.Extensions.Configuration;

namespace Agent.Llm.Tests.Smoke;

static class SmokedServer
{
    public static IConfiguration Configuration(FakeModelServer server) => new ConfigurationBuilder().AddInMemoryCollection(
        [new("OPENAI_BASE_URL", server.BaseUrl.ToString()), new("OPENAI_API_KEY", "k"), new("AGENT_MODEL", FakeModelServer.Model)]).Build();
}
