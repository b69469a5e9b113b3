using Agent.ServiceDefaults.Logs;

namespace Agent.ServiceDefaults.Tests.Logs;

public class RedactionTests
{
    [Theory]
    [InlineData("127.0.0.1:1,password=hunter2,ssl=true", "127.0.0.1:1,password=***,ssl=true")]
    [InlineData("Authorization: Bearer abc.def", "Authorization: ***")]
    [InlineData("""{"api_key":"abc","path":"a"}""", """{"api_key":"***","path":"a"}""")]
    [InlineData("key sk-abcdefghijklmnopqrstu used", "key *** used")]
    [InlineData("/login?token=abc&next=1", "/login?token=***&next=1")]
    [InlineData("used 120 tokens", "used 120 tokens")]
    [InlineData("the password was wrong", "the password was wrong")]
    public void Redact_TakesSecretsAndNothingElse(string text, string expected) => Redaction.Redact(text).ShouldBe(expected);
}
