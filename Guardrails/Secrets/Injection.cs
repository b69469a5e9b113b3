using System.Text.RegularExpressions;

namespace Agent.Guardrails.Secrets;

/// <summary>Tells tool output that looks as if it spoke to the model. A sign for rules (<c>suspicion: injection</c>), never the only defence: it misses what is phrased otherwise.</summary>
public static partial class Injection
{
    // Instructions stand where they are read, at the beginning or the end of a page; the middle of a large file is data.
    const int Looked = 64 * 1024;

    public static bool IsSuspected(string text)
    {
        try
        {
            return text.Length <= 2 * Looked
                ? Signs().IsMatch(text)
                : Signs().IsMatch(text[..Looked]) || Signs().IsMatch(text[^Looked..]);
        }
        catch (RegexMatchTimeoutException)
        {
            // What can not be looked through in time is not taken to be harmless.
            return true;
        }
    }

    // "Ignore all previous instructions", "disregard what the user said", "new system prompt:", "you must now run", chat markers of model families, text in invisible tag characters.
    [GeneratedRegex(
        @"\b(?:ignore|disregard|forget|override|bypass)\b[^.\n]{0,40}\b(?:previous|prior|above|earlier|preceding|all|your|these|system)\b[^.\n]{0,40}\b(?:instructions?|prompts?|rules?|guidelines?|guardrails?|policies|context|directions?)\b"
        + @"|\b(?:new|updated|real|actual|revised|hidden)\s+(?:system\s+)?(?:instructions?|prompt|task|orders)\s*(?::|for\s+(?:the\s+)?(?:ai|assistant|agent|model))"
        + @"|\b(?:ai|assistant|agent|llm|language\s+model|model)s?\b[^.\n]{0,30}\b(?:must|should|shall|need\s+to|have\s+to|are\s+to|is\s+to)\s+(?:now\s+|immediately\s+|first\s+)?(?:run|execute|call|invoke|send|upload|post|delete|write|fetch|read|reveal|print|output)\b"
        + @"|\byou\s+(?:are\s+now|must\s+now|have\s+been\s+re-?assigned|will\s+now)\b"
        + @"|\b(?:do\s+not|don't|never)\s+(?:tell|inform|mention|reveal|show)\b[^.\n]{0,40}\b(?:user|human|operator|person|reviewer)\b"
        + @"|<\|(?:im_start|im_end|system|assistant|user|endoftext)\|>|\[/?INST\]|<<SYS>>|</?(?:system|assistant|tool_result|function_calls)>|^\s*(?:###\s*)?(?:system|developer)\s*(?:message|prompt|override)\s*:"
        + @"|(?:\uDB40[\uDC20-\uDC7F]){8}",
        RegexOptions.IgnoreCase | RegexOptions.Multiline | RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Signs();
}
