using Agent.Mcp.Gateway.Endpoints.Health;

namespace Agent.Mcp.Gateway.Tests.Endpoints.Health;

public sealed class HealthHysteresisTests
{
    [Theory]
    [InlineData("", "Starting")]
    [InlineData("+", "Healthy")]
    [InlineData("-", "Unhealthy")]
    [InlineData("+-", "Degraded")]
    [InlineData("+--", "Degraded")]
    [InlineData("+---", "Unhealthy")]
    [InlineData("+--+--", "Degraded")]
    [InlineData("+--+", "Healthy")]
    [InlineData("+---+", "Unhealthy")]
    [InlineData("+---+-+", "Unhealthy")]
    [InlineData("+---++", "Healthy")]
    [InlineData("-+", "Unhealthy")]
    [InlineData("-++", "Healthy")]
    public void Record_Sequence_EndsSo(string sequence, string expected)
    {
        var health = new HealthHysteresis(new() { UnhealthyAfter = 3, HealthyAfter = 2 });

        foreach (var step in sequence)
        {
            health.Record(step == '+');
        }

        health.State.ToString().ShouldBe(expected);
    }

    [Fact]
    public void Percentiles_are_values_that_were_measured()
    {
        var window = new LatencyWindow();
        window.Read().ShouldBeNull();
        for (var ms = 1; ms <= 100; ms++)
        {
            window.Add(TimeSpan.FromMilliseconds(ms));
        }

        window.Read().ShouldBe(new Percentiles(50, 95, 99, 100));
    }
}
