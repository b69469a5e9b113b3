using Agent.Contracts;
using Agent.Executor.Service.Workspaces;

namespace Agent.Executor.Service.Tools.Http;

/// <summary><c>http_get</c>: reads a page or a file from the web.</summary>
sealed class HttpGet(WebExchange web) : ITool
{
    public ToolDescription Description { get; } = new(
        "http_get",
        "Reads a URL. Answers JSON with status, url (after redirects), content_type and body. Which hosts may be reached is policy's; each redirect is judged again.",
        ToolSchema.Parse("""
            {"type":"object","properties":{
              "url":{"type":"string","description":"Absolute, http or https."},
              "headers":{"type":"object","additionalProperties":{"type":"string"}},
              "timeout_seconds":{"type":"integer","minimum":1,"maximum":300,"description":"Default 30."}},
             "required":["url"],"additionalProperties":false}
            """),
        EffectClass.Pure,
        "1");

    public PreparedCall Prepare(ToolArguments arguments, Workspace workspace) => WebRequest.Read(arguments, "GET", body: null).Prepare(arguments, EffectClass.Pure, web);
}
