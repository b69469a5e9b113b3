using Agent.Dashboard.Web.Access;

namespace Agent.Dashboard.Web.Api.Mcp;

/// <summary>The gateway's routes at the door: state of the endpoints for programs, and the federated endpoint for MCP clients.</summary>
static class McpEndpoints
{
    public static RouteGroupBuilder MapMcp(this IEndpointRouteBuilder app)
    {
        var mcp = app.MapGroup("").WithTags("MCP");

        mcp.MapMethods("/mcp", ["GET", "POST", "DELETE"], (HttpContext context, Forwarder forwarder) => forwarder.ForwardAsync(context, Peer.Gateway, "mcp"))
            .WithSummary("The federated MCP endpoint; GET with Accept: application/json lists the endpoints behind it");
        mcp.MapGet("/mcp/health", (HttpContext context, Forwarder forwarder) => forwarder.ForwardAsync(context, Peer.Gateway, "mcp/health"))
            .WithSummary("Health of every MCP endpoint");
        mcp.MapMethods("/mcp/endpoints/{name}", ["GET", "POST", "DELETE"], (string name, HttpContext context, Forwarder forwarder) =>
                forwarder.ForwardAsync(context, Peer.Gateway, "mcp/endpoints/" + Uri.EscapeDataString(name)))
            .WithSummary("One MCP endpoint, as an MCP server of its own; GET with Accept: application/json shows it with its tools");
        mcp.MapPost("/mcp/endpoints/{name}/probe", (string name, HttpContext context, Forwarder forwarder) =>
                forwarder.ForwardAsync(context, Peer.Gateway, $"mcp/endpoints/{Uri.EscapeDataString(name)}/probe"))
            .WithSummary("Probe an MCP endpoint now");
        mcp.MapPost("/mcp/endpoints/{name}/tools/accept", (string name, HttpContext context, Forwarder forwarder) =>
                forwarder.ForwardAsync(context, Peer.Gateway, $"mcp/endpoints/{Uri.EscapeDataString(name)}/tools/accept"))
            .Needs(Role.Approver)
            .WithSummary("Accept the changed definition of a tool");
        mcp.MapPost("/mcp/reload", (HttpContext context, Forwarder forwarder) => forwarder.ForwardAsync(context, Peer.Gateway, "mcp/reload"))
            .Needs(Role.Admin)
            .WithSummary("Read the endpoints file again");
        mcp.MapGet("/mcp/tools", (HttpContext context, Forwarder forwarder) => forwarder.ForwardAsync(context, Peer.Gateway, "mcp/tools"))
            .WithSummary("The tools of all healthy MCP endpoints");
        mcp.MapPost("/mcp/invoke", (HttpContext context, Forwarder forwarder) => forwarder.ForwardAsync(context, Peer.Gateway, "mcp/invoke"))
            .WithSummary("Call one tool of one MCP endpoint, outside of any run");

        return mcp;
    }
}
