using Agent.Dashboard.Web.Access;
using Agent.Dashboard.Web.Runs;
using Agent.Resp;
using Microsoft.AspNetCore.Components.Authorization;

namespace Agent.Dashboard.Web.Components.Parts;

/// <summary>Does what an operator pressed and says what went wrong, if anything did.</summary>
sealed class OperatorAnswer(Permissions permissions)
{
    public async Task<string?> OfAsync(Func<string, Task<VerbOutcome>> act, Task<AuthenticationState> session, Role needed = Role.Operator)
    {
        try
        {
            var user = (await session).User;
            if (await permissions.RefusalAsync(user, needed, CancellationToken.None) is { } refusal)
            {
                return refusal;
            }

            return await act(user.PrincipalName()) switch
            {
                VerbOutcome.Done => null,
                VerbOutcome.UnknownRun => "There is no such run any more.",
                VerbOutcome.Ended(var state) => $"The run is over ({Looks.Words(state)}); nothing can be changed about it.",
                VerbOutcome.Refused(_, _, var message) => message,
                _ => throw new System.Diagnostics.UnreachableException(),
            };
        }
        catch (RespConnectionException)
        {
            return "The store (Redis) does not answer, so it is not certain that this was taken. Try again: it will not be done twice.";
        }
    }
}
