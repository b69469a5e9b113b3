using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Agent.Journal;
using Agent.Journal.Runs;

namespace Agent.Executor.Service.Tools;

/// <summary>Names an action by what it is (tool, normalised arguments, step, occurrence) and not by where it stands, so that a repeat after a crash has the same key.</summary>
static class ActionKey
{
    public static string Of(RunState run, string stepId, string callId, string tool, JsonElement arguments)
    {
        var text = CanonicalJson.Text(arguments);
        var occurrence = 1 + run.Step(stepId).CallIds.TakeWhile(id => id != callId)
            .Count(id => run.Calls[id] is var other && other.Decided.Tool == tool && CanonicalJson.Text(other.Arguments) == text);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{run.RunId:N}\n{tool}\n{text}\n{stepId}\n{occurrence}")));
    }
}
