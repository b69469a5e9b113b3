namespace Agent.Executor.Service.Steps;

/// <summary>The step is no longer ours to act on: taken over, ended, paused or cancelled. Nothing more may be done for it.</summary>
class StepLostException(string reason) : Exception(reason);
