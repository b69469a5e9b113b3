using Agent.Guardrails.Secrets;

namespace Agent.Guardrails.Tests.Secrets;

public class KnownSecretsTests
{
    [Fact]
    public void What_the_process_was_given_as_a_secret_is_taken_out_wherever_it_stands()
    {
        KnownSecrets.Learn([
            new("PAYMENT_API_KEY", "plain-words-4711"),
            new("ConnectionStrings:redis", "localhost:6379,password=redis-pass-0815"),
            new("AGENT_POLICY_KEY", "/state/policy/bundle-key.pub.pem"),
            new("AGENT_MODEL", "some-model-name-x"),
        ]);

        SecretText.Redact("GET /?q=plain-words-4711 cGxhaW4td29yZHMtNDcxMQ== redis-pass-0815").ShouldBe("GET /?q=*** ***== ***");
        SecretText.Redact("/state/policy/bundle-key.pub.pem some-model-name-x").ShouldBe("/state/policy/bundle-key.pub.pem some-model-name-x");
    }
}
