using System.Globalization;

namespace Agent.Guardrails.Secrets;

/// <summary><c>4111 1111 1111 1111</c>: the lengths and first digits that networks give out, and the check digit (Luhn).</summary>
static class CardNumber
{
    const int Longest = 19;

    public static PersonalData.Finding? At(string text, int at)
    {
        if (at > 0 && (char.IsLetterOrDigit(text[at - 1]) || text[at - 1] is '.' or '_' or '-' or '+' or '#'))
        {
            return null;
        }

        Span<char> digits = stackalloc char[Longest];
        var (count, end, gap) = (0, at, '\0');
        for (var i = at; i < text.Length; i++)
        {
            if (char.IsAsciiDigit(text[i]))
            {
                if (count == Longest)
                {
                    return null;
                }

                digits[count++] = text[i];
                end = i + 1;
            }
            else if (text[i] is ' ' or '-' && (gap == '\0' || gap == text[i]) && count is 4 or 8 or 10 or 12 && i + 1 < text.Length && char.IsAsciiDigit(text[i + 1]))
            {
                gap = text[i];
            }
            else
            {
                break;
            }
        }

        var after = end < text.Length ? text[end] : ' ';
        var isWhole = !(char.IsLetterOrDigit(after) || after is '_' or '-' || (after is '.' or ',' && end + 1 < text.Length && char.IsAsciiDigit(text[end + 1])));
        return isWhole && IsGivenOut(digits[..count]) && IsChecked(digits[..count]) ? new PersonalData.Finding(at, end, PersonalData.Card) : null;
    }

    static bool IsGivenOut(ReadOnlySpan<char> digits)
    {
        if (digits.Length is < 14 or > 19)
        {
            return false;
        }

        var (two, four) = (int.Parse(digits[..2], CultureInfo.InvariantCulture), int.Parse(digits[..4], CultureInfo.InvariantCulture));
        return digits.Length switch
        {
            14 => two is 36 or 38 or 39 || four is >= 3000 and <= 3059,
            15 => two is 34 or 37,
            16 => digits[0] == '4' || two is (>= 51 and <= 55) or 35 or 65 or 62 || four is 6011 or (>= 6440 and <= 6499) or (>= 2221 and <= 2720),
            _ => two is 62,
        };
    }

    static bool IsChecked(ReadOnlySpan<char> digits)
    {
        var sum = 0;
        for (var i = 0; i < digits.Length; i++)
        {
            var digit = digits[^(i + 1)] - '0';
            digit = i % 2 == 1 ? digit * 2 : digit;
            sum += digit > 9 ? digit - 9 : digit;
        }

        // A row of one digit is a filler.
        return sum % 10 == 0 && digits.ContainsAnyExcept(digits[0]);
    }
}
