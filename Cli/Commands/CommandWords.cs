using System.Text;

namespace Agent.Cli.Commands;

/// <summary>A command line taken apart into words, with single and double quotes and backslashes as a shell reads them, and nothing else of a shell: there is none where it is run.</summary>
static class CommandWords
{
    public static IReadOnlyList<string> Of(string line)
    {
        var words = new List<string>();
        var word = new StringBuilder();
        var begun = false;
        char? quote = null;
        for (var position = 0; position < line.Length; position++)
        {
            var character = line[position];
            if (character == quote)
            {
                quote = null;
            }
            else if (character == '\\' && quote != '\'' && position + 1 < line.Length)
            {
                word.Append(line[++position]);
                begun = true;
            }
            else if (quote is null && character is '\'' or '"')
            {
                (quote, begun) = (character, true);
            }
            else if (quote is null && char.IsWhiteSpace(character))
            {
                if (begun)
                {
                    words.Add(word.ToString());
                }

                word.Clear();
                begun = false;
            }
            else
            {
                word.Append(character);
                begun = true;
            }
        }

        if (quote is not null)
        {
            throw new CommandException(ExitCode.Usage, $"The command has an opening {quote} without its end: {line}");
        }

        if (begun)
        {
            words.Add(word.ToString());
        }

        return words.Count > 0 ? words : throw new CommandException(ExitCode.Usage, "The check has no command. Give one that only reads, such as \"cat release.log\".");
    }
}
