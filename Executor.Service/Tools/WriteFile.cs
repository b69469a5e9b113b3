using System.Text;
using System.Text.Json;
using Agent.Contracts;
using Agent.Executor.Service.Workspaces;
using Agent.Guardrails;

namespace Agent.Executor.Service.Tools;

/// <summary><c>write_file</c>: a whole file, old or new, never half.</summary>
sealed class WriteFile : ITool
{
    public ToolDescription Description { get; } = new(
        "write_file",
        "Writes a whole text file in the workspace, replacing what was there; missing directories are made.",
        ToolSchema.Parse("""
            {"type":"object","properties":{
              "path":{"type":"string","description":"File, relative to the workspace."},
              "content":{"type":"string","description":"All of the file's text."}},
             "required":["path","content"],"additionalProperties":false}
            """),
        EffectClass.Idempotent,
        "1");

    public PreparedCall Prepare(ToolArguments arguments, Workspace workspace)
    {
        var path = arguments.Path(workspace, "path");
        var content = Encoding.UTF8.GetBytes(arguments.Text("content"));
        GitData.RefuseWrite(path);
        return new PreparedCall(arguments.Normalised, EffectClass.Idempotent, (context, _) => Task.Run(() =>
        {
            var created = AtomicFile.Write(workspace, path, content, context.ActionKey);
            return new ToolResult(JsonSerializer.Serialize(new { Path = path.Relative, Bytes = content.Length, Created = created }, ContractJson.Options));
        }))
        {
            Paths = [new PathAccess(IsWrite: true, path.Absolute)],
        };
    }
}
