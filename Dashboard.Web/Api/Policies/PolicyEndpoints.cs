using Agent.Dashboard.Web.Access;

namespace Agent.Dashboard.Web.Api.Policies;

/// <summary>The policy service's routes at the door.</summary>
static class PolicyEndpoints
{
    public static RouteGroupBuilder MapPolicies(this IEndpointRouteBuilder app)
    {
        var policies = app.MapGroup("/policies").WithTags("Policies");

        policies.MapGet("", (HttpContext context, Forwarder forwarder) => forwarder.ForwardAsync(context, Peer.Policies, "bundles/current"))
            .WithSummary("The policy bundle in force");
        policies.MapGet("/status", (HttpContext context, Forwarder forwarder) => forwarder.ForwardAsync(context, Peer.Policies, "policies/status"))
            .WithSummary("Which bundle is in force, and every mistake of the files as they are now");
        policies.MapPost("/reload", (HttpContext context, Forwarder forwarder) => forwarder.ForwardAsync(context, Peer.Policies, "policies/reload"))
            .Needs(Role.Admin)
            .WithSummary("Read the policy files again; a bundle that does not validate changes nothing");

        policies.MapGet("/canary", (HttpContext context, Forwarder forwarder) => forwarder.ForwardAsync(context, Peer.Policies, "policies/canary"))
            .WithSummary("The bundle on trial, or the last one: share, decisions on it and on the current one, how it ended");
        policies.MapPost("/canary", (HttpContext context, Forwarder forwarder) => forwarder.ForwardAsync(context, Peer.Policies, "policies/canary"))
            .Needs(Role.Admin)
            .WithSummary("Put a share of new runs on another bundle; it is rolled back when it holds them up much more than the others");
        policies.MapPost("/canary/promote", (HttpContext context, Forwarder forwarder) => forwarder.ForwardAsync(context, Peer.Policies, "policies/canary/promote"))
            .Needs(Role.Admin)
            .WithSummary("Make the bundle on trial the current one; its files take the place of those in the policy directory");
        policies.MapPost("/canary/stop", (HttpContext context, Forwarder forwarder) => forwarder.ForwardAsync(context, Peer.Policies, "policies/canary/stop"))
            .Needs(Role.Admin)
            .WithSummary("End the trial; its runs follow the current bundle");

        return policies;
    }
}
