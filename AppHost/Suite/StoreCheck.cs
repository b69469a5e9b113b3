using Agent.Resp;

namespace Agent.AppHost.Suite;

/// <summary>Asks a given Redis whether it is there and lets us in, before anything is started: one message instead of six services that wait.</summary>
static class StoreCheck
{
    public static async Task AnswersAsync(string connectionString, CancellationToken cancellationToken)
    {
        try
        {
            var options = RespOptions.Parse(connectionString) with { ConnectTimeout = TimeSpan.FromSeconds(3), CommandTimeout = TimeSpan.FromSeconds(3) };
            await using var connection = new RespConnection(options);
            await connection.ExecuteAsync(RespCommand.Of("PING"), cancellationToken);
        }
        catch (FormatException exception)
        {
            throw new StartRefusedException(2, $"ConnectionStrings__redis can not be read: {exception.Message} It looks like host:port[,password=…][,ssl=true].");
        }
        catch (Exception exception) when (exception is RespServerException or RespConnectionException or RespProtocolException)
        {
            throw new StartRefusedException(
                8, $"ConnectionStrings__redis names a Redis that can not be used: {Innermost(exception)} Correct the address or the password, or leave the setting out: the suite then brings a server of its own.");
        }
    }

    static string Innermost(Exception exception)
    {
        var message = exception.Message.TrimEnd('.');
        return exception.InnerException is { } inner && !message.Contains(inner.Message.TrimEnd('.'), StringComparison.Ordinal)
            ? $"{message}: {Innermost(inner)}"
            : message + ".";
    }
}
