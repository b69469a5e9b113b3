using System.Diagnostics;
using Agent.Guardrails.Secrets;

namespace Agent.Guardrails.Tests.Secrets;

public class PersonalDataTests
{
    [Theory]
    [InlineData("mail jane.doe@mail.example.com now", "mail [e-mail] now")]
    [InlineData("<bob+tag@example.co.uk>, \"ann@example.org\"", "<[e-mail]>, \"[e-mail]\"")]
    [InlineData("mailto:bob@example.com?subject=x", "mailto:[e-mail]?subject=x")]
    [InlineData("Author: Jane Doe <jane@example.com>\nx", "Author: Jane Doe <[e-mail]>\nx")]
    [InlineData("{\"to\":\"a.b_c@sub.domain.museum\"}", "{\"to\":\"[e-mail]\"}")]
    [InlineData("Write to x1@example.com.", "Write to [e-mail].")]
    [InlineData("a@example.com,b@example.com;c@example.com", "[e-mail],[e-mail];[e-mail]")]
    [InlineData("call +49 30 1234567 or +49-30-1234567", "call [phone] or [phone]")]
    [InlineData("tel: +1 (555) 234-5678.", "tel: [phone].")]
    [InlineData("(+44 20 7946 0958)", "([phone])")]
    [InlineData("phone=\"+33612345678\"", "phone=\"[phone]\"")]
    [InlineData("+49 30 1234567 at the start", "[phone] at the start")]
    [InlineData("+420 601 123 456, +353 1 234 5678", "[phone], [phone]")]
    [InlineData("card 4111 1111 1111 1111 ok", "card [card] ok")]
    [InlineData("5500-0055-5555-5559", "[card]")]
    [InlineData("amex 378282246310005, diners 30569309025904", "amex [card], diners [card]")]
    [InlineData("\"pan\":4111111111111111}", "\"pan\":[card]}")]
    [InlineData("6011000990139424\t3530111333300000", "[card]\t[card]")]
    [InlineData("IBAN DE89 3704 0044 0532 0130 00.", "IBAN [account].")]
    [InlineData("GB82WEST12345698765432", "[account]")]
    [InlineData("from NL91ABNA0417164300 to FR1420041010050500013M02606", "from [account] to [account]")]
    public void Redact_PersonalData_ByItsForm(string text, string shown)
    {
        PersonalData.Redact(text).ShouldBe(shown);
        PersonalData.Redact(shown).ShouldBe(shown);
    }

    [Theory]
    [InlineData("git clone git@github.com:owner/repo.git")]
    [InlineData("ssh://git@github.com/owner/repo, https://user:pw@host.example.com/x")]
    [InlineData("npm i react@18.2.0 @types/node@20 typescript@latest")]
    [InlineData("icon@2x.png icon@3x.webp getty@tty1.service")]
    [InlineData("@app.route('/x') @Override $@\"text\" user@localhost root@host")]
    [InlineData("docker.io/library/redis@sha256:0123456789012345678901234567890123456789012345678901234567890123")]
    [InlineData("commit 5771f18a0b1c2d3e4f5061728394a5b6c7d8e9f0")]
    [InlineData("8f14e45fceea167a5a36dedd4bea2543 4111111111111111a a4111111111111111")]
    [InlineData("2026-11-29T01:31:33.123456+01:00 +0100 UTC+02:00")]
    [InlineData("1700000000 1700000000000 1700000000000000 1700000000000000000")]
    [InlineData("v1.2.3+20240101 10.0.401+4567890123 1.5e+1234567890")]
    [InlineData("+1700000000\n+17000000000\n+12345678901\n+49301234567")]
    [InlineData("@@ -123456,7 +1234567,9 @@")]
    [InlineData("127.0.0.1:8080 192.168.100.200 2001:db8::1")]
    [InlineData("4111 1111 1111 1112, 1234 5678 9012 3456")]
    [InlineData("0000000000000000 4444444444444444 00000000-0000-4000-8000-000000000000")]
    [InlineData("01a1f8ff-ad77-7b12-bafe-4786a25ab1da 41111111-1111-1111-1111-111111111111")]
    [InlineData("DE89 3704 0044 0532 0130 01 GB82WEST12345698765433 DE1234 AB12CD34")]
    [InlineData("3.14159265358979323846 0.4111111111111111 4111111111111111.5")]
    [InlineData("x = a +12; y = b + 1234567890123; i++ + ++j")]
    [InlineData("ISBN 978-3-16-148410-0, EAN 4006381333931, 4539578763621486123456")]
    [InlineData("const PORT=+process.env.PORT; C++ 20, +1 -1, +15%")]
    public void Redact_WhatOnlyLooksLikeIt_StaysAsItIs(string text) => PersonalData.Redact(text).ShouldBe(text);

    [Fact]
    public void Redact_ALargeText_TakesTimeInProportionToIt()
    {
        var line = "2026-11-29 01:31:33 GET /users/4711?mail=jane@example.com 200 12345678901234567890 +49 30 1234567 a1b2c3d4e5f6 @@@@ ++++ 4111 1111 1111 1112\n";
        var text = string.Concat(Enumerable.Repeat(line, 20_000));
        var digits = new string('1', 1_000_000);
        var signs = new string('@', 500_000) + new string('+', 500_000);
        var local = string.Concat(Enumerable.Repeat("a.", 500_000)) + "@";
        PersonalData.Redact(line);

        var started = Stopwatch.GetTimestamp();
        PersonalData.Redact(text).ShouldContain("mail=[e-mail] 200");
        PersonalData.Redact(digits).ShouldBe(digits);
        PersonalData.Redact(signs).ShouldBe(signs);
        PersonalData.Redact(local).ShouldBe(local);

        Stopwatch.GetElapsedTime(started).ShouldBeLessThan(TimeSpan.FromSeconds(20));
    }
}
