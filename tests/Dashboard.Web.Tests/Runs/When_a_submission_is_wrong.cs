using System.Diagnostics;
using System.Net.Http.Json;
using System.Text;
using Agent.Dashboard.Web.Runs;
using Agent.Dashboard.Web.Tests.Harness;

namespace Agent.Dashboard.Web.Tests.Runs;

public class When_a_submission_is_wrong(SharedDoor shared)
{
    readonly DoorHarness _door = shared.Door;

    [Theory]
    [InlineData("", "/tmp", "invalid_goal", "The goal is empty")]
    [InlineData("   ", "/tmp", "invalid_goal", "The goal is empty")]
    [InlineData(null, "/tmp", "invalid_goal", "The goal is empty")]
    [InlineData("Describe it", null, "invalid_workspace", "No workspace is given")]
    [InlineData("Describe it", "", "invalid_workspace", "No workspace is given")]
    [InlineData("Describe it", "src", "invalid_workspace", "\"src\" is not an absolute path")]
    [InlineData("Describe it", "/no/such/place", "invalid_workspace", "\"/no/such/place\" does not exist")]
    [InlineData("Describe it", "/etc/passwd", "invalid_workspace", "\"/etc/passwd\" is a file")]
    public async Task The_answer_names_the_input_and_the_cure(string? goal, string? workspace, string code, string says)
    {
        using var response = await _door.SubmitAsync(new { goal, workspace });

        var problem = await response.ProblemAsync();
        problem.Status.ShouldBe(400);
        problem.Code.ShouldBe(code);
        problem.Detail.ShouldContain(says);
    }

    [Fact]
    public async Task A_goal_that_is_too_long_says_how_long_it_may_be()
    {
        using var response = await _door.SubmitAsync(new { goal = new string('x', SubmissionRules.LongestGoal + 1), workspace = "/tmp" });

        var problem = await response.ProblemAsync();
        problem.Code.ShouldBe("invalid_goal");
        problem.Detail.ShouldContain("20001 characters");
    }

    [Fact]
    public async Task A_goal_of_the_longest_length_is_taken()
    {
        using var response = await _door.SubmitAsync(new { goal = new string('x', SubmissionRules.LongestGoal), workspace = "/tmp" });

        ((int)response.StatusCode).ShouldBe(202);
    }

    [Fact]
    public async Task A_directory_the_suite_may_not_read_is_refused()
    {
        if (OperatingSystem.IsWindows() || Environment.IsPrivilegedProcess)
        {
            Assert.Skip("A privileged user can read every directory.");
        }

        var directory = Directory.CreateTempSubdirectory("door").FullName;
        Debug.Assert(!OperatingSystem.IsWindows());
        File.SetUnixFileMode(directory, UnixFileMode.None);

        using var response = await _door.SubmitAsync(new { goal = "Describe it", workspace = directory });

        (await response.ProblemAsync()).Detail.ShouldContain("can not be read");
        File.SetUnixFileMode(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    [Theory]
    [InlineData("{\"goal\": ")]
    [InlineData("[]")]
    [InlineData("{\"goal\": 7}")]
    public async Task A_body_that_is_not_the_JSON_asked_for_is_refused_without_a_stack_trace(string body)
    {
        using var response = await _door.Client.PostAsync(new Uri("runs", UriKind.Relative), new StringContent(body, Encoding.UTF8, "application/json"));

        var problem = await response.ProblemAsync();
        problem.Status.ShouldBe(400);
        problem.Code.ShouldBe("invalid_request");
        (await response.Content.ReadAsStringAsync()).ShouldNotContain("   at ");
    }

    [Fact]
    public async Task Another_media_type_is_refused()
    {
        using var response = await _door.Client.PostAsync(new Uri("runs", UriKind.Relative), new StringContent("goal=x", Encoding.UTF8, "text/plain"));

        ((int)response.StatusCode).ShouldBe(415);
        (await response.Content.ReadFromJsonAsync<System.Text.Json.JsonElement>()).GetProperty("code").GetString().ShouldBe("unsupported_media_type");
    }

    [Theory]
    [InlineData("has space")]
    [InlineData("ü")]
    public void A_key_that_is_no_plain_text_is_refused(string key)
    {
        var mistake = SubmissionRules.FirstMistake(new Submission("Describe it", "/tmp", "local", key));

        mistake!.Code.ShouldBe("invalid_idempotency_key");
    }

    [Fact]
    public async Task A_list_asked_for_wrongly_says_what_may_be_asked()
    {
        using var state = await _door.Client.GetAsync(new Uri("runs?state=sleeping", UriKind.Relative));
        using var limit = await _door.Client.GetAsync(new Uri("runs?limit=0", UriKind.Relative));
        using var text = await _door.Client.GetAsync(new Uri("runs?limit=many", UriKind.Relative));

        (await state.ProblemAsync()).Detail.ShouldContain("waiting_approval");
        (await limit.ProblemAsync()).Code.ShouldBe("invalid_limit");
        (await text.ProblemAsync()).Status.ShouldBe(400);
    }
}
