namespace Agent.Guardrails.Commands.Programs;

/// <summary>Words given to build tools: assignments, properties and targets that make them run or write something else than the workspace's build.</summary>
static class BuildTools
{
    static readonly System.Buffers.SearchValues<char> Expanding = System.Buffers.SearchValues.Create("/\\$%@()");

    static readonly string[] BuildProperties =
    [
        "configuration", "platform", "targetframework", "targetframeworks", "version", "versionprefix", "versionsuffix", "packageversion", "assemblyversion", "fileversion", "informationalversion", "warninglevel",
        "treatwarningsaserrors", "debugtype", "debugsymbols", "optimize", "publishsinglefile", "publishtrimmed", "publishaot", "publishreadytorun", "selfcontained", "runtimeidentifier", "collectcoverage", "coverletoutputformat",
        "continuousintegrationbuild", "deterministic", "useapphost", "apphostmode", "nowarn", "warnaserror", "langversion", "nullable", "buildinparallel", "usesharedcompilation", "restorelockedmode", "testtfmsinparallel", "runanalyzers", "generatedocumentationfile", "invariantglobalization", "ci", "threshold", "verbosity",
    ];

    static readonly string[] CmakeSettings = ["CMAKE_BUILD_TYPE", "CMAKE_EXPORT_COMPILE_COMMANDS", "CMAKE_CXX_STANDARD", "CMAKE_C_STANDARD", "CMAKE_POSITION_INDEPENDENT_CODE", "CMAKE_VERBOSE_MAKEFILE", "CMAKE_COLOR_DIAGNOSTICS", "CMAKE_CXX_EXTENSIONS", "CMAKE_CONFIGURATION_TYPES", "CMAKE_UNITY_BUILD"];

    static readonly string[] MavenReports = ["dependency:tree", "dependency:analyze", "dependency:list", "versions:display", "help:"];

    static readonly string[] MakeVariables = ["v", "verbose", "debug", "q", "quiet", "build", "build_type", "config", "configuration", "mode", "profile", "release", "arch", "target", "platform", "os", "jobs", "tests", "test", "pkg", "coverage", "race", "version", "env", "stage", "color", "ci", "log_level", "filter", "only", "count"];

    public static bool IsMakeSafe(string word)
    {
        if (word.StartsWith("--ev", StringComparison.Ordinal) || word is "-E" || (word.StartsWith("-E", StringComparison.Ordinal) && word.Length > 2))
        {
            return false;
        }

        var equals = word.IndexOf('=', StringComparison.Ordinal);
        if (equals <= 0 || word.StartsWith('-'))
        {
            return !word.AsSpan().ContainsAny(ProgramHazards.ScriptBreakers);
        }

        var name = word[..equals].TrimEnd(':', '+', '?', '!');
        return MakeVariables.Contains(name.ToLowerInvariant(), StringComparer.Ordinal)
            && word[(equals + 1)..].All(character => char.IsAsciiLetterOrDigit(character) || character is '.' or '_' or '-' or '/' or ',');
    }

    public static bool IsDotnetSafe(string word)
    {
        if (word.StartsWith('@') || word.EndsWith(".dll", StringComparison.OrdinalIgnoreCase) || word.EndsWith(".exe", StringComparison.OrdinalIgnoreCase) || word.EndsWith(".rsp", StringComparison.OrdinalIgnoreCase))
        {
            return false;
        }

        if (word == "-")
        {
            return false;
        }

        var name = word.TrimStart('-', '/').ToLowerInvariant();
        if (!word.StartsWith('-') && !word.StartsWith('/'))
        {
            return !name.Contains("logfilename=", StringComparison.Ordinal) || !name.Contains('/', StringComparison.Ordinal);
        }

        foreach (var prefix in (string[])["property:", "property=", "p:"])
        {
            if (name.StartsWith(prefix, StringComparison.Ordinal))
            {
                return name[prefix.Length..].Split(';', ',').All(assignment =>
                {
                    var equals = assignment.IndexOf('=', StringComparison.Ordinal);
                    return equals > 0 && BuildProperties.Contains(assignment[..equals].Trim(), StringComparer.Ordinal) && !assignment.AsSpan(equals).ContainsAny(Expanding);
                });
            }
        }

        foreach (var prefix in (string[])["target:", "target=", "t:"])
        {
            if (name.StartsWith(prefix, StringComparison.Ordinal) && name[prefix.Length..].Split(';', ',').Any(target => target is "publishcontainer" or "push" or "deploy" or "exec"))
            {
                return false;
            }
        }

        return !name.StartsWith("environment", StringComparison.Ordinal) && !name.StartsWith("logger:", StringComparison.Ordinal) && !name.StartsWith("l:", StringComparison.Ordinal) && !name.StartsWith("dl:", StringComparison.Ordinal) && !name.StartsWith("distributedlogger", StringComparison.Ordinal)
            && name is not ("test-adapter-path" or "additionalprobingpath" or "additional-deps" or "depsfile" or "fx-version" or "roll-forward" or "source" or "s" or "configfile" or "property" or "p" or "a" or "e" or "environment" or "tool-path" or "nodereuse:true")
            && !name.StartsWith("test-adapter-path", StringComparison.Ordinal) && !name.StartsWith("source=", StringComparison.Ordinal) && !name.StartsWith("configfile=", StringComparison.Ordinal) && !name.StartsWith("warnasmessage", StringComparison.Ordinal);
    }

    public static bool IsMavenSafe(string word) =>
        word.StartsWith('-')
            ? !word.StartsWith("-Dexec", StringComparison.Ordinal) && !word.StartsWith("-DargLine", StringComparison.Ordinal) && !word.StartsWith("-Djvm", StringComparison.Ordinal) && !word.StartsWith("-Dmaven.ext", StringComparison.Ordinal)
                && word is not ("-s" or "-gs" or "--settings" or "--global-settings" or "-t" or "--toolchains") && !word.StartsWith("-Dsettings", StringComparison.Ordinal)
            : (!word.Contains(':') || Array.Exists(MavenReports, report => word.StartsWith(report, StringComparison.Ordinal))) && !word.StartsWith("deploy", StringComparison.Ordinal) && !word.StartsWith("release", StringComparison.Ordinal) && word is not "site-deploy";

    public static bool IsGradleSafe(string word) =>
        !word.StartsWith("-I", StringComparison.Ordinal) && !word.StartsWith("--init", StringComparison.Ordinal) && !word.StartsWith("-Dorg.gradle.jvmargs", StringComparison.Ordinal) && !word.StartsWith("-Dorg.gradle.java", StringComparison.Ordinal)
        && !word.StartsWith("--include-build", StringComparison.Ordinal) && !word.Contains("publish", StringComparison.OrdinalIgnoreCase) && !word.Contains("deploy", StringComparison.OrdinalIgnoreCase) && !word.Contains("upload", StringComparison.OrdinalIgnoreCase) && word is not ("-g" or "--gradle-user-home" or "-c" or "--settings-file");

    public static bool IsCmakeSafe(string word)
    {
        if (!word.StartsWith("-D", StringComparison.Ordinal))
        {
            return !word.StartsWith("-P", StringComparison.Ordinal) && !word.StartsWith("-E", StringComparison.Ordinal) && word is not ("install" or "--install" or "--target=install" or "-tinstall");
        }

        // -DNAME=value, -DNAME:TYPE=value
        var name = word[2..];
        var end = name.AsSpan().IndexOfAny(':', '=');
        name = end < 0 ? name : name[..end];
        return !name.StartsWith("CMAKE_", StringComparison.Ordinal) || CmakeSettings.Contains(name, StringComparer.Ordinal);
    }
}
