using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using Agent.Guardrails.LocalTools;

namespace Agent.Cli.Tests.Commands;

public sealed class When_tools_are_installed : IDisposable
{
    readonly string _home = Directory.CreateTempSubdirectory("tools-").FullName;

    string Tools => Path.Combine(_home, "installed");

    public void Dispose() => Directory.Delete(_home, recursive: true);

    [Fact]
    public async Task A_directory_is_checked_and_copied()
    {
        var bundle = Bundle("count", "1.0.0");

        var run = await RunAsync("install", bundle);

        run.ExitCode.ShouldBe(0, run.Error);
        run.Output.ShouldStartWith("count 1.0.0 is installed (pure, sha256 ");
        LocalToolManifest.Of(Path.Combine(Tools, "count")).Manifest!.Version.ShouldBe("1.0.0");
        File.GetUnixFileMode(Path.Combine(Tools, "count", "sub", "run.sh")).HasFlag(UnixFileMode.UserExecute).ShouldBeTrue();
        Directory.GetFileSystemEntries(Tools).ShouldHaveSingleItem();
        (await RunAsync("list", "--installed")).Output.ShouldContain("usable");
    }

    [Fact]
    public async Task What_was_changed_after_its_manifest_was_written_is_refused()
    {
        var bundle = Bundle("count", "1.0.0");
        await File.AppendAllTextAsync(Path.Combine(bundle, "sub", "run.sh"), "rm -rf .\n");

        var run = await RunAsync("install", bundle);

        run.ExitCode.ShouldBe(2);
        run.Error.ShouldContain("they were changed, or the manifest is of another version");
        Directory.GetFileSystemEntries(Tools).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_was_changed_after_it_was_installed_is_shown_as_not_used()
    {
        await RunAsync("install", Bundle("count", "1.0.0"));
        await File.AppendAllTextAsync(Path.Combine(Tools, "count", "sub", "run.sh"), "rm -rf .\n");

        (await RunAsync("list", "--installed")).Output.ShouldContain("not used: its files give sha256");
    }

    [Fact]
    public async Task An_archive_must_have_the_digest_that_was_named()
    {
        var archive = Archive(Bundle("count", "1.0.0"));
        var digest = Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(archive)));

        var wrong = await RunAsync("install", archive, "--sha256", new string('0', 64));
        var right = await RunAsync("install", archive, "--sha256", digest);

        wrong.ExitCode.ShouldBe(2);
        wrong.Error.ShouldContain($"has the digest {digest}");
        right.ExitCode.ShouldBe(0, right.Error);
        File.Exists(Path.Combine(Tools, "count", "sub", "run.sh")).ShouldBeTrue();
    }

    [Fact]
    public async Task An_archive_that_leads_out_of_itself_is_refused()
    {
        var archive = Path.Combine(_home, "evil.tar");
        await using (var file = File.Create(archive))
        {
            await using var tar = new TarWriter(file);
            await tar.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, "../outside") { DataStream = new MemoryStream([1]) });
        }

        var run = await RunAsync("install", archive);

        run.ExitCode.ShouldBe(2);
        run.Error.ShouldContain("leads out of it");
        File.Exists(Path.Combine(_home, "outside")).ShouldBeFalse();
    }

    [Fact]
    public async Task Another_version_takes_its_place_only_when_told_so()
    {
        await RunAsync("install", Bundle("count", "1.0.0"));
        var newer = Bundle("count", "2.0.0");

        var refused = await RunAsync("install", newer);
        var replaced = await RunAsync("install", newer, "--replace");

        refused.ExitCode.ShouldBe(2);
        refused.Error.ShouldContain("count 1.0.0 is installed");
        replaced.ExitCode.ShouldBe(0, replaced.Error);
        LocalToolManifest.Of(Path.Combine(Tools, "count")).Manifest!.Version.ShouldBe("2.0.0");
    }

    [Fact]
    public async Task One_can_be_removed_and_a_name_that_is_none_is_told()
    {
        await RunAsync("install", Bundle("count", "1.0.0"));

        (await RunAsync("remove", "count")).ExitCode.ShouldBe(0);
        (await RunAsync("remove", "count")).Error.ShouldContain("No tool count is installed");
        (await RunAsync("remove", "../x")).ExitCode.ShouldBe(2);
    }

    [Fact]
    public async Task A_url_needs_the_digest() =>
        (await RunAsync("install", "https://example.com/count.tar.gz")).Error.ShouldContain("--sha256");

    Task<CommandRun> RunAsync(params string[] args) => CommandRun.OfAsync(new GivenDoor(new Uri("http://127.0.0.1:1")), ["tools", .. args, "--tools-dir", Tools]);

    string Bundle(string name, string version)
    {
        var bundle = Directory.CreateDirectory(Path.Combine(_home, $"{name}-{version}")).FullName;
        Directory.CreateDirectory(Path.Combine(bundle, "sub"));
        var program = Path.Combine(bundle, "sub", "run.sh");
        File.WriteAllText(program, $"#!/bin/sh\necho {version}\n");
        File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        File.WriteAllText(Path.Combine(bundle, "tool.yaml"), $"name: {name}\nversion: {version}\ndescription: Counts.\ncommand: [./sub/run.sh]\neffect: pure\nschema: {{type: object, properties: {{}}}}\nsha256: {BundleDigest.Of(bundle)}\n");
        return bundle;
    }

    string Archive(string bundle)
    {
        var archive = bundle + ".tar.gz";
        using var file = File.Create(archive);
        using var zip = new GZipStream(file, CompressionLevel.Fastest);
        TarFile.CreateFromDirectory(bundle, zip, includeBaseDirectory: true);
        return archive;
    }
}
