using Agent.TestKit.Models;
using Microsoft.Extensions.Configuration;

namespace Agent.Llm.Tests.Smoke;

/// <summary>A model that can do what the smoke test asks of it.</summary>
static class CapableModel
{
    public static ScriptedReply Answer(ModelRequest request)
    {
        var body = request.Body.GetRawText();
        return body.Contains("number is 12", StringComparison.Ordinal) ? new ScriptedReply("{\"number\":12}")
            : body.Contains("notes.txt", StringComparison.Ordinal) && !body.Contains("the notes", StringComparison.Ordinal) ? new ScriptedReply("", new ScriptedCall("read_file", """{"path":"notes.txt"}"""))
            : new ScriptedReply("ready");
    }

    public static IConfiguration Configuration(FakeModelServer server) => new ConfigurationBuilder().AddInMemoryCollection(
        [new("OPENAI_BASE_URL", server.BaseUrl.ToString()), new("OPENAI_API_KEY", "k"), new("AGENT_MODEL", FakeModelServer.Model)]).Build();
}
