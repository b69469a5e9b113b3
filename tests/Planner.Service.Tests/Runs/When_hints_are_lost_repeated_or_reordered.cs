using Agent.Contracts;
using Agent.Journal.Runs;
using Agent.Planner.Service.Runs;

namespace Agent.Planner.Service.Tests.Runs;

/// <summary>Plays many runs with many schedules. What executors and reviewers answer depends on step and attempt alone; when they act, and how often they are told, is thrown by dice.</summary>
public sealed class When_hints_are_lost_repeated_or_reordered
{
    public static TheoryData<int> Seeds => [.. Enumerable.Range(1, 60)];

    [Theory]
    [MemberData(nameof(Seeds))]
    public void The_run_comes_to_the_same_end(int seed)
    {
        var world = World.Make(new Random(seed));

        var ends = Enumerable.Range(0, 12).Select(schedule => world.Play(new Random(seed * 1000 + schedule))).Distinct().ToList();

        ends.ShouldHaveSingleItem();
    }

    /// <summary>A plan and how its steps behave.</summary>
    sealed record World(IReadOnlyList<PlanStep> Steps, IReadOnlyDictionary<string, string> Behaviour)
    {
        public static World Make(Random dice)
        {
            var steps = new List<PlanStep>();
            var count = dice.Next(1, 9);
            for (var number = 0; number < count; number++)
            {
                var dependsOn = steps.Where(_ => dice.Next(3) == 0).Select(step => step.Id).ToList();
                steps.Add(TestRun.Step($"s{number}", dependsOn));
            }

            // At most one step is hopeless: of two, which is met first is a matter of time.
            var behaviour = steps.ToDictionary(step => step.Id, _ => dice.Next(4) switch { 0 => "retry once", 1 => "fail once", _ => "good" });
            if (dice.Next(2) == 0)
            {
                behaviour[steps[dice.Next(count)].Id] = dice.Next(3) switch { 0 => "never good", 1 => "policy", _ => "rejected" };
            }

            return new World(steps, behaviour);
        }

        public string Play(Random dice)
        {
            var run = new TestRun { Options = { MaxParallelSteps = dice.Next(1, 5) } };
            var mail = new List<object>();
            for (var turn = 0; turn < 2000 && run.State.End is null; turn++)
            {
                OwesWaitsOrEnds(run);
                switch (dice.Next(5))
                {
                    case 0 or 1:
                        Look(run, mail, dice);
                        break;
                    case 2 when mail.Count > 0:
                        // Taken out of order; sometimes delivered again.
                        var index = dice.Next(mail.Count);
                        var message = mail[index];
                        if (dice.Next(3) > 0)
                        {
                            mail.RemoveAt(index);
                        }

                        Deliver(run, message, dice);
                        break;
                    default:
                        run.Now += TimeSpan.FromMilliseconds(dice.Next(2000));
                        break;
                }
            }

            var end = run.State.End.ShouldNotBeNull($"The run is stuck: {run.Decide()}");
            return $"{end.State} {end.StopReason} {(end.State == RunPhase.Succeeded ? string.Join(',', run.State.Steps.Select(step => $"{step.Id}:{step.Attempt}")) : "")}";
        }

        void Look(TestRun run, List<object> mail, Random dice)
        {
            var decision = run.Decide();
            run.Append(decision.Events);
            if (decision.PlanNeeded is { } need)
            {
                run.Append(need.Why is null ? new PlanAccepted(1, new Plan("p", Steps)) : RunEnds.Failed(run.State, need.IfDeclined, need.Why, run.Now));
            }

            // A third of what is sent is lost.
            mail.AddRange(decision.Owed.Select(owed => owed.Message).Where(_ => dice.Next(3) > 0));
        }

        void Deliver(TestRun run, object message, Random dice)
        {
            switch (message)
            {
                case ExecuteStep execute when run.State.Step(execute.StepId) is { Phase: StepPhase.Dispatched or StepPhase.Running } step && step.Attempt == execute.Attempt:
                    run.Lease(step.Id);
                    if (dice.Next(3) > 0)
                    {
                        Work(run, step);
                    }

                    break;
                case ReviewStep review when run.State.Step(review.StepId) is { Phase: StepPhase.Executed } step && step.Attempt == review.Attempt:
                    var isGood = Behaviour[step.Id] switch { "retry once" => step.Attempt > 1, "never good" => false, _ => true };
                    run.Review(step.Id, Behaviour[step.Id] == "rejected" ? Verdict.Fail : isGood ? Verdict.Accept : Verdict.Retry);
                    break;
                case ReviewRun when run.State.Review is null:
                    run.ReviewRun(Verdict.Accept);
                    break;
                default:
                    // A repeat: the receiver sees in the journal that it is done.
                    break;
            }
        }

        void Work(TestRun run, StepState step)
        {
            switch (Behaviour[step.Id])
            {
                case "fail once" when step.Attempt == 1:
                    run.Fail(step.Id, "tool", isRetryable: true);
                    break;
                case "policy":
                    run.Fail(step.Id, "policy");
                    break;
                default:
                    run.Execute(step.Id);
                    break;
            }
        }

        static void OwesWaitsOrEnds(TestRun run)
        {
            var decision = run.Decide();
            var says = decision.Events.Count > 0 || decision.PlanNeeded is not null || (decision.WaitsFor?.Length > 0 && decision.Owed.Count > 0);
            says.ShouldBeTrue($"Nothing is owed, waited for or ended after: {string.Join(", ", run.Events.Select(RunEventTypes.NameOf))}");
        }
    }
}
