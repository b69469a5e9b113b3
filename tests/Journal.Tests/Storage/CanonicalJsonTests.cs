using System.Text;
using System.Text.Json;
using Agent.Contracts;
using Agent.Journal.Storage;

namespace Agent.Journal.Tests.Storage;

public class CanonicalJsonTests
{
    [Theory]
    [InlineData("""{ "b": 1, "a": [ 1.50, true, null ] }""", """{"a":[1.50,true,null],"b":1}""")]
    [InlineData("""{"z":{"y":1,"x":2},"Z":0,"é":"é"}""", """{"Z":0,"z":{"x":2,"y":1},"é":"é"}""")]
    [InlineData("""{"a":1,"a":2}""", """{"a":2}""")]
    [InlineData("\"\\u0041\\n<>&'\"", "\"A\\n<>&'\"")]
    [InlineData("[]", "[]")]
    public void One_value_has_one_form(string written, string canonical) =>
        Encoding.UTF8.GetString(CanonicalJson.Of(Sample.Json(written))).ShouldBe(canonical);

    [Theory]
    [InlineData("""{"text":"\ud800"}""")]
    [InlineData("""{"\udfff":1}""")]
    public void Half_a_surrogate_pair_from_a_model_is_kept_and_not_a_crash(string written)
    {
        var once = CanonicalJson.Of(Sample.Json(written));

        CanonicalJson.Of(Sample.Json(Encoding.UTF8.GetString(once))).ShouldBe(once);
    }

    [Fact]
    public void Every_event_is_written_in_canonical_form()
    {
        foreach (var happened in Sample.All)
        {
            var written = CanonicalJson.Of(happened);

            CanonicalJson.Of(JsonDocument.Parse(written).RootElement).ShouldBe(written, happened.GetType().Name);
        }
    }

    [Fact]
    public void Every_event_comes_back_as_it_went_in()
    {
        foreach (var entry in Chain.Of([.. Sample.All]))
        {
            CanonicalJson.Of(entry.Event).ShouldBe(CanonicalJson.Of(Sample.All[entry.Sequence - 1]));
        }
    }

    [Fact]
    public void An_entry_is_its_hash_and_its_canonical_json()
    {
        var stored = EntryCodec.Encode(Chain.RunId, 2, new string('0', 64), new DateTimeOffset(2026, 1, 1, 10, 0, 0, TimeSpan.FromHours(1)), "door-1", new RunPaused("ada"));

        Encoding.UTF8.GetString(stored.AsSpan(64)).ShouldBe(
            """{"actor":"door-1","at":"2026-01-01T09:00:00.0000000Z","data":{"principal":"ada"},"run":"01900000-0000-7000-8000-000000000001","seq":2,"type":"RunPaused","v":1}""");
        EntryCodec.HashOf(stored).ShouldBe(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData([.. Enumerable.Repeat((byte)'0', 64), .. stored.AsSpan(64)])));
    }

    [Fact]
    public void Any_changed_byte_breaks_the_chain()
    {
        var stored = EntryCodec.Encode(Chain.RunId, 1, JournalHead.Empty.Hash, DateTimeOffset.UnixEpoch, "door", Sample.Submitted());

        EntryCodec.Follows(stored, JournalHead.Empty.Hash).ShouldBeTrue();
        for (var position = 0; position < stored.Length; position++)
        {
            stored[position] ^= 1;
            EntryCodec.Follows(stored, JournalHead.Empty.Hash).ShouldBeFalse();
            stored[position] ^= 1;
        }
    }
}
