using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Agent.Planner.Service.Plans;

/// <summary>The form of a planner's answer, for servers that can keep their model to one. What it says beyond that is checked by <see cref="PlanCheck"/> all the same.</summary>
static class PlanSchema
{
    public static ChatResponseFormat Format { get; } = ChatResponseFormat.ForJsonSchema(
        JsonDocument.Parse(
            """
            {"type":"object","properties":{
              "cannot":{"type":"string","description":"Why the goal can not be done; then nothing else."},
              "summary":{"type":"string"},
              "steps":{"type":"array","items":{"type":"object","required":["id","title","instruction","effect"],"properties":{
                "id":{"type":"string"},"title":{"type":"string"},"instruction":{"type":"string"},
                "depends_on":{"type":"array","items":{"type":"string"}},
                "tools":{"type":"array","items":{"type":"string"}},
                "effect":{"type":"string","enum":["pure","idempotent","compensatable","irreversible"]},
                "acceptance":{"type":"array","items":{"type":"object","required":["kind"],"properties":{
                  "kind":{"type":"string","enum":["answer_given","answer_contains","file_exists","file_contains","file_lacks","command_succeeds","json_matches","judged"]},
                  "path":{"type":"string"},"text":{"type":"string"},"argv":{"type":"array","items":{"type":"string"}},"schema":{"type":"string"}}}}}}}}}
            """).RootElement,
        "plan");
}
