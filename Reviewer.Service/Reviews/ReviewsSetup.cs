using Agent.Journal;
using Agent.Reviewer.Service.Checks;
using Agent.Reviewer.Service.Replaying;
using Agent.ServiceDefaults;

namespace Agent.Reviewer.Service.Reviews;

static class ReviewsSetup
{
    /// <summary>Adds reviews of steps and runs, a check per kind of criterion.</summary>
    public static WebApplicationBuilder AddReviews(this WebApplicationBuilder builder)
    {
        builder.Services.AddOptionsWithValidateOnStart<CheckOptions, CheckOptionsValidator>().BindConfiguration(CheckOptions.Section);
        builder.AddStopSign();
        builder.Services
            .AddSingleton(ReviewerInstance.OfThisProcess())
            .AddSingleton<CheckCommand>()
            .AddSingleton<Judgement>()
            .AddSingleton<ICriterionCheck, AnswerGivenCheck>()
            .AddSingleton<ICriterionCheck, AnswerContainsCheck>()
            .AddSingleton<ICriterionCheck, FileExistsCheck>()
            .AddSingleton<ICriterionCheck, FileContainsCheck>()
            .AddSingleton<ICriterionCheck, FileLacksCheck>()
            .AddSingleton<ICriterionCheck, CommandSucceedsCheck>()
            .AddSingleton<ICriterionCheck, JsonMatchesCheck>()
            .AddSingleton<ICriterionCheck, JudgedCheck>()
            .AddSingleton<StepReviewer>()
            .AddSingleton<VerifyChain>(provider => provider.GetRequiredService<RunJournal>().VerifyAsync)
            .AddSingleton<RunReviewer>()
            .AddSingleton<ReviewReplay>()
            .AddSingleton<ReviewWork>();
        return builder;
    }
}
