using System.Security.Claims;

namespace Agent.Mcp.Gateway.Serving;

/// <summary>Who stands behind a request, as the door has authenticated them. Only holders of the internal key get here, and the door overwrites what its clients send.</summary>
static class Caller
{
    public const string Header = "X-Agent-Principal";

    public static string? Of(HttpRequest request) => request.Headers[Header].ToString() is { Length: > 0 } name ? Uri.UnescapeDataString(name) : null;

    public static ClaimsPrincipal? Principal(string? name) => name is null ? null : new(new ClaimsIdentity([new Claim(ClaimTypes.Name, name)], "door"));
}
