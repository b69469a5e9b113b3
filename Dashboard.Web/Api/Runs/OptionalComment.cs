using System.Text.Json;

namespace Agent.Dashboard.Web.Api.Runs;

/// <summary>Why an operator acts; goes to the journal.</summary>
sealed record OperatorNote(string? Comment);

/// <summary>Reads <see cref="OperatorNote"/> from a body that may be left out: curl sends none, and a bound parameter would refuse that.</summary>
static class OptionalComment
{
    public static async Task<string?> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (!request.HasJsonContentType() || request.ContentLength == 0)
        {
            return null;
        }

        try
        {
            return (await request.ReadFromJsonAsync<OperatorNote>(cancellationToken))?.Comment;
        }
        catch (JsonException malformed)
        {
            throw new BadHttpRequestException("The body is not JSON.", malformed);
        }
    }
}
