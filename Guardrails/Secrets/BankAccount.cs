namespace Agent.Guardrails.Secrets;

/// <summary>An IBAN, <c>DE89 3704 0044 0532 0130 00</c>: the length its country has, and the remainder 1 by 97.</summary>
static class BankAccount
{
    const int Longest = 34;

    // Country and length.
    static readonly Dictionary<string, int> Lengths =
        """
        AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DK18 DO28 EE20 EG29 ES24 FI18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28
        HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 MC27 MD24 ME22 MK19 MR27 MT31 MU30 NL18 NO15 PK24 PL28 PS29 PT25 QA29
        RO24 RS22 SA24 SC31 SE24 SI19 SK24 SM27 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20
        """.Split([' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries).ToDictionary(entry => entry[..2], entry => int.Parse(entry.AsSpan(2), System.Globalization.CultureInfo.InvariantCulture), StringComparer.Ordinal);

    /// <param name="at">The first of the two check digits.</param>
    public static PersonalData.Finding? At(string text, int from, int at)
    {
        var start = at - 2;
        if (start < from || !char.IsAsciiLetterUpper(text[start]) || !char.IsAsciiLetterUpper(text[start + 1]) || (start > 0 && (char.IsLetterOrDigit(text[start - 1]) || text[start - 1] == '_'))
            || !Lengths.TryGetValue(text.Substring(start, 2), out var length))
        {
            return null;
        }

        Span<char> signs = stackalloc char[Longest];
        var (count, end) = (0, start);
        for (var i = start; i < text.Length && count < length; i++)
        {
            if (char.IsAsciiLetterUpper(text[i]) || char.IsAsciiDigit(text[i]))
            {
                signs[count++] = text[i];
                end = i + 1;
            }
            else if (text[i] != ' ' || count % 4 != 0)
            {
                return null;
            }
        }

        return count == length && (end == text.Length || !(char.IsLetterOrDigit(text[end]) || text[end] == '_')) && Remainder(signs[..count]) == 1
            ? new PersonalData.Finding(start, end, PersonalData.Account)
            : null;
    }

    static int Remainder(ReadOnlySpan<char> signs)
    {
        var remainder = 0;
        for (var i = 0; i < signs.Length; i++)
        {
            var sign = signs[(i + 4) % signs.Length];
            remainder = char.IsAsciiDigit(sign) ? ((remainder * 10) + sign - '0') % 97 : ((remainder * 100) + sign - 'A' + 10) % 97;
        }

        return remainder;
    }
}
