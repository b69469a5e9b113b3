using Agent.Cli;
using Agent.Cli.Door;

return await AgentCommandLine.InvokeAsync(AgentCommandLine.Create(new FoundSuite()), args);
