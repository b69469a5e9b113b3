using YamlDotNet.Core;
using YamlDotNet.Core.Events;
using YamlDotNet.RepresentationModel;

namespace Agent.Guardrails.Yaml;

/// <summary>Reads YAML that anybody may have written. At some texts YamlDotNet 16.3 throws what is not its own exception, and one that nests without end overflows the stack of whoever reads it.</summary>
static class YamlText
{
    /// <exception cref="YamlException">The text is not YAML, nests too deep or has aliases; <see cref="YamlException.Start"/> is the place.</exception>
    public static YamlStream Load(string text)
    {
        var parser = new StrictParser(new Parser(new StringReader(text)));
        var stream = new YamlStream();
        try
        {
            stream.Load(parser);
            return stream;
        }
        catch (Exception exception) when (exception is not YamlException)
        {
            var at = parser.Current?.End ?? Mark.Empty;
            throw new YamlException(at, at, "What follows here can not be read.", exception);
        }
    }

    /// <summary>Ends at what would cost more than any policy is worth.</summary>
    sealed class StrictParser(Parser parser) : IParser
    {
        const int DeepestNesting = 32;

        int _depth;

        public ParsingEvent? Current => parser.Current;

        public bool MoveNext()
        {
            if (!parser.MoveNext())
            {
                return false;
            }

            var read = parser.Current!;
            _depth += read.NestingIncrease;
            if (_depth > DeepestNesting)
            {
                throw new YamlException(read.Start, read.End, $"It nests deeper than {DeepestNesting} levels.");
            }

            // A few lines of aliases of aliases stand for more nodes than memory holds.
            return read is AnchorAlias ? throw new YamlException(read.Start, read.End, "Aliases (*name) are not taken: write out what is meant.") : true;
        }
    }
}
