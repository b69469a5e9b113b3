using Agent.Executor.Service.Replaying;
using Agent.Executor.Service.Sandbox;
using Agent.Executor.Service.Steps;
using Agent.Executor.Service.Tools;
using Agent.Executor.Service.WorkingCopies;
using Agent.Llm;
using Agent.ServiceDefaults;
using Agent.ServiceDefaults.Budgets;
using Agent.ServiceDefaults.Http;
using Agent.ServiceDefaults.Replaying;

// Apart from the service, so that nothing of it is loaded to launch a command.
return args is [Launcher.Argument] ? Launcher.Run() : await ServeAsync(args);

static async Task<int> ServeAsync(string[] args)
{
    var builder = WebApplication.CreateBuilder(args);
    builder.AddServiceDefaults();
    builder.AddGuardrails();
    builder.Services.AddLlm(builder.Configuration, ModelRole.Executor);
    builder.AddModelBudget();
    builder.Services.AddSandbox();
    builder.AddTools();
    builder.Services.AddSteps();
    builder.Services.AddWorkingCopies();
    builder.AddStopSign();
    builder.AddBus(bus =>
    {
        bus.AddStepConsumers();
        bus.AddWorkingCopyConsumers();
    });

    var app = builder.Build();
    app.UseInternalKey();
    app.MapDefaultEndpoints();
    app.MapTools();
    app.MapSandbox();
    app.MapReplays(services => services.GetRequiredService<StepReplay>().Part);
    await app.RunAsync();
    return 0;
}
