using Agent.Contracts;
using Agent.Executor.Service.Workspaces;

namespace Agent.Executor.Service.Tools.Http;

/// <summary><c>http_request</c>: any method. The action key travels as <c>Idempotency-Key</c>, so that a server that knows it makes a repeat harmless.</summary>
sealed class HttpRequest(WebExchange web) : ITool
{
    static readonly string[] Methods = ["GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"];

    public ToolDescription Description { get; } = new(
        "http_request",
        "Makes an HTTP request. Answers JSON with status, url, content_type and body. Which hosts and methods are allowed is policy's.",
        ToolSchema.Parse("""
            {"type":"object","properties":{
              "method":{"type":"string","enum":["GET","HEAD","OPTIONS","POST","PUT","PATCH","DELETE"]},
              "url":{"type":"string","description":"Absolute, http or https."},
              "headers":{"type":"object","additionalProperties":{"type":"string"}},
              "body":{"type":"string"},
              "timeout_seconds":{"type":"integer","minimum":1,"maximum":300,"description":"Default 30."}},
             "required":["method","url"],"additionalProperties":false}
            """),
        EffectClass.Irreversible,
        "1");

    public PreparedCall Prepare(ToolArguments arguments, Workspace workspace)
    {
        var method = arguments.Text("method").ToUpperInvariant();
        if (!Methods.Contains(method))
        {
            throw ToolArguments.Refused($"The method must be one of {string.Join(", ", Methods)}.");
        }

        return WebRequest.Read(arguments, method, arguments.OptionalText("body")).Prepare(arguments, EffectOf(method), web);
    }

    // As HTTP defines the methods; whether a server keeps to it is known to nobody, so what writes is at best repeatable.
    static EffectClass EffectOf(string method) => method switch
    {
        "GET" or "HEAD" or "OPTIONS" => EffectClass.Pure,
        "PUT" or "DELETE" => EffectClass.Idempotent,
        _ => EffectClass.Irreversible,
    };
}
