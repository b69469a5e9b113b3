using Agent.Llm.OpenAi;
using Microsoft.Extensions.Configuration;

namespace Agent.Llm.Tests.OpenAi;

public class ModelServerTests
{
    [Fact]
    public void Without_address_and_key_there_is_none() => Read(ModelRole.Planner).ShouldBeNull();

    [Fact]
    public void A_key_alone_means_openai_itself() => Read(ModelRole.Planner, ("OPENAI_API_KEY", "k")).ShouldBe(new ModelServer(new Uri("https://api.openai.com/v1"), "k", "gpt-4o-mini", false, TimeSpan.FromMinutes(5), 4));

    [Fact]
    public void A_role_may_have_its_own()
    {
        (string, string)[] settings = [("OPENAI_BASE_URL", "http://localhost:1234/v1"), ("AGENT_MODEL", "small"), ("Llm:Planner:Model", "large"), ("Llm:Planner:BaseUrl", "http://big:8000/v1/"), ("AGENT_FORCE_CHAT_COMPLETIONS", "true")];

        Read(ModelRole.Executor, settings)!.ToString().ShouldBe("small at http://localhost:1234/v1");
        Read(ModelRole.Planner, settings)!.ToString().ShouldBe("large at http://big:8000/v1/");
        Read(ModelRole.Planner, settings)!.Route("responses").ShouldBe(new Uri("http://big:8000/v1/responses"));
        Read(ModelRole.Planner, settings)!.ForceChatCompletions.ShouldBeTrue();
    }

    [Fact]
    public void Every_wrong_setting_is_named_at_once()
    {
        var message = Should.Throw<FormatException>(() => Read(ModelRole.Planner, ("OPENAI_BASE_URL", "localhost:1234"), ("Llm:Timeout", "soon"), ("Llm:Parallel", "0"), ("AGENT_FORCE_CHAT_COMPLETIONS", "yes"))).Message;

        foreach (var setting in (string[])["OPENAI_BASE_URL is `localhost:1234`", "Llm:Timeout is `soon`", "Llm:Parallel is `0`", "AGENT_FORCE_CHAT_COMPLETIONS is `yes`"])
        {
            message.ShouldContain(setting);
        }
    }

    [Fact]
    public void The_key_is_never_shown() => Read(ModelRole.Planner, ("OPENAI_API_KEY", "sk-secret"))!.ToString().ShouldNotContain("sk-secret");

    static ModelServer? Read(ModelRole role, params (string Key, string Value)[] settings) =>
        ModelServer.Read(new ConfigurationBuilder().AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, (string?)setting.Value))).Build(), role);
}
