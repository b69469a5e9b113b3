using System.Text;
using Agent.Contracts;
using Agent.Journal.Storage;

namespace Agent.Journal.Tests.Storage;

public class StoredFormTests
{
    const string Envelope = """{"actor":"a","at":"2026-01-01T10:00:00.0000000Z","data":{},"run":"01900000-0000-7000-8000-000000000001","seq":1,"type":"RunPaused","v":1}""";

    static readonly DateTimeOffset At = new DateTimeOffset(2026, 11, 20, 14, 47, 38, TimeSpan.Zero).AddTicks(1);

    public static TheoryData<string> Events => [.. Sample.All.Select(RunEventTypes.NameOf)];

    public static TheoryData<DateTimeOffset> Times => [DateTimeOffset.MinValue, DateTimeOffset.MaxValue, DateTimeOffset.UnixEpoch, new DateTimeOffset(2026, 1, 1, 10, 0, 0, TimeSpan.FromHours(2))];

    [Theory, MemberData(nameof(Events))]
    public void Every_event_comes_back_byte_for_byte(string name)
    {
        var happened = Sample.All.Single(one => RunEventTypes.NameOf(one) == name);

        PackedOf(Entry("door", happened)).Length.ShouldBe(44 + "door".Length + name.Length + CanonicalJson.Of(happened).Length);
    }

    [Theory, MemberData(nameof(Times))]
    public void So_does_every_time(DateTimeOffset at) => PackedOf(EntryCodec.Encode(Chain.RunId, 1, JournalHead.Empty.Hash, at, "door", new RunPaused("ada")));

    [Theory]
    [InlineData(1)]
    [InlineData(9)]
    [InlineData(10)]
    [InlineData(long.MaxValue)]
    public void And_every_number(long sequence)
    {
        var entry = EntryCodec.Encode(Chain.RunId, sequence, JournalHead.Empty.Hash, At, "door", new RunPaused("ada"));

        StoredForm.Unpack(Chain.RunId, sequence, StoredForm.Pack(Chain.RunId, sequence, entry)).ShouldBe(entry);
    }

    [Theory]
    [InlineData("")]
    [InlineData("ada \"the first\"")]
    [InlineData("Zoë ✓ 🙂")]
    [InlineData("C:\\")]
    [InlineData("\u0001\n\u007f\u2028")]
    [InlineData(Envelope)]
    [InlineData("\",\"at\":\"2026-01-01T10:00:00.0000000Z\",\"data\":")]
    public void An_actor_may_be_called_anything(string actor) => PackedOf(Entry(actor, new RunPaused("ada")));

    [Fact]
    public void An_actor_whose_name_has_no_room_is_not_packed()
    {
        PackedOf(Entry(new string('x', 255), new RunPaused("ada")));

        foreach (var actor in (string[])[new('x', 256), new('"', 128), new('é', 128), new('x', 70_000)])
        {
            var entry = Entry(actor, new RunPaused("ada"));
            StoredForm.Pack(Chain.RunId, 1, entry).ShouldBeSameAs(entry);
            StoredForm.Unpack(Chain.RunId, 1, entry).ShouldBeSameAs(entry);
        }
    }

    [Theory]
    [InlineData(Envelope)]
    [InlineData("{\"x\":" + Envelope + "}")]
    [InlineData("{\"run\":\"x\",\"type\":\"RunEnded\",\"v\":1}")]
    [InlineData("[{\"a\":\"\",\"at\":\"\",\"data\":0,\"run\":\"\",\"seq\":1,\"type\":\"\",\"v\":1}]")]
    public void Data_may_look_like_what_stands_around_it(string arguments)
    {
        PackedOf(Entry("door", Sample.Decided("survey.1#1") with { Arguments = Sample.Json(arguments) }));
        PackedOf(Entry("door", new OperatorMessage("ada", arguments)));
        PackedOf(Entry(arguments, new OperatorMessage(arguments, new string('x', 100_000))));
    }

    [Theory]
    [InlineData("\"v\":1}", "\"v\":255}", true)]
    [InlineData("\"v\":1}", "\"v\":256}", false)]
    [InlineData("\"v\":1}", "\"v\":01}", false)]
    [InlineData("\"v\":1}", "\"v\":1} ", false)]
    [InlineData("\"v\":1}", "\"v\":1,\"w\":1}", false)]
    [InlineData("\"seq\":1,", "\"seq\":2,", false)]
    [InlineData("\"run\":\"0", "\"run\":\"1", false)]
    [InlineData("Z\",\"data\"", "z\",\"data\"", false)]
    [InlineData("\"at\":\"2026-11-", "\"at\":\"2026-13-", false)]
    [InlineData("\"actor\":", "\"actor\": ", false)]
    [InlineData("\"actor\":", "\"Actor\":", false)]
    public void What_would_not_come_back_is_not_packed(string there, string instead, bool packed)
    {
        byte[] entry = [.. Enumerable.Repeat((byte)'a', 64), .. Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(Entry("door", new RunPaused("ada")).AsSpan(64)).Replace(there, instead))];

        var stored = StoredForm.Pack(Chain.RunId, 1, entry);

        (stored != entry).ShouldBe(packed);
        StoredForm.Unpack(Chain.RunId, 1, stored).ShouldBe(entry);
    }

    [Fact]
    public void Digits_of_another_case_are_not_packed()
    {
        byte[] entry = [.. Enumerable.Repeat((byte)'A', 64), .. Entry("door", new RunPaused("ada")).AsSpan(64)];

        StoredForm.Pack(Chain.RunId, 1, entry).ShouldBeSameAs(entry);
    }

    [Fact]
    public void Under_another_key_it_is_another_entry()
    {
        var packed = PackedOf(Entry("door", Sample.Submitted()));

        ChainCheck.Mistake(Chain.RunId, JournalHead.Empty, StoredForm.Unpack(Chain.RunId, 1, packed)).ShouldBeNull();
        ChainCheck.Mistake(Chain.RunId, JournalHead.Empty, StoredForm.Unpack(Chain.RunId, 2, packed)).ShouldNotBeNull();
        ChainCheck.Mistake(Chain.RunId, JournalHead.Empty, StoredForm.Unpack(Guid.CreateVersion7(), 1, packed)).ShouldNotBeNull();
    }

    [Fact]
    public void However_short_it_is_cut_it_is_found()
    {
        var packed = PackedOf(Entry("door", Sample.Submitted()));

        for (var length = 0; length < packed.Length; length++)
        {
            Found(packed[..length]);
        }
    }

    [Fact]
    public void Any_changed_byte_is_found()
    {
        var packed = PackedOf(Entry("door", Sample.Submitted()));

        for (var position = 0; position < packed.Length; position++)
        {
            foreach (var change in (byte[])[1, 0x31, 0x80, 0xff])
            {
                byte[] changed = [.. packed];
                changed[position] ^= change;
                Found(changed);
            }
        }
    }

    [Fact]
    public void Whatever_lies_there_is_judged_and_is_no_crash()
    {
        var random = new Random(16);
        for (var round = 0; round < 50_000; round++)
        {
            var stored = new byte[random.Next(400)];
            random.NextBytes(stored);
            // What begins as an entry does, packed or not, gets further; furthest with a time, an actor and a type that may be.
            if (stored.Length > 100 && round % 4 > 0)
            {
                stored[0] = (byte)(round % 4 == 1 ? '0' : 1);
                stored[33] = 0;
                stored[41] = (byte)random.Next(20);
                stored[42 + stored[41]] = (byte)random.Next(round % 4 == 2 ? 20 : 255);
            }

            Found(stored);
            StoredForm.Pack(Chain.RunId, 1, stored).ShouldBeSameAs(stored);
        }
    }

    static byte[] Entry(string actor, IRunEvent happened) => EntryCodec.Encode(Chain.RunId, 1, JournalHead.Empty.Hash, At, actor, happened);

    /// <summary>Packed, and as it was when it is unpacked.</summary>
    static byte[] PackedOf(byte[] entry)
    {
        var packed = StoredForm.Pack(Chain.RunId, 1, entry);

        packed[0].ShouldBe((byte)1);
        StoredForm.Unpack(Chain.RunId, 1, packed).ShouldBe(entry);
        return packed;
    }

    /// <summary>The chain's check names what lies there; whoever reads it gets an entry with other content, or is told that it is none.</summary>
    static void Found(byte[] stored)
    {
        var entry = StoredForm.Unpack(Chain.RunId, 1, stored);

        ChainCheck.Mistake(Chain.RunId, JournalHead.Empty, entry).ShouldNotBeNull();
        try
        {
            EntryCodec.Decode(entry, JournalHead.Empty.Hash);
            EntryCodec.HashOf(entry);
        }
        catch (JournalFormatException)
        {
            // What readers are told.
        }
    }
}
