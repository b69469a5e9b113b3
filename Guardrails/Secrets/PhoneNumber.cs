namespace Agent.Guardrails.Secrets;

/// <summary><c>+49 30 1234567</c>, <c>+1 (555) 010-9999</c>, and not <c>+0100</c>, <c>1.0+20240101</c>, nor a line that a patch adds (<c>+1700000000</c>).</summary>
static class PhoneNumber
{
    const int Longest = 15;

    // One and two digits; of three, by their first two.
    static readonly HashSet<string> Countries = new(
        ["1", "7", "20", "27", "30", "31", "32", "33", "34", "36", "39", "40", "41", "43", "44", "45", "46", "47", "48", "49", "51", "52", "53", "54", "55", "56", "57", "58", "60", "61", "62", "63", "64", "65", "66", "81", "82", "84", "86",
            "90", "91", "92", "93", "94", "95", "98"],
        StringComparer.Ordinal);

    static readonly HashSet<string> Regions = new(["21", "22", "23", "24", "25", "26", "29", "35", "37", "38", "42", "50", "59", "67", "68", "69", "85", "88", "96", "97", "99"], StringComparer.Ordinal);

    public static PersonalData.Finding? At(string text, int plus)
    {
        if (plus > 0 && (char.IsLetterOrDigit(text[plus - 1]) || text[plus - 1] is '+' or '.' or '_' or '=' or '/' or '-' or '\\'))
        {
            return null;
        }

        Span<char> digits = stackalloc char[Longest + 1];
        var (count, groups, end, at) = (0, 1, plus + 1, plus + 1);
        for (; at < text.Length; at++)
        {
            if (char.IsAsciiDigit(text[at]))
            {
                if (count > Longest)
                {
                    return null;
                }

                digits[Math.Min(count++, Longest)] = text[at];
                end = at + 1;
            }
            else if (at + 1 < text.Length && IsGap(text, at))
            {
                groups += char.IsAsciiDigit(text[at - 1]) ? 1 : 0;
            }
            else
            {
                break;
            }
        }

        if (count > Longest || (end < text.Length && (char.IsLetter(text[end]) || text[end] is '_' || (text[end] is '.' or ':' && end + 1 < text.Length && char.IsAsciiDigit(text[end + 1])))))
        {
            return null;
        }

        // A patch puts a plus before each line it adds.
        var begins = plus == 0 || text[plus - 1] == '\n';
        return IsNumber(digits[..count]) && (!begins || groups > 1) ? new PersonalData.Finding(plus, end, PersonalData.Phone) : null;
    }

    // One blank, dot, dash or slash between digits; a bracket with or without a blank.
    static bool IsGap(string text, int at) => text[at] switch
    {
        ' ' or '-' or '.' => char.IsAsciiDigit(text[at + 1]) || text[at + 1] == '(',
        '(' or ')' => char.IsAsciiDigit(text[at + 1]) || text[at + 1] is ' ' or '-',
        _ => false,
    };

    static bool IsNumber(ReadOnlySpan<char> digits)
    {
        if (digits.Length < 9 || digits[0] == '0')
        {
            return false;
        }

        return digits[0] switch
        {
            // North America: an area and an exchange, neither begins with 0 or 1.
            '1' => digits.Length == 11 && digits[1] >= '2' && digits[4] >= '2',
            '7' => digits.Length == 11,
            _ => digits.Length <= 14 && (Countries.Contains(digits[..2].ToString()) || Regions.Contains(digits[..2].ToString())),
        };
    }
}
