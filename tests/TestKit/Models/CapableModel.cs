namespace Agent.TestKit.Models;

/// <summary>A model that can do what <c>agent smoke</c> asks of it.</summary>
public static class CapableModel
{
    const string File = "notes.txt";
    const string Number = "number is 12";
    const string Word = "the word ready";

    /// <summary>Whether it is one of those questions.</summary>
    public static bool IsAsked(ModelRequest request) => request.Body.GetRawText() is var body && new[] { File, Number, Word }.Any(part => body.Contains(part, StringComparison.Ordinal));

    public static ScriptedReply Answer(ModelRequest request)
    {
        var body = request.Body.GetRawText();
        return body.Contains(Number, StringComparison.Ordinal) ? new ScriptedReply("{\"number\":12}")
            : body.Contains(File, StringComparison.Ordinal) && !body.Contains("the notes", StringComparison.Ordinal) ? new ScriptedReply("", new ScriptedCall("read_file", """{"path":"notes.txt"}"""))
            : new ScriptedReply("ready");
    }
}
