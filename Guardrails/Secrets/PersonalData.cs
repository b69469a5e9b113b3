using System.Text;

namespace Agent.Guardrails.Secrets;

/// <summary>Takes personal data out of what is written: e-mail addresses, phone numbers in international form, numbers of payment cards and of bank accounts (IBAN). Only what can be told by its form:
/// cards and accounts by their check digits, phone numbers by country and length.</summary>
public static class PersonalData
{
    public const string Email = "[e-mail]";
    public const string Phone = "[phone]";
    public const string Card = "[card]";
    public const string Account = "[account]";

    static readonly System.Buffers.SearchValues<char> Signs = System.Buffers.SearchValues.Create("@+0123456789");

    public static string Redact(string text)
    {
        StringBuilder? written = null;
        var (copied, at) = (0, 0);
        while (at < text.Length && text.AsSpan(at).IndexOfAny(Signs) is var next and >= 0)
        {
            at += next;
            if (Find(text, copied, at) is not { } found)
            {
                at = EndOfRun(text, at);
                continue;
            }

            (written ??= new StringBuilder(text.Length)).Append(text, copied, found.Start - copied).Append(found.Mask);
            copied = at = found.End;
        }

        return written is null ? text : written.Append(text, copied, text.Length - copied).ToString();
    }

    static Finding? Find(string text, int from, int at) => text[at] switch
    {
        '@' => EmailAddress.At(text, from, at),
        '+' => PhoneNumber.At(text, at),
        _ => BankAccount.At(text, from, at) ?? CardNumber.At(text, at),
    };

    // A run of digits is looked at once, from its first; what stands in a word of letters and digits is none of it.
    static int EndOfRun(string text, int at)
    {
        if (!char.IsAsciiDigit(text[at]))
        {
            return at + 1;
        }

        while (at < text.Length && char.IsAsciiDigit(text[at]))
        {
            at++;
        }

        return at;
    }

    internal readonly record struct Finding(int Start, int End, string Mask);
}
