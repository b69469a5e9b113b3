using Agent.Guardrails.Secrets;

namespace Agent.Guardrails.Tests.Secrets;

public class SecretTextTests
{
    [Theory]
    [InlineData("key sk-proj-abcdefghijklmnopqrstuvwx end", "key *** end")]
    [InlineData("ghp_abcdefghijklmnopqrstuvwxyz0123456789", "***")]
    [InlineData("a AKIAABCDEFGHIJKLMNOP b", "a *** b")]
    [InlineData("-----BEGIN RSA PRIVATE KEY-----\nMIIE\n-----END RSA PRIVATE KEY-----\nrest", "***\nrest")]
    [InlineData("-----BEGIN PRIVATE KEY-----\ncut off", "***")]
    [InlineData("var token = Read(password: secret);", "var token = Read(password: secret);")]
    [InlineData("sk-short and task-list-with-many-words-in-it", "sk-short and task-list-with-many-words-in-it")]
    public void Redact_SecretsByTheirLook_AndNothingElse(string text, string shown) => SecretText.Redact(text).ShouldBe(shown);
}
