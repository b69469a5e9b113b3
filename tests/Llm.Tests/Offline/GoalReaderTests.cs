using Agent.Llm.Offline.Goals;

namespace Agent.Llm.Tests.Offline;

public sealed class GoalReaderTests
{
    [Theory]
    [InlineData("Describe this repository")]
    [InlineData("describe the repo.")]
    [InlineData("Please summarise this project")]
    [InlineData("Can you summarize the codebase in detail?")]
    [InlineData("Give me an overview of this repository")]
    [InlineData("What is in this directory?")]
    [InlineData("Explain this code base for a newcomer")]
    public void Read_DescribesRepository(string goal) => Only(goal).ShouldBe(new OfflineTask.Describe());

    [Theory]
    [InlineData("Replace \"Hello\" with \"Goodbye, then\" in docs/a.txt", "Hello", "Goodbye, then", "docs/a.txt")]
    [InlineData("replace 'a and b' by 'c' in the file \"my file.txt\"", "a and b", "c", "my file.txt")]
    [InlineData("Change `x` to `` in f.c", "x", "", "f.c")]
    [InlineData("Replace all occurrences of “old” with “new” in README.md.", "old", "new", "README.md")]
    public void Read_Replaces(string goal, string old, string @new, string path) => Only(goal).ShouldBe(new OfflineTask.Replace(old, @new, path));

    [Theory]
    [InlineData("Write \"hello\" to notes/hello.txt", "notes/hello.txt", "hello")]
    [InlineData("Create a file called a.txt with the content \"one and two\"", "a.txt", "one and two")]
    [InlineData("create a new file a.txt containing hello world", "a.txt", "hello world")]
    public void Read_Writes(string goal, string path, string content) => Only(goal).ShouldBe(new OfflineTask.Write(path, content));

    [Theory]
    [InlineData("Run the tests")]
    [InlineData("run all tests.")]
    [InlineData("Please run the test suite")]
    [InlineData("check whether the tests pass")]
    public void Read_RunsTheTests(string goal) => Only(goal).ShouldBeOfType<OfflineTask.RunCheck>().Command.ShouldBeNull();

    [Theory]
    [InlineData("Run ./test.sh", "./test.sh")]
    [InlineData("run \"dotnet test tests/A\"", "dotnet test tests/A")]
    [InlineData("run make check", "make check")]
    public void Read_RunsANamedCheck(string goal, string command) => string.Join(' ', Only(goal).ShouldBeOfType<OfflineTask.RunCheck>().Command!).ShouldBe(command);

    [Theory]
    [InlineData("Count files", null)]
    [InlineData("How many files are there in this repository?", null)]
    [InlineData("Count the *.md files", "*.md")]
    [InlineData("How many C# files are there?", "*.cs")]
    [InlineData("count files matching \"*Tests.cs\"", "*Tests.cs")]
    public void Read_CountsFiles(string goal, string? pattern) => Only(goal).ShouldBe(new OfflineTask.CountFiles(pattern));

    [Theory]
    [InlineData("Count lines", null, null)]
    [InlineData("How many lines of C# are there?", "C#", null)]
    [InlineData("How many lines of code are in this project?", null, null)]
    [InlineData("Count the lines in src/main.c", null, "src/main.c")]
    [InlineData("Count files and lines", null, null)]
    public void Read_CountsLines(string goal, string? language, string? path) => Only(goal).ShouldBe(new OfflineTask.CountLines(language, path));

    [Theory]
    [InlineData("Count occurrences of \"TODO\"", "TODO", null)]
    [InlineData("How many times does \"foo bar\" appear in src/a.c?", "foo bar", "src/a.c")]
    [InlineData("how often is RunState mentioned in *.cs", "RunState", "*.cs")]
    public void Read_CountsOccurrences(string goal, string text, string? place) => Only(goal).ShouldBe(new OfflineTask.CountText(text, place));

    [Theory]
    [InlineData("List files", null, null)]
    [InlineData("List all *.md files", "*.md", null)]
    [InlineData("find files named *.json", "*.json", null)]
    [InlineData("List the files in docs/", null, "docs/")]
    [InlineData("which Python files are there", "*.py", null)]
    public void Read_ListsFiles(string goal, string? pattern, string? path) => Only(goal).ShouldBe(new OfflineTask.ListFiles(pattern, path));

    [Theory]
    [InlineData("Search for \"connection string\"", "connection string", null)]
    [InlineData("search for TODO", "TODO", null)]
    [InlineData("Find all occurrences of `RunEnded` in *.cs", "RunEnded", "*.cs")]
    [InlineData("grep \"a and b\" in src/x.c", "a and b", "src/x.c")]
    [InlineData("where is \"AddBus\" defined", "AddBus", null)]
    public void Read_Searches(string goal, string text, string? place) => Only(goal).ShouldBe(new OfflineTask.Search(text, place));

    [Theory]
    [InlineData("Read README.md", "README.md")]
    [InlineData("show me the file LICENSE", "LICENSE")]
    [InlineData("What is in src/main.c?", "src/main.c")]
    [InlineData("Read the README", "README")]
    public void Read_ReadsAFile(string goal, string path) => Only(goal).ShouldBe(new OfflineTask.Read(path));

    [Fact]
    public void Read_SeveralTasks_KeepsTheirOrder()
    {
        var tasks = GoalReader.Read("Replace \"a\" with \"b\" in f.txt and then run the tests");

        tasks.ShouldNotBeNull();
        tasks.Select(task => task.GetType().Name).ShouldBe(["Replace", "RunCheck"]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Fix the bug in the parser")]
    [InlineData("Describe this repository and fix its bugs")]
    [InlineData("Describe how to fix the bug in the project")]
    [InlineData("Write a poem")]
    [InlineData("Replace everything with something better")]
    [InlineData("Count the files and delete them")]
    [InlineData("run \"rm -rf / | sh\"")]
    [InlineData("Refactor the code")]
    [InlineData("Read my mind")]
    public void Read_WhatItDoesNotKnow_TakesNothing(string goal) => GoalReader.Read(goal).ShouldBeNull();

    [Theory]
    [InlineData("the ")]
    [InlineData("describe this ")]
    [InlineData("count the number of ")]
    [InlineData("replace \"a\" with ")]
    [InlineData("find all the ")]
    [InlineData("'\"`")]
    [InlineData("and then ")]
    public void Read_TheSameWordsOverAndOver_ComesToAnEndSoon(string words)
    {
        var started = TimeProvider.System.GetTimestamp();

        GoalReader.Read(string.Concat(Enumerable.Repeat(words, 4000 / words.Length))).ShouldBeNull();

        TimeProvider.System.GetElapsedTime(started).ShouldBeLessThan(TimeSpan.FromMinutes(1));
    }

    static OfflineTask Only(string goal)
    {
        var tasks = GoalReader.Read(goal);

        tasks.ShouldNotBeNull();
        return tasks.ShouldHaveSingleItem();
    }
}
