using System.Text;
using System.Text.Json;
using Agent.Contracts;
using Agent.Journal.Storage;

namespace Agent.Journal.Tests.Storage;

/// <summary>Approved files per event and message, as programs wrote and write them. A file is never changed: a member added gets a new file beside it (<c>RunPaused.2.json</c>),
/// a raised version likewise (<c>RunPaused.3.v2.json</c>); the last one is what is written today, all of them read.
/// A missing file is written by the test, which then fails, so that a person looks at it.</summary>
public class ApprovedContractsTests
{
    static readonly Guid Request = new("01890a5d-ac96-774b-bcce-b302099a8058");

    static readonly object[] Messages =
    [
        new PlanRun(Chain.RunId), new ExecuteStep(Chain.RunId, "survey", 1), new ReviewStep(Chain.RunId, "survey", 1), new ReviewRun(Chain.RunId, 1),
        new TendWorkingCopy(Chain.RunId), new RunAdvanced(Chain.RunId, 7), new RunInterrupted(Chain.RunId, "cancelled"), new BundlePublished("sha256:aa", 3),
        new SubmitGoal(Request, "ci", "Count the files", "/workspace", true, 7, "ci"), new PauseRun(Request, "ci", Chain.RunId, "why"), new ResumeRun(Request, "ci", Chain.RunId, "why"),
        new CancelRun(Request, "ci", Chain.RunId, "why"), new RetryStep(Request, "ci", Chain.RunId, "survey", "why"), new ForkRun(Request, "ci", Chain.RunId, 12),
        new SteerRun(Request, "ci", Chain.RunId, "leave vendor/ out", "survey"), new PrioritiseRun(Request, "ci", Chain.RunId, 9, "why"),
        new ResolveStepCall(Request, "ci", Chain.RunId, "survey", Happened: true, Call: "survey.1#2", Comment: "why"), new OperatorAnswered(Request, false, Chain.RunId, RunPhase.Paused, "run_ended", "Too late."),
    ];

    public static TheoryData<string> Events => [.. Sample.All.Select(RunEventTypes.NameOf)];

    public static TheoryData<string> MessageNames => [.. Messages.Select(message => message.GetType().Name)];

    [Fact]
    public void Every_event_has_a_sample() => Sample.All.Select(RunEventTypes.NameOf).Order().ShouldBe(RunEventTypes.All.Keys.Order());

    [Theory, MemberData(nameof(Events))]
    public void An_event_is_written_as_approved(string name)
    {
        var happened = Sample.All.Single(one => RunEventTypes.NameOf(one) == name);

        Encoding.UTF8.GetString(CanonicalJson.Of(happened)).ShouldBe(Approved("Events", name, CanonicalJson.Of(happened)));
    }

    [Theory, MemberData(nameof(Events))]
    public void An_approved_event_still_reads(string name)
    {
        foreach (var file in Files("Events", name))
        {
            var version = Path.GetFileNameWithoutExtension(file).Split(".v") is [_, var number] ? int.Parse(number) : 1;
            EventVersions.Known.Read(name, version, File.ReadAllBytes(file)).GetType().Name.ShouldBe(name);
        }
    }

    [Theory, MemberData(nameof(MessageNames))]
    public void A_message_is_written_as_approved_and_reads(string name)
    {
        var message = Messages.Single(one => one.GetType().Name == name);
        var approved = Approved("Messages", name, CanonicalJson.Of(message));

        Encoding.UTF8.GetString(CanonicalJson.Of(message)).ShouldBe(approved);
        JsonSerializer.Deserialize(approved, message.GetType(), ContractJson.Options).ShouldBe(message);
    }

    static string Approved(string folder, string name, byte[] written)
    {
        if (Files(folder, name) is [.., var newest])
        {
            return File.ReadAllText(newest).TrimEnd('\n');
        }

        var source = Path.Combine(AppContext.BaseDirectory, "../../../Approved", folder, name + ".json");
        Directory.CreateDirectory(Path.GetDirectoryName(source)!);
        File.WriteAllText(source, Encoding.UTF8.GetString(written) + "\n");
        throw new InvalidOperationException($"{name}.json was missing and has been written: look at it and commit it.");
    }

    static string[] Files(string folder, string name)
    {
        var directory = Path.Combine(AppContext.BaseDirectory, "Approved", folder);
        return Directory.Exists(directory) ? [.. Directory.GetFiles(directory, name + ".*json").OrderBy(file => file.Length).ThenBy(file => file, StringComparer.Ordinal)] : [];
    }
}
