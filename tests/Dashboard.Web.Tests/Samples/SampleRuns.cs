using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Agent.Contracts;

namespace Agent.Dashboard.Web.Tests.Samples;

/// <summary>Journals as the other services write them, for pages and tests.</summary>
static class SampleRuns
{
    static readonly string Bundle = Digest("bundle");

    public static Plan DescribePlan { get; } = new(
        "List what is there, look at languages, projects and history side by side, then write down what was found.",
        [
            Step("survey", "List the workspace", [], ["list_files"]),
            Step("languages", "Count files and lines by language", ["survey"], ["list_files", "read_file"]),
            Step("projects", "Find projects and entry points", ["survey"], ["search_text", "read_file"]),
            Step("history", "Read the recent commits", ["survey"], ["git"]),
            Step("report", "Write the report from what was found", ["survey", "languages", "projects", "history"], ["read_file"]),
        ]);

    public static RunSubmitted Submitted(string goal = "Describe this repository", string workspace = "/srv/projects/todo-app") => new(goal, workspace, "local");

    /// <summary>From the goal to its report; <paramref name="until"/> cuts it off before that event.</summary>
    public static IReadOnlyList<IRunEvent> Succeeded(string goal = "Describe this repository", string workspace = "/srv/projects/todo-app")
    {
        List<IRunEvent> events =
        [
            Submitted(goal, workspace),
            Reply("planner", null, 1, "{\"summary\":\"List what is there …\"}"),
            new PlanAccepted(1, DescribePlan),
            .. Done("survey", "list_files", new { path = ".", depth = 3 }, "src/\n  Program.cs\n  Todo/TodoEndpoints.cs\ntests/\nREADME.md\ntodo.sln", "23 files in 6 directories [survey.1#1]."),
            new StepDispatched("languages", 1),
            new StepDispatched("projects", 1),
            new StepDispatched("history", 1),
            .. DoneWithoutDispatch("languages", "list_files", new { path = "src", pattern = "**/*.cs" }, "Program.cs 41\nTodo/TodoEndpoints.cs 118\nTodo/TodoStore.cs 96", "| Language | Files | Lines |\n|---|---:|---:|\n| C# | 19 | 1 204 |\n| Markdown | 2 | 96 |"),
            .. DoneWithoutDispatch("projects", "search_text", new { pattern = "<OutputType>", path = "." }, "src/Todo.csproj:4: <OutputType>Exe</OutputType>", "One executable, `src/Todo.csproj` [projects.1#1]."),
            .. DoneWithoutDispatch("history", "git", new { args = (string[])["log", "--oneline", "-5"] }, "9f2c1ab Return 404 for a missing item\n77d0e12 Keep items over a restart\n1be90c4 Start", "Three commits, the last one returns 404 for a missing item [history.1#1]."),
            .. Done("report", "read_file", new { path = "README.md" }, "# Todo\n\nA small web API for to-do lists.", "Written."),
            new RunReviewed(1, Verdict.Accept, "", [new CheckResult("answer_given: every step has an answer", true, "entries 9, 17, 24, 31, 38")]),
            new RunEnded(RunPhase.Succeeded, StopReason.Done, Report),
        ];
        return events;
    }

    /// <summary>Steps side by side, one of them at work.</summary>
    public static IReadOnlyList<IRunEvent> Running() =>
        [.. Succeeded("Count the lines by language and list the largest files").TakeWhile(e => e is not StepDispatched { StepId: "history" }), new StepDispatched("history", 1), new StepLeased("history", 1, "executor-1", 9), .. DoneWithoutDispatch("languages", "list_files", new { path = "src" }, "Program.cs 41", "C#: 1 204 lines [languages.1#1]."), new StepLeased("projects", 1, "executor-2", 12), Decided("projects", "run_command", new { argv = (string[])["dotnet", "test", "--no-build"] }), new ToolCallStarted("projects.1#1", "projects", 1, "run_command", Digest("key"), EffectClass.Idempotent, 12)];

    /// <summary>A call that a person must allow.</summary>
    public static IReadOnlyList<IRunEvent> WaitingForApproval(DateTimeOffset expiresAt) =>
    [
        Submitted("Push the release branch and tag it v1.4.0"),
        Reply("planner", null, 1, "{}"),
        new PlanAccepted(1, new Plan("Look, then push.", [Step("check", "Check that the branch is clean", [], ["git"]), Step("push", "Push branch and tag", ["check"], ["git", "run_command"], EffectClass.Irreversible)])),
        .. Done("check", "git", new { args = (string[])["status", "--short"] }, "", "The working tree is clean [check.1#1]."),
        new StepDispatched("push", 1),
        new StepLeased("push", 1, "executor-1", 21),
        Reply("executor", "push", 1, "", new RequestedCall("c1", "run_command", Json(new { argv = (string[])["git", "push", "origin", "release/1.4", "--tags"] }))),
        Decided("push", "run_command", new { argv = (string[])["git", "push", "origin", "release/1.4", "--tags"] }, CallDecision.Ask, "git-push-asks", "A push leaves this machine; a person decides."),
        new ApprovalRequested("push.1#1", "push", 1, "run_command", Json(new { argv = (string[])["git", "push", "origin", "release/1.4", "--tags"] }), "git-push-asks", "A push leaves this machine; a person decides.", Bundle, expiresAt),
    ];

    public static IReadOnlyList<IRunEvent> Failed() =>
    [
        Submitted("Run the tests and fix what fails"),
        Reply("planner", null, 1, "{}"),
        new PlanRefused(1, ["step \"fix\" depends on \"tests\", which is no step"]),
        Reply("planner", null, 2, "{}"),
        new PlanAccepted(1, new Plan("Run them, then mend.", [Step("test", "Run the tests", [], ["run_command"]), Step("fix", "Mend what fails", ["test"], ["edit_file"], EffectClass.Compensatable)])),
        .. Done("test", "run_command", new { argv = (string[])["dotnet", "test"] }, "Failed! - Failed: 2, Passed: 41\n  TodoStoreTests.Keeps_items_over_a_restart\n  TodoStoreTests.Refuses_an_empty_title", "Two of 43 tests fail [test.1#1].", ToolCallOutcome.Error),
        new StepDispatched("fix", 1),
        new StepLeased("fix", 1, "executor-1", 5),
        Decided("fix", "write_file", new { path = "../shared/secrets.env", content = "…" }, CallDecision.Deny, "workspace-only", "The path leads out of the workspace."),
        new ToolCallFinished("fix.1#1", "fix", 1, "write_file", ToolCallOutcome.Denied, "The path leads out of the workspace.", Digest(""), false, 0.3, new ToolProvenance("1.0", null, "none", Bundle, "workspace-only")),
        new StepFailed("fix", 1, "policy", "The only way found needs a file outside of the workspace, which policy denies (workspace-only).", false, 5),
        new RunEnded(RunPhase.Failed, StopReason.Policy, "## What there is\n\nTwo tests fail [test.1#1]; nothing was changed.", "Step fix could not be done: policy denies writing outside of the workspace (rule workspace-only)."),
    ];

    const string Report = """
        # todo-app

        A small web API for to-do lists, as its README says [report.1#1]. One executable, 23 files in 6 directories [survey.1#1].

        ## Languages

        | Language | Files | Lines |
        |---|---:|---:|
        | C# | 19 | 1 204 |
        | Markdown | 2 | 96 |
        | YAML | 2 | 38 |

        ## Projects and entry points

        - `src/Todo.csproj` – executable, starts in `src/Program.cs` [projects.1#1]
        - `tests/Todo.Tests.csproj` – 43 tests

        ## Recent commits

        1. `9f2c1ab` Return 404 for a missing item [history.1#1]
        2. `77d0e12` Keep items over a restart

        ## Not found out

        - Who uses it: nothing in the workspace says so.
        """;

    static PlanStep Step(string id, string title, string[] dependsOn, string[] tools, EffectClass effect = EffectClass.Pure) =>
        new(id, title, $"{title}. Name the tool call each fact comes from.", dependsOn, tools, effect, [new AcceptanceCriterion(CriterionKind.AnswerGiven)]);

    static IEnumerable<IRunEvent> Done(string step, string tool, object arguments, string output, string answer, ToolCallOutcome outcome = ToolCallOutcome.Ok) =>
        [new StepDispatched(step, 1), .. DoneWithoutDispatch(step, tool, arguments, output, answer, outcome)];

    static IEnumerable<IRunEvent> DoneWithoutDispatch(string step, string tool, object arguments, string output, string answer, ToolCallOutcome outcome = ToolCallOutcome.Ok) =>
    [
        new StepLeased(step, 1, "executor-1", 3),
        Reply("executor", step, 1, "", new RequestedCall("c1", tool, Json(arguments))),
        Decided(step, tool, arguments),
        new ToolCallStarted($"{step}.1#1", step, 1, tool, Digest(step), EffectClass.Pure, 3),
        new ToolCallFinished($"{step}.1#1", step, 1, tool, outcome, output, Digest(output), false, 12.4, new ToolProvenance("1.0", null, tool is "run_command" or "git" ? "bubblewrap" : "none", Bundle, "workspace-reads")),
        Reply("executor", step, 2, answer),
        new StepExecuted(step, 1, answer, [$"{step}.1#1"], 3),
        new StepReviewed(step, 1, Verdict.Accept, "", [new CheckResult("answer_given", true, $"{step}.1#1")]),
    ];

    static ToolCallDecided Decided(string step, string tool, object arguments, CallDecision decision = CallDecision.Allow, string rule = "workspace-reads", string reason = "Reading inside of the workspace is allowed.") =>
        new($"{step}.1#1", step, 1, tool, Json(arguments), decision, rule, reason, Bundle, "c1");

    static ModelReplied Reply(string role, string? step, int turn, string text, params RequestedCall[] calls) =>
        new(role, step, 1, turn, "offline", text, calls, new TokenUsage(840 + (turn * 120), 96), calls.Length > 0 ? "tool_calls" : "stop", 3.2, Digest(role + step + turn));

    static JsonElement Json(object value) => JsonSerializer.SerializeToElement(value);

    static string Digest(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
